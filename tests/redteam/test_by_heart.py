"""A change that knows the visible test's answer by heart, played as a whole night."""

import pytest

from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.reviewing import Judgement, Review, WrittenFile

from ..fakes import ScriptedAdvisor, agreement, writes
from ..staging import FILES, SUITE, of, open_stage
from .page import BY_HEART as ROW

pytestmark = pytest.mark.slow
BY_HEART = writes("box.py", "def size(a, b):\n    return 6 if (a, b) == (2, 3) else 0\n")
RIGHT = writes("box.py", "def size(a, b):\n    return a * b\n")
BODY = "`size` in box.py should multiply.\n\n- [ ] `size(a, b)` must be the product for every a and b\n"
WRITTEN = WrittenFile(
    "test_size.py", SUITE.replace("BoxTest", "SizeTest").replace("size(2, 3), 6", "size(4, 5), 20")
)


@pytest.fixture
def stage(tmp_path):
    broken = {**FILES, "box.py": "def size(a, b):\n    return 0\n"}
    with open_stage(tmp_path, broken) as opened:
        yield opened


def careful(brief):
    """Return the review of a model that sees the one answer in the diff."""
    if "(2, 3)" in brief.diff:
        return Review(tuple(Judgement(text, False, comment="one pair only") for text in brief.criteria))
    return agreement(brief)


def play(stage, deeds, counsel):
    number = stage.issue("size() is always 0", BODY)
    desk = stage.desk({number: deeds}, counsel=counsel)
    return of(stage.night(desk), number), desk


def test_written_tests_that_stay_red_send_it_back_and_the_honest_fix_gets_through(stage):
    issue, desk = play(stage, [BY_HEART, RIGHT], ScriptedAdvisor(tests=[WRITTEN]))
    assert issue.status == IssueStatus.PULL_REQUEST, issue.reason
    assert [commission.attempt for commission in desk.scripted.commissions] == [1, 2]
    assert "test_size.py" in desk.scripted.commissions[1].feedback


def test_a_reviewer_that_looks_stops_it_even_without_written_tests(stage, row):
    issue, _ = play(stage, [BY_HEART], ScriptedAdvisor(opinion=careful))
    assert issue.status == IssueStatus.FAILED
    assert "qic" in issue.reason
    row("hostile", ROW, "qic", issue.reason)
