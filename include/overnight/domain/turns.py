"""Whose turn it is when people change priorities while a night runs: the plan's order, sequenced anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .ordering import sequence, topological
from .plans import PlannedIssue
from .priorities import UNSET, inherit


def in_turn(
    issues: Sequence[PlannedIssue], planned: Mapping[int, int], wanted: Mapping[int, int]
) -> tuple[int, ...]:
    """Return the issues that may start, most urgent first and each after what it waits for.

    Where nobody changed anything it is the plan's own order. What inherited its place in the plan keeps it
    when the issue that it comes before is put back.

    :param planned: issue → priority that people had set when the plan was made.
    :param wanted: issue → priority that people want now.
    """
    startable = {issue.number: issue for issue in issues if not issue.blocked}
    waits = {
        number: tuple(one for one in issue.waits_for if one in startable)
        for number, issue in startable.items()
    }
    own = {number: _own(issue, planned, wanted) for number, issue in startable.items()}
    priority = inherit(own, waits, topological(waits))
    return sequence(waits, lambda number: (priority[number], startable[number].position))


def _own(issue: PlannedIssue, planned: Mapping[int, int], wanted: Mapping[int, int]) -> int:
    if issue.number in wanted:
        return wanted[issue.number]
    return UNSET if issue.number in planned else issue.priority
