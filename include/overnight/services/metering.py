"""Write down when half, most or all of a night's or a month's money is spent, each once."""

from __future__ import annotations

from decimal import Decimal

from ..domain.budgeting import reached, spoken
from ..domain.errors import OvernightError
from ..domain.events import Event, EventType
from ..ports import Desk
from .alerting import send_alerts
from .claiming import alone
from .reading import OpenNight


def watch_money(desk: Desk, night: OpenNight) -> tuple[Event, ...]:
    """Return the events of marks that were reached since the last look: 50, 80 and 100 % of each limit.

    A dry run spends real dollars, so it counts for the month; its own night's marks are told of in its
    summary and not by an alert.
    """
    limits, now = night.order.limits, desk.clock.now()
    scopes = (
        ("night", night.id, desk.budgets.spent(night=night.id), limits.night_usd),
        ("month", f"{now:%Y-%m}", desk.budgets.spent(), limits.month_usd),
    )
    found = (_mark(desk, night, *scope) for scope in scopes)
    return tuple(event for event in found if event is not None)


def _mark(
    desk: Desk, night: OpenNight, scope: str, name: str, spent: Decimal, limit: Decimal
) -> Event | None:
    key, percent = f"spent/{scope}/{name}", reached(spent, limit)
    known = desk.records.recall(key) or {"percent": 0}
    if percent <= known["percent"]:
        return None
    with alone(desk, key) as hold:  # workers finish side by side
        if hold is None or percent <= (desk.records.recall(key) or known)["percent"]:
            return None
        desk.records.remember(key, {"percent": percent})
        said = spoken(scope, percent)
        metadata = {"scope": scope, "percent": percent, "spent_usd": float(spent), "limit_usd": float(limit)}
        words = f"${spent:.2f} of this {scope}'s ${limit:.2f} is spent: {said.words}"
        if scope == "night":
            event = night.event(
                EventType.BUDGET_REACHED, words, severity=said.severity, metadata=metadata | {"night": name}
            )
        else:
            event = Event(
                EventType.BUDGET_REACHED, words, severity=said.severity, metadata=metadata | {"month": name}
            )
        return desk.ledger.append(event)[0]


def tell_what_is_loud(desk: Desk, night: OpenNight) -> None:
    """Watch the money and send the alerts that are due; nothing in it ever fails a night."""
    try:
        watch_money(desk, night)
        send_alerts(desk, desk.alert_rules)
    except OvernightError:
        return  # the ledger is busy or gone: the step that needs it says so, and the next look tells
