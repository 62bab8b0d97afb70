"""Auditing from the command line: what is new, everything, the archive, signatures."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.cli import audit, db, events
from include.overnight.domain.events import Event, EventType

from ..adapters.ledger.test_incremental import pem

app = typer.Typer()
app.add_typer(audit.app, name="audit")
app.add_typer(db.app, name="db")
app.command("events")(events.command)


@pytest.fixture
def home(tmp_path):
    """A home whose ledger holds a night of long ago and one of today."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    now = datetime.now(UTC)
    for night, at in (("old", now - timedelta(days=400)), ("new", now)):
        LedgerDatabase(url, now=lambda at=at: at).ledger.append(
            Event(EventType.OVERNIGHT_EXECUTION_STARTED, f"{night} begins", night=night, repository="R_1"),
            Event(EventType.OVERNIGHT_EXECUTION_COMPLETED, f"{night} ends", night=night, repository="R_1"),
        )
    return tmp_path


@pytest.fixture
def run(home, monkeypatch):
    monkeypatch.chdir(home)

    def run(*words, code=0, **more):
        env = {
            "OVERNIGHT_HOME": str(home),
            "COLUMNS": "80",
        }
        done = CliRunner().invoke(app, [str(word) for word in words], env={**env, **more})
        assert done.exit_code == code, done.output
        return done

    return run


def test_old_nights_leave_for_the_archive_and_stay_provable(run, home):
    assert "1 nights that ended before" in run("audit", "archive", "--before", day(90), "--dry-run").stdout
    assert "1 nights from before" in run("audit", "archive", "--before", day(90)).stdout
    told = json.loads(run("audit", "verify", "--archives", "--json").stdout)
    assert (told["findings"], told["whole"]) == ([], False)
    assert "The ledger verifies." in run("audit", "verify", "--full", "--archives").stdout
    shown = run("events").stdout
    assert "new begins" in shown
    assert "1 nights, the last of" in shown
    (lines,) = home.rglob("1-2.jsonl")
    lines.write_text(lines.read_text().replace("old ends", "old fine"))
    told = json.loads(run("audit", "verify", "--archives", "--json", code=1).stdout)
    (finding,) = told["findings"]
    assert finding.startswith("stream old, event 2 (")
    run("audit", "acknowledge", finding, "--who", "Ada", "--why", "a mended typo")
    (finding,) = json.loads(run("audit", "verify", "--archives", "--json", code=1).stdout)["findings"]
    assert finding.endswith("was changed after it was archived")
    run("audit", "acknowledge", finding, "--who", "Ada", "--why", "a mended typo")
    assert f"Acknowledged by Ada: a mended typo: {finding}" in run("audit", "verify", "--archives").stdout
    assert "write SEQ:HASH" in run("audit", "verify", "--anchor", "deadbeef", code=2).stderr


def test_without_a_date_the_settings_say_what_leaves(run, home):
    assert "set keep_months in [retention]" in run("audit", "archive", code=2).stderr
    (home / "overnight.toml").write_text("[retention]\nkeep_months = 6\n")
    assert [one["stream"] for one in json.loads(run("audit", "archive", "--json").stdout)["archived"]] == [
        "old"
    ]


def test_a_key_signs_and_its_public_half_is_enough_to_verify(run, home):
    key = Ed25519PrivateKey.generate()
    private, public, other = (home / name for name in ("key.pem", "public.pem", "other.pem"))
    private.write_text(pem(key))
    public.write_text(pem(key.public_key()))
    other.write_text(pem(Ed25519PrivateKey.generate().public_key()))
    named = {"OVERNIGHT_LEDGER_SIGNING_KEY": str(private)}
    run("audit", "archive", "--before", day(90), **named)
    run("audit", "verify", "--full", **named)
    run("audit", "verify", "--public-key", public)
    wrong = run("audit", "verify", "--stream", "governance", "--public-key", other, code=1)
    assert "its signature is not" in " ".join(wrong.output.split())
    assert "cannot be read" in run("audit", "verify", "--public-key", home / "none.pem", code=2).stderr
    missing = {"OVERNIGHT_LEDGER_SIGNING_KEY": "/nowhere/key.pem"}
    assert "/nowhere/key.pem cannot be read" in run("audit", "verify", code=2, **missing).stderr


def test_the_database_says_what_it_is_and_refuses_what_would_lose_a_proof(run, home):
    assert "this version's" in run("db", "check").stdout
    assert "CREATE ROLE acme_keeper LOGIN IN ROLE acme;" in run("db", "roles", "acme").stdout
    run("audit", "archive", "--before", day(90))
    assert "schema 0003 cannot hold" in run("db", "downgrade", "0003", "--yes", code=2).stderr


def test_a_ledger_of_an_earlier_schema_is_refused_with_the_command_that_mends_it(run):
    run("db", "downgrade", "0003", "--yes")
    for command in (("events",), ("audit", "verify"), ("db", "check")):
        assert "overnight db upgrade" in run(*command, code=2).stderr
    run("db", "upgrade")
    assert "The ledger verifies." in run("audit", "verify", "--full").stdout


def day(ago):
    return f"{datetime.now(UTC) - timedelta(days=ago):%Y-%m-%d}"
