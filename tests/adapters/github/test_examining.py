"""What a token may do, read off headers and tried by requests that only read, on a real forge."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import GitHubAccess, connect
from include.overnight.adapters.github.examining import GitHubExaminer
from include.overnight.adapters.github.pace import Pace
from include.overnight.domain.errors import NotFound
from include.overnight.domain.projects import ProjectField
from include.overnight.services.examining_github import github_checks, pool_check, project_checks

from ...staging import REPOSITORY, open_stage

TOKENS = {"writer": "bot-one:write", "reader": "bot-two:read"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with open_stage(tmp_path_factory.mktemp("examining")) as opened:
        for token, grant in TOKENS.items():
            login, _, level = grant.partition(":")
            opened.forge.allow(token, login, level)
        yield opened


@pytest.fixture
def examiner(stage):
    def made(token="writer", ahead=0.0):
        client = connect(GitHubAccess(stage.running.rest_url, token), pace=Pace.unhurried())
        return GitHubExaminer(client, lambda: datetime.now(UTC) + timedelta(seconds=ahead))

    yield made
    stage.forge.faults.clear()


def said(stage, **headers):
    """Let the forge's next word on limits carry these headers."""
    limit = {"limit": 5000, "remaining": 12, "reset": int(time.time()) + 600}
    body = {"resources": {"core": limit, "graphql": {**limit, "remaining": 0}}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    stage.forge.faults.order(Fault("/rate_limit", status=200, headers=named, body=body))


def checks(examiner, *repositories):
    return {check.name: check for check in github_checks(examiner, repositories)}


def test_a_token_that_may_push_has_every_right_that_can_be_tried(examiner):
    found = checks(examiner(), REPOSITORY)
    rights = found[f"rights on {REPOSITORY}"]
    assert rights.passed
    assert rights.detail.startswith("contents: read, issues: read, pull requests: read, contents: write;")
    assert "only a write can tell" in rights.detail
    assert found["rate limit, core"].detail.startswith("4999 of 5000 requests left until")
    assert found["clock"].passed


def test_a_token_that_may_only_read_is_told_which_rights_it_lacks(examiner):
    rights = checks(examiner("reader"), REPOSITORY)[f"rights on {REPOSITORY}"]
    assert not rights.passed
    assert "contents: write (git's server said 403 to a push)" in rights.detail
    assert "issues: write (the account's role on the repository is below `write`)" in rights.detail
    assert "give the token these permissions" in rights.detail


@pytest.mark.parametrize(
    ("scopes", "passed", "caution", "told"),
    [
        ("repo, workflow", True, False, "classic token: repo, workflow"),
        ("public_repo", True, True, "public repositories only"),
        ("read:org", False, False, "without the scope `repo` (it has: read:org)"),
        ("", False, False, "(it has: none)"),
    ],
)
def test_a_classic_tokens_scopes_are_read(stage, examiner, scopes, passed, caution, told):
    said(stage, X_OAuth_Scopes=scopes)
    found = checks(examiner())["token scopes"]
    assert (found.passed, found.caution) == (passed, caution)
    assert told in found.detail


def test_requests_that_run_out_are_told_with_the_moment_when_there_are_more(stage, examiner):
    said(stage)
    found = checks(examiner())
    assert found["rate limit, core"].caution
    assert not found["rate limit, graphql"].passed
    assert "wait until then" in found["rate limit, graphql"].detail


@pytest.mark.parametrize(("ahead", "passed", "caution"), [(30, True, True), (-300, False, False)])
def test_a_clock_that_is_wrong_is_told_with_its_fix(stage, examiner, ahead, passed, caution):
    said(stage, Date=format_datetime(datetime.now(UTC), usegmt=True))
    found = checks(examiner(ahead=ahead))["clock"]
    assert (found.passed, found.caution) == (passed, caution)
    assert ("ahead of" if ahead > 0 else "behind") in found.detail
    assert "timedatectl set-ntp true" in found.detail


def test_a_repository_that_may_not_be_seen_is_a_failed_check(examiner):
    assert not checks(examiner(), "acme/nothing")["rights on acme/nothing"].passed
    with pytest.raises(NotFound):
        examiner().access("acme", "nothing")


def test_a_server_without_limits_says_so(stage, examiner):
    missing = {"message": "Rate limiting is not enabled."}
    stage.forge.faults.order(Fault("/rate_limit", status=404, body=missing))
    stage.forge.faults.order(Fault("/meta", status=200, body={}))
    assert checks(examiner())["rate limit"].detail == "this server does not limit"


@pytest.mark.parametrize(
    ("pools", "passed", "told"),
    [
        (None, True, "not looked at: no Airflow here"),
        ({"default_pool": 128}, False, "missing: overnight_builds, overnight_issues: `overnight settings"),
        ({"overnight_builds": 5, "overnight_issues": 8}, True, "overnight_builds: 5 slots"),
        ({"overnight_builds": 9, "overnight_issues": 8}, True, "5 escalations at once are allowed"),
    ],
)
def test_the_pools_of_a_nights_tasks(pools, passed, told):
    found = pool_check(lambda: pools, 5)
    assert (found.passed, told in found.detail) == (passed, True)


def test_a_project_without_one_of_our_options_is_a_caution_that_names_it(stage, examiner):
    stage.forge.add_project("acme", 4, ["Todo", "in progress", "In Review"])
    fields = [ProjectField("acme", 4), ProjectField("acme", 4, blocked=""), ProjectField("acme", 5)]
    lacking, whole, missing = project_checks(examiner(), fields)
    assert (lacking.caution, "has no Blocked" in lacking.detail) == (True, True)
    assert (whole.caution, whole.detail) == (False, "field Status")
    assert "project acme/5 is not there" in missing.detail
    assert missing.passed
