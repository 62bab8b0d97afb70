"""What a notebook or another program calls: the seeds' functions, on the settings of this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .assembly import Overnight, open_overnight
from .domain.events import Event
from .domain.models import ModelSelectionContext
from .settings.orders import standing_order

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """Escalations counted now and their limits: exempt ones only in `concurrent`."""

    daily: int
    daily_limit: int
    hourly: int
    hourly_limit: int
    concurrent: int
    concurrent_limit: int
    throttled: tuple[str, ...] = ()


def execute_with_escalation(
    context: ModelSelectionContext, task: Callable[[str], T], *, desk: Overnight | None = None
) -> tuple[T, Event]:
    """Call `task(tier)` on the tier its context asks for, then down the ladder until one works.

    The task raises one of our errors (ModelFailure, Transient) when its model fails; anything else is its
    own. Quota, throttle, healing and the ledger are those of a night.

    :returns: what the task returned, and the event of the run that succeeded.
    :raises ModelFailure: no tier is left.
    """
    from .services.executing import execute_with_escalation as execute

    desk = desk or open_overnight()
    return execute(desk, context, task, standing_order(desk.settings))


def get_quota_usage(repository: str | None = None, *, desk: Overnight | None = None) -> QuotaUsage:
    """Return what is counted now, of the organization or of one repository (by GitHub node id)."""
    desk = desk or open_overnight()
    use, limits = desk.quota.use(repository), standing_order(desk.settings).limits
    return QuotaUsage(
        use.daily,
        limits.escalations_per_day,
        use.hourly,
        limits.escalations_per_hour,
        use.concurrent,
        limits.escalations_at_once,
        desk.quota.throttled(),
    )
