"""A machine without a ledger reports its checkout over real HTTP; what it may say, and who may say it."""

import json
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from typer.testing import CliRunner

from include.overnight.cli import sync
from include.overnight.cli.console import Exit
from include.overnight.domain.events import Event, EventQuery, EventType, Severity
from include.overnight.services.desktop_reports import last_report
from include.overnight.web import create_api

from ..adapters.desktop.staging import copy_desk, make_template
from .conftest import as_

WORDS = {
    "desktop": "anns-laptop",
    "full_name": "acme/box",
    "id": "report-1",
    "type": "desktop_sync",
    "description": "level",
    "metadata": {"report": True, "unpushed": ["a.py"]},
}


def reports(desk):
    types = (EventType.DESKTOP_SYNC, EventType.DESKTOP_SYNC_FAILED, EventType.DESKTOP_HEALTH_CHECK)
    return desk.ledger.events(EventQuery(types=types, limit=None, oldest_first=True))


@contextmanager
def served(house):
    """Serve the API on a free port of loopback, as Airflow's server does; its address."""
    config = uvicorn.Config(create_api(house), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return make_template(tmp_path_factory.mktemp("reporting") / "desk")


@pytest.fixture
def laptop(tmp_path, template, monkeypatch):
    """A developer's machine with a checkout of acme/box, settings of its own and no ledger."""
    made = copy_desk(template, tmp_path / "laptop")
    settings = tmp_path / "laptop.toml"
    settings.write_text(
        f'home = "{tmp_path / "nowhere"}"\n'
        f'[[desktops]]\nname = "anns-laptop"\npath = "{made.home}"\nrepository = "acme/box"\n'
    )
    (tmp_path / "laptop" / "acme").mkdir()
    (tmp_path / "laptop" / "acme" / "box.git").symlink_to(made.remote)
    made.git("remote", "set-url", "origin", str(tmp_path / "laptop" / "acme" / "box.git"))
    for name, value in {
        "OVERNIGHT_SETTINGS": str(settings),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("OVERNIGHT_HOME", "OVERNIGHT_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    return made


def test_a_report_is_taken_once_and_counts_for_the_drift_gate(api, desk):
    first, again = (api.post("/desktop", json=WORDS) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    (event,) = reports(desk)
    assert (event.id, event.metadata["reported_by"]) == (first.json()["event"], "admin")
    report = last_report(desk, "acme/box")
    assert report is not None
    assert report.holders(["a.py"]) == ("anns-laptop",)
    assert desk.ledger.verify("desktop/anns-laptop") == ()
    (shown,) = api.get("/desktop").json()["desktops"]
    assert shown["name"] == "anns-laptop"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"type": "approval_given"}, 422),
        ({"type": "builder_switch"}, 422),
        ({"desktop": "builder"}, 422),
        ({"desktop": "../x"}, 422),
        ({"full_name": "acme/unknown"}, 422),
        ({"metadata": {"x": "y" * 300_000}}, 422),
        ({"metadata": {"report": True, "unpushed": 5}}, 422),
        ({"metadata": {"uncommitted": [7]}}, 422),
        ({"metadata": {"reason": None}}, 422),
        ({"metadata": {"issues": 5}}, 422),
        ({"night": "n"}, 422),
        ({"description": ""}, 422),
    ],
)
def test_nothing_but_a_checkouts_own_events_is_taken(api, desk, changed, status):
    assert api.post("/desktop", json=WORDS | changed).status_code == status
    assert reports(desk) == ()


def test_who_may_only_look_may_not_report(api, desk):
    assert api.post("/desktop", json=WORDS, headers=as_("viewer")).status_code == 403
    assert api.post("/desktop", json=WORDS, headers=as_("")).status_code == 401
    assert reports(desk) == ()


def test_a_report_cannot_stand_for_another_event_or_another_desktop(api, desk):
    (note,) = desk.ledger.append(Event(EventType.GOVERNANCE_NOTE, "mine"))
    stored = [api.post("/desktop", json=WORDS | changed).json()["event"] for changed in (
        {"id": note.id}, {}, {"desktop": "other"},
    )]  # fmt: skip
    assert len({note.id, *stored}) == 4


def test_sync_from_cron_brings_a_checkout_level_and_reports_it_with_airflows_token(
    house, desk, laptop, monkeypatch, tmp_path
):
    laptop.push({"new.txt": "new\n"})
    with served(house) as url:
        monkeypatch.setenv("OVERNIGHT_API_URL", url)
        monkeypatch.setenv("OVERNIGHT_API_TOKEN", "operator")
        done = CliRunner().invoke(sync.app, ["run", "--json"])
    assert done.exit_code == Exit.OK, done.output
    assert json.loads(done.stdout)[0]["in_sync"] is True
    assert (laptop.home / "new.txt").exists()
    assert [event.type for event in reports(desk)] == [
        EventType.DESKTOP_HEALTH_CHECK,
        EventType.DESKTOP_SYNC,
    ]
    assert last_report(desk, "acme/box") is not None
    assert not (tmp_path / "nowhere").exists()


def test_what_a_person_must_look_at_is_reported_too(house, desk, laptop, monkeypatch):
    laptop.push({"src/b.py": "B = 2\n"})
    laptop.write("src/b.py", "mine\n")
    with served(house) as url:
        monkeypatch.setenv("OVERNIGHT_API_URL", url)
        monkeypatch.setenv("OVERNIGHT_API_TOKEN", "operator")
        done = CliRunner().invoke(sync.app, ["run"])
    assert done.exit_code == Exit.WRONG
    failed = reports(desk)[-1]
    assert (failed.type, failed.severity) == (EventType.DESKTOP_SYNC_FAILED, Severity.WARNING)


def test_sync_from_cron_takes_the_token_from_a_file_and_names_the_file_it_cannot_read(
    house, desk, laptop, monkeypatch, tmp_path
):
    laptop.push({"new.txt": "new\n"})
    monkeypatch.setenv("OVERNIGHT_API_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.delenv("OVERNIGHT_API_TOKEN", raising=False)
    with served(house) as url:
        monkeypatch.setenv("OVERNIGHT_API_URL", url)
        none = CliRunner().invoke(sync.app, ["run"])
        assert none.exit_code == Exit.WRONG
        assert f"{tmp_path / 'token'} cannot be read" in none.stderr.replace("\n", " ")
        assert not (laptop.home / "new.txt").exists()
        for token, code in (("forged", Exit.WRONG), ("operator", Exit.OK)):
            (tmp_path / "token").write_text(token)
            assert CliRunner().invoke(sync.app, ["run"]).exit_code == code
    assert (laptop.home / "new.txt").exists()


@pytest.mark.parametrize(
    ("token", "words"),
    [("viewer", "HTTP 403"), ("forged", "HTTP 403"), ("", "OVERNIGHT_API_TOKEN is not set")],
)
def test_a_token_that_is_no_good_is_named_and_nothing_is_merged(
    house, desk, laptop, monkeypatch, token, words
):
    laptop.push({"new.txt": "new\n"})
    with served(house) as url:
        monkeypatch.setenv("OVERNIGHT_API_URL", url)
        monkeypatch.setenv("OVERNIGHT_API_TOKEN", token)
        done = CliRunner().invoke(sync.app, ["run"])
    assert done.exit_code != Exit.OK
    assert words in " ".join(done.output.split())
    assert reports(desk) == ()
    assert not (laptop.home / "new.txt").exists()


def test_a_deployment_that_is_not_there_is_tried_again_and_a_plain_address_is_refused(laptop, monkeypatch):
    laptop.push({"new.txt": "new\n"})
    monkeypatch.setenv("OVERNIGHT_API_TOKEN", "operator")
    for url, code in (("http://127.0.0.1:9", Exit.TRY_AGAIN), ("http://night.example", None)):
        monkeypatch.setenv("OVERNIGHT_API_URL", url)
        done = CliRunner().invoke(sync.app, ["run"])
        assert done.exit_code == code if code is not None else done.exit_code not in (Exit.OK, Exit.TRY_AGAIN)
    assert not (laptop.home / "new.txt").exists()
