"""Schema versions: only `overnight db upgrade` migrates, everything else checks.

Alembic is imported where it migrates: a check is part of every task, and need not wait for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, select

from ...domain.errors import SchemaMismatch, SettingsError
from .engine import describe, lock, open_engine, parse_url
from .failures import UPGRADE_COMMAND, speaking_sql
from .store import Store
from .tables import REVISIONS, version

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision (the newest by default); making the SQLite file when there is none."""
    from alembic import command

    _make_folder(url)
    _use_wal(url)
    with Store(url).write() as connection:
        lock(connection, "schema")
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to a revision; "base" drops every table and what is in it."""
    from alembic import command

    with Store(url).write() as connection:
        lock(connection, "schema")
        command.downgrade(_config(connection), revision)


def check(url: str) -> None:
    """Raise SchemaMismatch, naming the command that mends it, unless the schema is this version's."""
    name, needed, found = describe(parse_url(url)), REVISIONS[-1], current(url)
    if found == needed:
        return
    if found is None:
        raise SchemaMismatch(f"there is no ledger in {name} yet; run `{UPGRADE_COMMAND}`")
    if found in REVISIONS:
        raise SchemaMismatch(f"{name} has schema {found}, {needed} is needed; run `{UPGRADE_COMMAND}`")
    raise SchemaMismatch(
        f"{name} has schema {found}, which this version does not know (it needs {needed}): "
        f"install the Overnight that wrote it, or restore a backup and run `{UPGRADE_COMMAND}`"
    )


def current(url: str) -> str | None:
    """Return the revision a database has, None when it has none."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        return None  # connecting would leave an empty file behind
    with Store(url).read() as connection:
        if not inspect(connection).has_table(version.name):
            return None
        return connection.execute(select(version.c.version_num)).scalar_one_or_none()


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _make_folder(url: str) -> None:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        folder = Path(parsed.database or "").parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"the ledger's folder {folder} cannot be made: {error.strerror}") from error


def _use_wal(url: str) -> None:
    """Let readers go on while somebody writes; the mode stays in the file."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        with speaking_sql(engine.url), engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA journal_mode = WAL")
