"""What the seeds ask people to look at each day, week and month; a report answers each with its figures."""

from __future__ import annotations

from dataclasses import dataclass

from .periods import Period


@dataclass(frozen=True, slots=True)
class Chore:
    """One line of a maintenance list.

    :param answer: name of the figure that a report answers it with.
    """

    period: Period
    words: str
    answer: str


CHORES = (
    Chore(Period.DAY, "Monitor governance event logs", "events"),
    Chore(Period.DAY, "Check quota usage", "quota"),
    Chore(Period.DAY, "Verify overnight execution runs", "nights"),
    Chore(Period.WEEK, "Review escalation patterns", "escalations"),
    Chore(Period.WEEK, "Analyze auto-heal success rate", "healing"),
    Chore(Period.WEEK, "Check desktop sync health", "desktop"),
    Chore(Period.WEEK, "Review cost reports", "cost"),
    Chore(Period.MONTH, "Adjust quota limits if needed", "quota_proposals"),
    Chore(Period.MONTH, "Update escalation rules based on usage", "rule_proposals"),
    Chore(Period.MONTH, "Review and update GSR documentation", "policy"),
    Chore(Period.MONTH, "Plan governance issue backlog", "backlog"),
)
"""Source: the seeds' "Maintenance", in its order."""


def chores(period: Period) -> tuple[Chore, ...]:
    """Return a period's list; a longer period's comes with the shorter ones' before it."""
    order = list(Period)
    return tuple(chore for chore in CHORES if order.index(chore.period) <= order.index(period))
