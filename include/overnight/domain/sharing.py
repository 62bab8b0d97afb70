"""Fair shares of quota and money: each repository's own part is kept for it, what nobody needs is lent.

A repository's part is its weight by the sum of all weights. Escalations: while another repository's night
is running, what is left of its part is kept for it; the parts of those that rest are lent. Dollars of a
month: of another's part that much is kept as the month's remaining days are worth; what it did not use of
the days that are over is lent. What was lent comes back as the hour slides, the day or the month ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal

from .orders import Limits
from .quotas import Bound, Counts

KEPT = " beside what is kept for other repositories at work"


@dataclass(frozen=True, slots=True)
class Sharer:
    """Another repository: its weight and what it used."""

    weight: Decimal
    use: Counts


def part(limit: int, weight: Decimal, total: Decimal) -> int:
    """Return the whole escalations of a limit that a weight is worth."""
    return int((Decimal(limit) * weight / total).to_integral_value(ROUND_FLOOR)) if total > 0 else limit


def fair_bound(
    use: Counts, own: Counts, limits: Limits, weight: Decimal, total: Decimal, others: Iterable[Sharer]
) -> Bound:
    """Return the bound of one repository on the organization's use, with others at work.

    :param use: of the organization.
    :param own: of this repository.
    :param total: the sum of every configured repository's weight.
    """
    others = tuple(others)

    def bound(limit: int, mine: int, theirs: list[tuple[Decimal, int]]) -> int:
        if mine < part(limit, weight, total):
            return limit
        return limit - sum(max(0, part(limit, one, total) - used) for one, used in theirs)

    return Bound(
        use,
        bound(limits.escalations_per_day, own.daily, [(one.weight, one.use.daily) for one in others]),
        bound(limits.escalations_per_hour, own.hourly, [(one.weight, one.use.hourly) for one in others]),
        bound(
            limits.escalations_at_once, own.concurrent, [(one.weight, one.use.concurrent) for one in others]
        ),
        KEPT,
    )


def month_left(now: datetime) -> Decimal:
    """Return the share of the UTC month that is still to come, today included."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Decimal((following - day).days) / Decimal((following - first).days)


def kept_dollars(limit: Decimal, weight: Decimal, total: Decimal, spent: Decimal, left: Decimal) -> Decimal:
    """Return what is kept of a month's limit for another repository.

    :param spent: by it, this month.
    :param left: share of the month that is still to come.
    """
    mine = limit * weight / total if total > 0 else Decimal(0)
    return max(Decimal(0), min(mine - spent, mine * left))
