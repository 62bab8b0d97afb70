"""A sync as the ledger tells it: every outcome is an event, and the last report of a repository."""

from dataclasses import replace

import pytest

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.errors import Contended, NotFound
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.syncing import Action
from include.overnight.services import syncing
from include.overnight.services.desktop_reports import last_report, why_out_of_sync

SYNCED, FAILED = EventType.DESKTOP_SYNC, EventType.DESKTOP_SYNC_FAILED
DRIFT, HEALTH = EventType.REPOSITORY_DRIFT_DETECTED, EventType.DESKTOP_HEALTH_CHECK


def sync(room, checkout=None):
    return syncing.sync_checkout(room.house, GitDesktop(), checkout or room.checkout)


def test_a_checkout_is_brought_level_and_the_ledger_tells_what_where_and_how_to_go_back(room):
    sha = room.desk.push({"new.txt": "new\n"})
    synced = sync(room)
    assert synced.in_sync
    health, drift, done = room.events(HEALTH, DRIFT, SYNCED, FAILED)
    assert (health.type, drift.type, done.type) == (HEALTH, DRIFT, SYNCED)
    assert done.metadata["after"] == sha == done.metadata["head"]
    assert done.metadata["backup"].startswith("refs/overnight/backup/")
    assert (drift.metadata["behind"], done.metadata["behind"]) == (1, 0)
    assert {event.metadata["desktop"] for event in (health, drift, done)} == {"pantry"}
    assert {event.metadata["full_name"] for event in (health, drift, done)} == {"acme/pantry"}


def test_events_of_a_desktop_have_a_chain_of_their_own_that_verifies(room):
    sync(room)
    assert room.house.ledger.verify("desktop/pantry") == ()
    assert room.house.ledger.verify() == ()


def test_a_level_checkout_says_so_and_shows_no_drift(room):
    assert sync(room).drift.decision.action is Action.NOTHING
    assert room.events(DRIFT) == ()
    (event,) = room.events(SYNCED)
    assert event.description == "pantry: level with origin/main"


def test_what_a_person_must_look_at_is_a_warning_with_its_plan(room):
    room.desk.push({"src/b.py": "B = 2\n"})
    room.desk.commit("src/b.py", "B = 3\n")
    assert not sync(room).in_sync
    (event,) = room.events(FAILED)
    assert event.severity is Severity.WARNING
    assert event.metadata["rule"] == "conflict"
    assert event.metadata["plan"]
    assert event.metadata["conflicts"] == ["src/b.py"]
    assert event.metadata["conflicts_file"].endswith("/overnight/conflicts.md")


def test_a_busy_checkout_is_a_passing_fault_and_is_recorded(room):
    room.desk.push({"new.txt": "new\n"})
    with GitDesktop().hold(room.checkout), pytest.raises(Contended):
        syncing.merge_safely(room.house, GitDesktop(patience=0.1), room.checkout)
    (event,) = room.events(FAILED)
    assert event.severity is Severity.WARNING


def test_a_folder_that_is_gone_is_an_outcome_and_not_an_error(room):
    gone = replace(room.checkout, path="/nowhere/at/all")
    assert not sync(room, gone).in_sync
    health, failed = room.events(HEALTH, FAILED)
    assert health.metadata["ready"] is False
    assert "is no folder" in failed.description
    assert last_report(room.house, "acme/pantry") is None


def test_undo_is_recorded_and_is_no_report(room):
    room.desk.push({"new.txt": "new\n"})
    sync(room)
    moved = syncing.undo_merge(room.house, GitDesktop(), room.checkout)
    assert room.events(SYNCED)[-1].metadata["after"] == moved.after
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert report.out_of_sync == ()


def test_the_last_report_names_unpushed_and_uncommitted_work(room):
    room.desk.commit("mine.py", "x\n")
    room.desk.write("README.md", "mine\n")
    sync(room)
    room.house.clock.sleep(1200)
    report = last_report(room.house, "Acme/Pantry")
    assert report is not None
    assert (report.names, report.unpushed, report.uncommitted) == (("pantry",), ("mine.py",), ("README.md",))
    assert report.age(room.house.clock.now()).total_seconds() == 1200
    assert report.work_on(["mine.py", "other.py"]) == ("mine.py",)


def test_a_report_counts_for_an_hour(room):
    sync(room)
    room.house.clock.sleep(3601)
    assert last_report(room.house, "acme/pantry") is None


def test_reports_of_two_checkouts_are_one(room):
    sync(room)
    room.desk.push({"src/b.py": "B = 2\n"})
    room.desk.write("src/b.py", "mine\n")
    sync(room, replace(room.checkout, name="laptop"))
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert report.names == ("laptop", "pantry")
    assert report.out_of_sync == ("laptop: uncommitted work in files that the merge would change: src/b.py",)


def test_two_developers_whose_checkouts_have_one_name_do_not_hide_each_other(room, monkeypatch):
    room.desk.commit("mine.py", "x\n")
    sync(room)
    room.desk.git("push", "--quiet", "origin", "main")
    monkeypatch.setattr("platform.node", lambda: "another-laptop")
    sync(room)
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert (report.names, report.unpushed, report.holders(["mine.py"])) == (
        ("pantry",),
        ("mine.py",),
        ("pantry",),
    )


def test_an_unreachable_remote_does_not_hide_what_was_reported_before(room):
    room.desk.commit("mine.py", "x\n")
    sync(room)
    room.desk.remote.rename(room.desk.root / "away")
    assert not sync(room).in_sync
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert report.unpushed == ("mine.py",)


def test_a_night_waits_for_a_desktop_only_where_settings_say_so(room):
    required = room.checkout.name
    assert why_out_of_sync(room.house, "acme/pantry", []) == ""
    assert "did not report" in why_out_of_sync(room.house, "acme/pantry", [required])
    sync(room)
    assert why_out_of_sync(room.house, "acme/pantry", [required]) == ""
    room.desk.push({"src/b.py": "B = 2\n"})
    room.desk.write("src/b.py", "mine\n")
    sync(room)
    assert "uncommitted work" in why_out_of_sync(room.house, "acme/pantry", [required])


def test_a_name_that_is_not_configured_lists_those_that_are(room):
    assert syncing.chosen([room.checkout], None) is room.checkout
    with pytest.raises(NotFound, match="there are pantry"):
        syncing.chosen([room.checkout], "larder")
    with pytest.raises(NotFound, match="there is none"):
        syncing.chosen([], None)


def test_work_that_was_pushed_to_any_branch_is_not_unpushed(room):
    room.desk.git("switch", "--quiet", "--create", "feature")
    room.desk.commit("pushed.py", "x\n")
    room.desk.git("push", "--quiet", "origin", "feature")
    room.desk.commit("mine.py", "x\n")
    sync(room)
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert report.unpushed == ("mine.py",)


def test_a_report_that_another_machine_garbled_stops_nobody(room):
    metadata = {"report": True, "full_name": "acme/pantry", "unpushed": 5, "uncommitted": ["a", 7]}
    event = Event(FAILED, "something failed", metadata={**metadata, "desktop": "laptop"})
    room.house.ledger.append(event)
    report = last_report(room.house, "acme/pantry")
    assert report is not None
    assert (report.held, report.out_of_sync) == ((("laptop", ("a",)),), ("laptop: something failed",))
