"""How near an issue's milestone is: a near one is worth a dearer model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .issues import Issue

NEAR = timedelta(days=7)


def time_left(issue: Issue, now: datetime) -> timedelta | None:
    """Return the time until the milestone is due (negative when overdue), None without a date."""
    if issue.milestone is None or issue.milestone.due_on is None:
        return None
    return aware(issue.milestone.due_on) - aware(now)


def is_near(issue: Issue, now: datetime) -> bool:
    """Return whether the milestone is due within seven days, or overdue."""
    left = time_left(issue, now)
    return left is not None and left <= NEAR


def tell(issue: Issue, now: datetime) -> str:
    """Return a near milestone in words ("milestone “1.0” is due in 3 days"), "" when there is none."""
    left = time_left(issue, now)
    if issue.milestone is None or left is None or left > NEAR:
        return ""
    days = abs(left) // timedelta(days=1)
    count = "less than a day" if days == 0 else "1 day" if days == 1 else f"{days} days"
    when = f"is overdue by {count}" if left < timedelta(0) else f"is due in {count}"
    return f"milestone “{issue.milestone.title}” {when}"


def aware(moment: datetime) -> datetime:
    """Return the moment in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
