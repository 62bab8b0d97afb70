"""Only `overnight db upgrade` migrates; everything else says so."""

import os
import stat
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from include.overnight.adapters.ledger import LedgerDatabase, check, downgrade, upgrade
from include.overnight.adapters.ledger.engine import open_engine
from include.overnight.adapters.ledger.tables import REVISIONS, metadata, version
from include.overnight.adapters.ledger.upgrade import MIGRATIONS
from include.overnight.domain.errors import SchemaMismatch, SettingsError

from .builders import event


def tables(url):
    return set(inspect(open_engine(url)).get_table_names())


def test_an_empty_database_is_refused_with_the_command_that_mends_it(empty_url, tmp_path):
    with pytest.raises(SchemaMismatch, match=r"no ledger in .* yet; run `overnight db upgrade`"):
        LedgerDatabase(empty_url)
    assert list(tmp_path.iterdir()) == []


def test_upgrading_twice_changes_nothing_and_keeps_what_is_there(empty_url):
    upgrade(empty_url)
    LedgerDatabase(empty_url).ledger.append(event())
    upgrade(empty_url)
    assert LedgerDatabase(empty_url).ledger.verify() == ()
    check(empty_url)


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(empty_url):
    upgrade(empty_url)
    with open_engine(empty_url).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": version.name, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_revisions_that_the_check_knows_are_the_migrations_there_are():
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS


def test_a_check_does_not_load_alembic():
    code = "import sys; import include.overnight.adapters.ledger; sys.exit('alembic' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": os.pathsep.join(sys.path)}).returncode
        == 0
    )


def test_a_downgrade_to_base_leaves_nothing_and_can_be_upgraded_again(empty_url):
    upgrade(empty_url)
    downgrade(empty_url, "base")
    assert tables(empty_url) == {version.name}
    with pytest.raises(SchemaMismatch, match="overnight db upgrade"):
        check(empty_url)
    upgrade(empty_url)
    LedgerDatabase(empty_url).ledger.append(event())


def test_a_schema_of_a_newer_version_is_refused(fresh_url):
    with open_engine(fresh_url).connect() as connection, connection.begin():
        connection.execute(text(f"UPDATE {version.name} SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="schema 9999, which this version does not know"):
        LedgerDatabase(fresh_url)


def test_a_table_that_vanishes_under_a_running_ledger_is_a_schema_mismatch(fresh_url):
    database = LedgerDatabase(fresh_url)
    with open_engine(fresh_url).connect() as connection, connection.begin():
        connection.execute(text("DROP TABLE memories"))
    with pytest.raises(SchemaMismatch, match="overnight db upgrade"):
        database.records.recall("order")


def test_an_upgrade_that_fails_leaves_no_half_schema(empty_url):
    upgrade(empty_url)
    downgrade(empty_url, "base")
    with open_engine(empty_url).connect() as connection, connection.begin():
        connection.execute(text("CREATE TABLE publications (x INTEGER)"))
    with pytest.raises(SchemaMismatch):
        upgrade(empty_url)
    assert tables(empty_url) == {version.name, "publications"}


def test_an_upgrade_works_from_any_folder_and_makes_the_folder_of_the_file(tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    upgrade(f"sqlite:///{tmp_path}/deep/down/ledger.db")
    check(f"sqlite:///{tmp_path}/deep/down/ledger.db")


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be made"):
        upgrade(f"sqlite:///{tmp_path}/file/ledger.db")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(SettingsError, match="cannot be opened for writing"):
        upgrade(f"sqlite:///{tmp_path}/ledger.db")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "ledger.db").write_bytes(os.urandom(4096))
    with pytest.raises(SettingsError, match="no database at all"):
        LedgerDatabase(f"sqlite:///{tmp_path}/ledger.db")


def test_readers_go_on_while_somebody_writes(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db"
    upgrade(url)
    with open_engine(url).connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    assert stat.S_ISREG((tmp_path / "ledger.db").stat().st_mode)
