from __future__ import annotations

from datetime import timedelta

import pytest

from include.overnight.domain.issues import Milestone
from include.overnight.domain.milestones import is_near, tell
from tests.domain.making import NOW, an_issue


@pytest.mark.parametrize(
    ("hours", "near", "words"),
    [
        (24 * 7, True, "milestone “1.0” is due in 7 days"),
        (24 * 7 + 1, False, ""),
        (25, True, "milestone “1.0” is due in 1 day"),
        (1, True, "milestone “1.0” is due in less than a day"),
        (-1, True, "milestone “1.0” is overdue by less than a day"),
        (-49, True, "milestone “1.0” is overdue by 2 days"),
    ],
)
def test_a_milestone_is_near_within_seven_days(hours: int, near: bool, words: str) -> None:
    issue = an_issue(1, milestone=Milestone("1.0", due_on=NOW + timedelta(hours=hours)))
    assert (is_near(issue, NOW), tell(issue, NOW)) == (near, words)


@pytest.mark.parametrize("milestone", [None, Milestone("1.0")])
def test_without_a_date_nothing_is_near(milestone: Milestone | None) -> None:
    assert not is_near(an_issue(1, milestone=milestone), NOW)
    assert tell(an_issue(1, milestone=milestone), NOW) == ""


def test_a_date_without_a_zone_is_taken_as_utc() -> None:
    due = (NOW + timedelta(days=2)).replace(tzinfo=None)
    assert is_near(an_issue(1, milestone=Milestone("1.0", due_on=due)), NOW)
