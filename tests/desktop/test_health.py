"""What is to mend on a developer's machine, as a notebook and the doctor tell it."""

from dataclasses import replace

import pytest

import include.overnight as overnight
from include.overnight.adapters.desktop import GitDesktop
from include.overnight.adapters.desktop.desktop import utc_now
from include.overnight.cli import doctor
from include.overnight.domain.models import Tier
from include.overnight.services.examining_checkouts import checkout_checks, local_builder_health
from include.overnight.services.switching import builder_health

BUILDER = {"local model", "sandbox"}


@pytest.fixture
def house(room, monkeypatch):
    """Return the house of a machine that can build, at the hour it is, with the room's checkout."""
    room.house.told_clock.moment = utc_now()
    monkeypatch.setenv("LOCAL_PANTRY_PATH", str(room.desk.home))
    monkeypatch.setattr(type(room.house), "available_tiers", lambda _: {Tier.LOCAL_BUILDER: ""})
    monkeypatch.setattr(type(room.house.sandbox), "self_test", lambda _: None)
    return room.house


def test_a_machine_in_order_is_ready_and_everything_was_looked_at(house):
    health = overnight.check_local_builder_health(desk=house)
    assert (health.ready, health.issues) == (True, ())
    parts = ("checkout", "remote", "branch", "work tree", "at rest", "disk", "clock")
    assert {finding.check for finding in health.findings} == BUILDER | {f"pantry {part}" for part in parts}


def test_a_checkout_that_is_dirty_on_another_branch_or_missing_is_an_issue_and_stops_no_switch(
    house, room, monkeypatch
):
    room.desk.git("switch", "--quiet", "-c", "mine")
    room.desk.write("README.md", "mine\n")
    health = overnight.check_local_builder_health(desk=house)
    assert not health.ready
    assert health.issues == (
        "pantry branch: on mine, not on main",
        "pantry work tree: uncommitted changes in README.md",
    )
    monkeypatch.setenv("LOCAL_PANTRY_PATH", str(room.desk.root / "gone"))
    (missing,) = overnight.check_local_builder_health(desk=house).issues
    assert missing.startswith("pantry checkout: ")
    assert "gone is no folder on this machine" in missing
    health = builder_health(house)
    assert (health.ready, {finding.check for finding in health.findings}) == (True, BUILDER)


def test_the_doctor_names_the_fix_of_each_thing_in_a_checkout(house, room, monkeypatch):
    home = room.desk.home
    room.desk.git("switch", "--quiet", "-c", "mine")
    room.desk.write("README.md", "mine\n")
    (home / ".git" / "MERGE_HEAD").write_text(room.desk.git("rev-parse", "HEAD") + "\n")
    monkeypatch.setenv("LOCAL_GONE_PATH", str(home / "gone"))
    monkeypatch.setattr(doctor, "_pools", lambda _: ())  # asks a process of Airflow's, for seconds
    found = {check.name: check for check in doctor.run_checks(house, None)}
    for name, fix in {
        "pantry branch": f"on mine, not on main; `git -C {home} switch main`",
        "pantry work tree": f"uncommitted changes in README.md; commit them, or `git -C {home} stash`",
        "pantry at rest": f"finish or abort it: `git -C {home} status`",
    }.items():
        assert (found[name].passed, found[name].caution, fix in found[name].detail) == (True, True, True)
    assert not found["gone checkout"].passed
    assert "is no folder on this machine; clone it there, or name its folder" in found["gone checkout"].detail
    assert found["pantry checkout"].detail == str(home)


def test_what_keeps_a_checkout_from_being_level_is_to_mend(house, room):
    house.told_clock.sleep(-3600)
    found = {one.name: one for one in checkout_checks(house, GitDesktop(), [room.checkout])}
    clock = found["pantry clock"]
    assert (clock.passed, "set this machine's clock" in clock.detail) == (False, True)
    room.desk.git("remote", "set-url", "origin", str(room.desk.root / "acme" / "away" / "acme" / "pantry"))
    found = {one.name: one for one in checkout_checks(house, GitDesktop(), [room.checkout])}
    fix = f"`git -C {room.desk.home} fetch origin` must work here without a question"
    assert (found["pantry remote"].passed, fix in found["pantry remote"].detail) == (False, True)
    other = replace(room.checkout, repository="acme/cellar")
    found = {one.name: one for one in checkout_checks(house, GitDesktop(), [other])}
    assert "its remote is acme/pantry, not acme/cellar; `git -C " in found["pantry checkout"].detail


def test_a_checkout_of_another_machine_is_examined_there(house, room):
    missing = replace(room.checkout, path="/nowhere/at/all")
    away = replace(missing, queue="laptop")
    (told,) = checkout_checks(house, GitDesktop(), [away])
    assert told.passed
    assert told.detail == "is on the machine of queue laptop: run `overnight doctor` there"
    assert local_builder_health(house, GitDesktop(), [away]).ready
    assert not local_builder_health(house, GitDesktop(), [missing]).ready
