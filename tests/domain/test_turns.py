"""Turns: the plan's order unless people want another, and never before what is waited for."""

from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from include.overnight.domain.turns import in_turn

KIND = Classification(SequenceType.BUILD, Complexity.LOW, "", "")


def plan(*rows):
    """Return planned issues from (number, waits for, priority), in that order."""
    return [
        PlannedIssue(number, f"#{number}", "", position, KIND, waits_for=waits, priority=priority)
        for position, (number, waits, priority) in enumerate(rows, start=1)
    ]


def test_where_nobody_changed_anything_it_is_the_plans_order():
    issues = plan((5, (), 10), (2, (), 100), (9, (2,), 100))
    assert in_turn(issues, {5: 10}, {5: 10}) == (5, 2, 9)


def test_a_new_priority_comes_first_with_what_it_waits_for():
    issues = plan((1, (), 100), (2, (), 100), (3, (2,), 100), (4, (), 100))
    assert in_turn(issues, {}, {3: 5}) == (2, 3, 1, 4)


def test_one_that_was_taken_back_is_as_urgent_as_any():
    issues = plan((4, (), 1), (1, (), 50), (2, (), 100))
    assert in_turn(issues, {4: 1}, {}) == (1, 4, 2)


def test_blocked_issues_have_no_turn():
    (first,) = plan((1, (), 100))
    blocked = PlannedIssue(2, "#2", "", 2, KIND, blocked="#9 is open")
    assert in_turn([first, blocked], {}, {2: 1}) == (1,)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sets(st.integers(1, 15), max_size=3)), max_size=15),
    st.dictionaries(st.integers(1, 15), st.integers(0, 200)),
)
def test_every_issue_has_its_turn_once_and_after_what_it_waits_for(rows, wanted):
    issues = plan(
        *((n, tuple(w for w in sorted(waits) if w < n), p) for n, (p, waits) in enumerate(rows, start=1))
    )
    order = in_turn(issues, {}, wanted)
    assert sorted(order) == [issue.number for issue in issues]
    place = {number: index for index, number in enumerate(order)}
    assert all(place[first] < place[issue.number] for issue in issues for first in issue.waits_for)
