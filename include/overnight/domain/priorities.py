"""Manual priorities: lowest first, and a dependency is as urgent as what waits for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .issues import Issue
from .plans import PlanRules

UNSET = 100
_LABEL = re.compile(r"priority\s*[:=/]?\s*(-?[0-9]{1,6})")


def own_priority(issue: Issue, overrides: Mapping[int, int]) -> int:
    """Return an issue's own priority: an override, else its lowest label `priority: N`, else 100."""
    if issue.number in overrides:
        return overrides[issue.number]
    found = (_LABEL.fullmatch(name) for name in issue.label_names)
    return min((int(match[1]) for match in found if match), default=UNSET)


def overrides_of(rules: PlanRules) -> Mapping[int, int]:
    """Return the overrides by issue number; the last one given for an issue wins."""
    return dict(rules.priorities)


def inherit(
    own: Mapping[int, int], waits: Mapping[int, Sequence[int]], order: Sequence[int]
) -> dict[int, int]:
    """Return effective priorities: a dependency inherits the best of everything that waits for it.

    :param order: every number, each after the ones it waits for.
    """
    best = dict(own)
    for number in reversed(order):
        for needed in waits[number]:
            best[needed] = min(best[needed], best[number])
    return best
