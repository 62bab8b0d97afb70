"""`/quota` and `/costs`: escalations and dollars, used and left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import Query

from ...assembly import Overnight
from ...domain.orders import QuotaCap
from ...ports import QuotaUse
from ...services.tallying import costs
from ...settings.orders import guaranteed, limits, quota_cap
from ..shapes.money import (
    BudgetDocument,
    CostsDocument,
    GaugeDocument,
    QuotaDocument,
    QuotaScope,
    ShareDocument,
)
from ..sights import Sight
from .reaching import Desk, View, router

routes = router("quota and costs")
ORGANIZATION = "organization"


@routes.get("/quota")
def quota(desk: Desk, sight: View) -> QuotaDocument:
    """Return escalations used and left, and whether the throttle is open."""
    throttle = desk.quota.throttled()
    return QuotaDocument(
        scopes=scopes(desk, sight, sight.names()), throttled=bool(throttle), throttle=list(throttle)
    )


@routes.get("/costs")
def cost_report(desk: Desk, sight: View, days: Annotated[int, Query(ge=1, le=366)] = 30) -> CostsDocument:
    """Return what attempts cost, by day, tier and repository, and the limits."""
    since = desk.clock.now() - timedelta(days=days)
    found, bound = costs(desk, since, sight.event), limits(desk.settings)
    named = [replace(one, name=sight.name_of(one.name)) for one in found.by_repository]
    return CostsDocument(
        since=since.replace(minute=0, second=0, microsecond=0),
        total=ShareDocument.model_validate(found.total),
        by_day=[ShareDocument.model_validate(one) for one in found.by_day],
        by_tier=[ShareDocument.model_validate(one) for one in found.by_tier],
        by_repository=[ShareDocument.model_validate(one) for one in named],
        month_usd=found.month_usd,
        limits=BudgetDocument(
            attempt=bound.attempt_usd, issue=bound.issue_usd, night=bound.night_usd, month=bound.month_usd
        ),
    )


def scopes(desk: Overnight, sight: Sight, names: Sequence[str]) -> list[QuotaScope]:
    """Return the organization's gauges, then those of some repositories."""
    shared = desk.settings.values.quota
    rows = [_scope(ORGANIZATION, desk.quota.use(), QuotaCap(shared.daily, shared.hourly, shared.concurrent))]
    for name in names:
        place = sight.id_of(name)
        used = desk.quota.use(place) if place else QuotaUse(0, 0, 0)
        cap = quota_cap(desk.settings, desk.settings.repository(name))
        rows.append(_scope(name, used, cap, guaranteed(desk.settings, name)))
    return rows


def _scope(name: str, used: QuotaUse, cap: QuotaCap | None, part: QuotaCap | None = None) -> QuotaScope:
    def gauge(kind: str) -> GaugeDocument:
        limit, kept = getattr(cap, kind, None), getattr(part, kind, None)
        if limit is not None and kept is not None:
            kept = min(kept, limit)  # nothing is kept that its own limit would refuse
        return GaugeDocument(used=getattr(used, kind), limit=limit, part=kept)

    return QuotaScope(name=name, daily=gauge("daily"), hourly=gauge("hourly"), concurrent=gauge("concurrent"))
