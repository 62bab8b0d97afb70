"""A whole night, and what of it lies on a developer's desktop in the morning."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.checkouts import Checkout
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.nights import Night, NightIssue
from include.overnight.services.handing_over import _since, hand_over

from ..adapters.git.remotes import git
from ..fakes import writes
from ..staging import REPOSITORY, TOKEN, open_stage

GOOD = writes("box.py", "def size(a, b):\n    return a * b\n\n\ndef area(a, b):\n    return size(a, b)\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")
HELPER = f'!f() {{ test "$1" = get && echo username=x-access-token && echo password={TOKEN}; }}; f'


@pytest.fixture(scope="module")
def morning(tmp_path_factory):
    """After a night with one pull request and one failure: the desk of services, and a clone."""
    home = tmp_path_factory.mktemp("morning")
    with pytest.MonkeyPatch.context() as patch, open_stage(home) as stage:
        patch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        good, bad = stage.issue("Add an area"), stage.issue("Lose the size")
        desk = stage.desk({good: [GOOD], bad: [BAD]}, settings="enable_model_escalation = false")
        stage.night(desk)
        clone = home / "clone"
        url = stage.running.git_url(REPOSITORY)
        git(home, "-c", f"credential.helper={HELPER}", "clone", "--quiet", url, str(clone))
        git(clone, "config", "credential.helper", HELPER)
        yield desk, clone


def test_branches_page_and_event_are_there_once(morning):
    desk, clone = morning
    checkout = Checkout("box", str(clone), worktrees=str(clone.parent / "nights"))
    handed = hand_over(desk, GitDesktop(), checkout)
    ((branch, sha),) = handed.opened.branches
    assert branch == "overnight/1-add-an-area"
    assert git(clone, "rev-parse", f"origin/{branch}") == sha
    (folder,) = handed.opened.worktrees
    assert "area" in (Path(folder) / "box.py").read_text()
    page = Path(handed.summary).read_text()
    assert "1 of 2 issues have a branch in this checkout" in page
    assert f"cd {folder}" in page
    assert "test pass" in page
    assert "#2 Lose the size: failed" in page
    assert git(clone, "status", "--porcelain") == ""
    assert hand_over(desk, GitDesktop(), checkout).night == ""
    found = desk.ledger.events(EventQuery(types=(EventType.DESKTOP_SYNC,)))
    (event,) = [one for one in found if one.metadata["desktop"] == "box"]
    assert (event.metadata["handed_over"], event.metadata["branches"]) == (handed.night, [branch])
    assert TOKEN not in page + repr(found)


def test_each_checkout_is_handed_the_night_on_its_own(morning):
    desk, clone = morning
    handed = hand_over(desk, GitDesktop(), Checkout("other", str(clone)))
    assert handed.night
    assert handed.opened.worktrees == ()
    assert "git switch overnight/1-add-an-area" in Path(handed.summary).read_text()


def test_a_repository_without_a_night_has_nothing_to_hand_over(room):
    assert hand_over(room.house, GitDesktop(), room.checkout).night == ""


def test_nights_that_nobody_fetched_are_handed_over_together_and_no_older_ones():
    finished = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
    issues = (NightIssue(1, "Add", 1, "independent", "simple", status=IssueStatus.PULL_REQUEST, branch="b"),)
    nights = [
        Night(f"night-{age}", "R_1", "acme/box", finished_at=finished - timedelta(days=age), issues=issues)
        for age in range(10)
    ]
    desk = SimpleNamespace(
        clock=SimpleNamespace(now=lambda: finished),
        ledger=SimpleNamespace(
            nights=lambda limit: nights, night=lambda of: next(one for one in nights if one.id == of)
        ),
    )
    for last, found in (("night-3", 3), ("night-0", 0), ("forgotten", 8), ("", 1)):
        assert [night.id for night in _since(desk, "Acme/Box", last)] == [
            f"night-{age}" for age in range(found)
        ]
