"""`overnight sync`: looked at, run and taken back by a person or from cron."""

import json

import pytest
from typer.testing import CliRunner

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.adapters.ledger import upgrade
from include.overnight.cli import sync
from include.overnight.cli.console import Exit
from include.overnight.domain.checkouts import Checkout
from include.overnight.domain.errors import NotFound
from include.overnight.services.handing_over import HandOver

from ..adapters.desktop.staging import copy_desk, fingerprint, make_template


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    home = tmp_path_factory.mktemp("cli-sync")
    upgrade(f"sqlite:///{home / 'ledger.db'}")
    return make_template(home / "desk")


@pytest.fixture
def desk(tmp_path, template, monkeypatch):
    (tmp_path / "overnight.toml").write_text(f'home = "{tmp_path}"\n')
    (tmp_path / "ledger.db").write_bytes((template.parent / "ledger.db").read_bytes())
    made = copy_desk(template, tmp_path / "desk")
    for name, value in {
        "OVERNIGHT_SETTINGS": str(tmp_path / "overnight.toml"),
        "LOCAL_PANTRY_PATH": str(made.home),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "COLUMNS": "100",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("OVERNIGHT_HOME", "OVERNIGHT_LEDGER_URL"):
        monkeypatch.delenv(name, raising=False)
    return made


def overnight_sync(*words, code=Exit.OK):
    result = CliRunner().invoke(sync.app, list(words))
    assert result.exit_code == code, result.output
    return result


def test_status_tells_what_a_sync_would_do_and_changes_nothing(desk):
    desk.push({"new.txt": "new\n"})
    before = fingerprint(desk.home)
    for words in ([], ["status"], ["status", "pantry"]):
        told = overnight_sync(*words).stdout
        assert "pantry: fast_forward: can be fast-forwarded (1 commit, 1 file)" in told
        assert "incoming" in told
        assert "undo with: overnight sync undo pantry" in told
    assert fingerprint(desk.home) == before


def test_run_brings_level_and_undo_takes_it_back(desk):
    desk.push({"new.txt": "new\n"})
    assert "undo with: overnight sync undo pantry" in overnight_sync("run").stdout
    assert (desk.home / "new.txt").exists()
    assert "level with origin/main" in overnight_sync("run", "pantry").stdout
    assert "again; what was merged is kept as refs/overnight/backup/" in overnight_sync("undo").stdout
    assert not (desk.home / "new.txt").exists()


def test_what_was_taken_back_is_merged_again_only_when_asked_by_name_or_when_more_comes(desk):
    desk.push({"new.txt": "new\n"})
    overnight_sync("run")
    overnight_sync("undo")
    assert "was taken back" in overnight_sync("run", code=Exit.WRONG).stdout
    overnight_sync("run", "pantry")
    assert (desk.home / "new.txt").exists()
    overnight_sync("undo")
    desk.push({"more.txt": "more\n"})
    overnight_sync("run")
    assert (desk.home / "more.txt").exists()


def test_json_is_one_document_with_the_names_scripts_know(desk):
    desk.push({"new.txt": "new\n"})
    (row,) = json.loads(overnight_sync("status", "--json").stdout)
    assert (row["has_drift"], row["safe_to_merge"], row["behind"]) == (True, True, 1)
    assert row["local_sha"] != row["remote_sha"]
    (row,) = json.loads(overnight_sync("run", "--json").stdout)
    assert (row["in_sync"], row["merged"]) == (True, 1)
    assert json.loads(overnight_sync("undo", "--json").stdout)["branch"] == "main"


def test_what_a_person_must_look_at_has_an_exit_code_of_its_own(desk):
    desk.push({"src/b.py": "B = 2\n"})
    desk.write("src/b.py", "mine\n")
    assert "→ commit or stash it" in overnight_sync("status", code=Exit.WRONG).stdout
    assert "uncommitted work" in overnight_sync("run", code=Exit.WRONG).stdout


def test_a_wrong_name_or_no_checkout_at_all_is_explained(desk, monkeypatch):
    assert "there are pantry" in overnight_sync("run", "larder", code=Exit.WRONG).stderr
    assert "nothing was merged" in overnight_sync("undo", code=Exit.WRONG).stderr
    monkeypatch.delenv("LOCAL_PANTRY_PATH")
    assert "LOCAL_…_PATH" in overnight_sync("status", code=Exit.WRONG).stderr


def test_one_checkout_that_is_busy_does_not_keep_the_others_waiting(desk, monkeypatch, tmp_path, template):
    monkeypatch.setenv("LOCAL_LARDER_PATH", str(copy_desk(template, tmp_path / "second").home))
    monkeypatch.setattr("include.overnight.adapters.desktop.GitDesktop", lambda: GitDesktop(patience=0.1))
    desk.push({"new.txt": "new\n"})
    with GitDesktop().hold(Checkout("larder", str(tmp_path / "second" / "home"))):
        result = overnight_sync("run", "--json", code=Exit.TRY_AGAIN)
    assert [(row["name"], row["in_sync"]) for row in json.loads(result.stdout)] == [
        ("larder", False),
        ("pantry", True),
    ]
    assert (desk.home / "new.txt").exists()


def test_a_checkout_that_fails_in_any_way_does_not_stop_the_others(desk, monkeypatch):
    def handed(house, desktop, checkout):
        if checkout.name == "annex":
            raise NotFound("no such repository")
        return HandOver()

    monkeypatch.setenv("LOCAL_ANNEX_PATH", str(desk.home))
    monkeypatch.setattr(sync, "hand_over", handed)
    rows = json.loads(overnight_sync("run", "--json", code=Exit.WRONG).stdout)
    assert {row["name"]: row["in_sync"] for row in rows} == {"annex": False, "pantry": True}
