"""What comes in wrong gets a clear message, loses nothing and stops nothing else."""

import errno
from dataclasses import replace

import pytest

from demo.forge import Fault
from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.domain.errors import (
    DiskFull,
    FailureKind,
    ModelFailure,
    NotAuthorized,
    NotFound,
    RateLimited,
)
from include.overnight.domain.events import EventQuery, EventType

from ..fakes import ScriptedBuilder, StagedDesk, writes
from ..staging import FILES, REPOSITORY, of, open_stage

GOOD = writes("colour.py", "RED = 1\n")


def begin(desk, name=REPOSITORY):
    return begin_night(desk, name, trigger="cli", dag_id="test", run_id="1", params={"dry_run": False})


def with_token(stage, token):
    desk = stage.desk()
    return StagedDesk(
        desk.settings, from_environment({"GITHUB_TOKEN": token}, frozenset()), scripted=ScriptedBuilder({})
    )


def test_without_a_token_the_message_names_it_and_the_permissions(stage):
    with pytest.raises(NotAuthorized, match=r"GITHUB_TOKEN not set.*contents.*issues.*pull requests"):
        begin(with_token(stage, ""))


def test_a_wrong_token_is_refused_and_the_night_is_on_record_as_skipped(stage):
    desk = with_token(stage, "wrong-token-123")
    with pytest.raises(NotAuthorized) as caught:
        begin(desk)
    assert "wrong-token-123" not in str(caught.value)
    (event,) = desk.ledger.events(EventQuery(types=(EventType.OVERNIGHT_EXECUTION_SKIPPED,)))
    assert "token" in event.description.lower()


def test_a_missing_repository_is_named(stage):
    desk = stage.desk(settings='[[repositories]]\nname = "acme/nothing"')
    with pytest.raises(NotFound, match="acme/nothing"):
        begin(desk, "acme/nothing")


def test_a_long_rate_limit_says_how_long_to_wait(stage):
    desk = stage.desk()
    stage.running.order(
        Fault(
            "/repos/acme/box$",
            times=9,
            status=429,
            headers={"retry-after": "900"},
            body={"message": "slow down"},
        )
    )
    with pytest.raises(RateLimited) as caught:
        begin(desk)
    assert caught.value.retry_after == 900


def test_an_empty_backlog_is_a_night_that_completes(stage):
    night = stage.night(stage.desk())
    assert (night.status, night.issues, night.exclusions) == ("completed", (), ())


def test_a_megabyte_body_and_binary_garbage_are_planned_and_built_like_any_other(stage):
    huge = stage.issue("Huge")
    # GitHub takes no body beyond 65,536 characters; what was imported, or comes from a server, may be longer.
    world = stage.forge.world
    with world.turn():
        issue = stage.forge.issue(REPOSITORY, huge)
        world.store.issues.put(replace(issue, body="depends on nothing. " * 60_000))
    garbage = stage.issue(
        "Garbage", "\x01\x02\udcff".encode("utf-8", "replace").decode() + "�" * 50 + "\x1b[2J"
    )
    desk = stage.desk({huge: [GOOD], garbage: [writes("size.py", "BIG = 1\n")]})
    night = stage.night(desk)
    assert {of(night, huge).status, of(night, garbage).status} == {"pull_request"}


def test_an_issue_deleted_while_the_night_runs_is_skipped_and_the_others_go_on(stage):
    doomed, fine = stage.issue("Doomed"), stage.issue("Fine")

    def delete_other(tree):
        stage.forge.delete_issue(stage.forge.issue(REPOSITORY, fine))
        GOOD(tree)

    night = stage.night(stage.desk({doomed: [delete_other]}))
    assert of(night, doomed).status == "pull_request"
    assert (of(night, fine).status, "deleted" in of(night, fine).reason) == ("skipped", True)


def test_a_text_edited_after_the_plan_is_not_built(stage):
    first, second = stage.issue("First"), stage.issue("Second")

    def edit_other(tree):
        stage.forge.edit_issue(stage.forge.issue(REPOSITORY, second), "lead", body="something else")
        GOOD(tree)

    night = stage.night(stage.desk({first: [edit_other], second: [GOOD]}))
    assert (of(night, second).status, "changed after it was planned" in of(night, second).reason) == (
        "skipped",
        True,
    )


def test_a_renamed_default_branch_is_what_the_next_night_builds_on(stage):
    desk = stage.desk()
    stage.night(desk)
    bare = stage.forge.bare(REPOSITORY)
    bare.update_branch("trunk", bare.branch("main"))
    stage.forge.change_repository(REPOSITORY, default_branch="trunk")
    bare.delete_ref("refs/heads/main")
    number = stage.issue("Add a colour")
    night = stage.night(stage.desk({number: [GOOD]}))
    assert of(night, number).status == "pull_request"
    assert [pull.base for pull in stage.forge.pull_requests(REPOSITORY)] == ["trunk"]


def test_an_empty_repository_is_said_to_be_empty_and_its_issues_are_not_lost(tmp_path):
    with open_stage(tmp_path) as stage:
        stage.forge.bare(REPOSITORY).delete_ref("refs/heads/main")
        stage.issue("Add a colour")
        _, admission = begin(stage.desk())
    assert not admission.admitted
    assert "is empty: push a first commit" in admission.reason


def test_a_protected_branch_of_ours_fails_only_this_issue_with_githubs_reason(stage):
    stuck, fine = stage.issue("Stuck"), stage.issue("Fine")
    stage.forge.protect(REPOSITORY, f"overnight/{stuck}-stuck")
    night = stage.night(stage.desk({stuck: [GOOD], fine: [writes("size.py", "BIG = 1\n")]}))
    assert of(night, stuck).status == "failed"
    assert "refuses the push" in of(night, stuck).reason
    assert "through a pull request" in of(night, stuck).reason
    assert of(night, fine).status == "pull_request"


@pytest.mark.parametrize(("optional", "status"), [(False, "failed"), (True, "pull_request")])
def test_a_repository_without_tests_needs_an_explicit_setting(tmp_path, optional, status):
    files = {"box.py": FILES["box.py"], "README.md": "# box\n"}
    if optional:
        files[".overnight.yml"] = "tests_optional: true\n"
    with open_stage(tmp_path, files=files) as stage:
        number = stage.issue("Add a colour")
        issue = of(stage.night(stage.desk({number: [GOOD]})), number)
    assert issue.status == status
    assert optional or "tests_optional" in issue.reason


def test_a_broken_overnight_file_is_named_with_line_and_key(tmp_path):
    with open_stage(tmp_path, files={**FILES, ".overnight.yml": "test: pytest\nbuidl: make\n"}) as stage:
        number = stage.issue("Add a colour")
        issue = of(stage.night(stage.desk({number: [GOOD]})), number)
    assert issue.status == "failed"
    assert all(word in issue.reason for word in (".overnight.yml:2", "buidl", "unknown key"))


def test_a_full_disk_parks_the_issue_and_the_others_go_on(stage):
    full, fine = stage.issue("Full"), stage.issue("Fine")

    def fill(tree):
        raise DiskFull(f"no space left where the work trees are ({errno.errorcode[errno.ENOSPC]})")

    night = stage.night(stage.desk({full: [fill], fine: [GOOD]}))
    assert (of(night, full).status, "no space left" in of(night, full).reason) == ("parked", True)
    assert of(night, fine).status == "pull_request"


def test_a_dead_model_endpoint_parks_the_issue_and_says_so(stage):
    number = stage.issue("Add a colour")
    dead = ModelFailure(FailureKind.TRANSPORT, "connection refused")
    issue = of(stage.night(stage.desk({number: [dead]})), number)
    assert (issue.status, "connection refused" in issue.reason) == ("parked", True)


def test_a_stop_ends_the_night_and_parks_what_is_left(stage):
    from include.overnight.services.stopping import stop_night

    first, second = stage.issue("First"), stage.issue("Second")
    desk = stage.desk()

    def stop(tree):
        night = desk.ledger.nights(limit=1)[0]
        stop_night(desk, night.id, who="lead")
        GOOD(tree)

    desk.scripted.scripts = {first: [stop], second: [GOOD]}
    night = stage.night(desk)
    assert of(night, first).status == "pull_request"
    assert (of(night, second).status, "stopped by lead" in of(night, second).reason) == ("parked", True)


@pytest.mark.slow
def test_five_thousand_issues_are_fetched_and_planned(stage):
    for number in range(5000):
        stage.issue(f"Issue {number}")
    desk = stage.desk()
    night = stage.night(desk, plan_only=True, max_issues_per_run=2000)
    assert len(night.issues) + len(night.exclusions) == 5000
