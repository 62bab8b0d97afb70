"""Schema versions: only `overnight db upgrade` migrates, everything else checks."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ...domain.errors import SchemaMismatch, SettingsError
from .engine import describe, lock, open_engine, parse_url
from .failures import UPGRADE_COMMAND, speaking_sql
from .store import Store

VERSION_TABLE = "overnight_version"
"""Not Alembic's usual name, so that a database shared with another application stays whole."""

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to a revision (the newest by default); making the SQLite file when there is none."""
    _make_folder(url)
    _use_wal(url)
    with Store(url).write() as connection:
        lock(connection, "schema")
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to a revision; "base" drops every table and what is in it."""
    with Store(url).write() as connection:
        lock(connection, "schema")
        command.downgrade(_config(connection), revision)


def check(url: str) -> None:
    """Raise SchemaMismatch, naming the command that mends it, unless the schema is this version's."""
    name, needed, found = describe(parse_url(url)), newest(), current(url)
    if found == needed:
        return
    if found is None:
        raise SchemaMismatch(f"there is no ledger in {name} yet; run `{UPGRADE_COMMAND}`")
    if found in _revisions():
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
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        return context.get_current_revision()


@cache
def newest() -> str:
    """Return the revision this code needs."""
    revision = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    if revision is None:
        raise SettingsError(f"no migrations in {_MIGRATIONS}: the installation is incomplete")
    return revision


def _revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
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
