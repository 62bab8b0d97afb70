"""The throttle's state: opened and closed by the ask that finds it so, in that ask's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from ...domain.events import Event, EventType, Severity
from ...domain.orders import Limits, NightOrder, ThrottleRules
from ...domain.quotas import ThrottleFacts, throttled_by
from .chain import to_json
from .store import upsert
from .tables import throttle

_FRESH = timedelta(hours=24)
"""Thresholds that nobody asked by for so long are nobody's any more."""


def move(
    connection: Connection, order: NightOrder, repository: str, facts: ThrottleFacts, at: datetime
) -> tuple[tuple[str, ...], tuple[Event, ...]]:
    """Return why escalations are throttled now, and the events of its opening or closing."""
    told = list(_drop_former(connection, order, repository))
    row = connection.execute(select(throttle).where(throttle.c.rules == _rules(order))).one_or_none()
    was_open = bool(row and row.open)
    reasons = throttled_by(was_open, facts, order.limits, order.throttle)
    if bool(reasons) != was_open:
        told.append(_event(order, reasons, facts, row))
    _save(connection, order, repository, reasons, row, at)
    return reasons, tuple(told)


def current(connection: Connection, facts: ThrottleFacts, now: datetime) -> tuple[str, ...]:
    """Return why the next ask would find escalations throttled, by the thresholds of the latest asks."""
    found = connection.execute(select(throttle).where(throttle.c.checked_at > now - _FRESH))
    reasons = [reason for row in found for reason in throttled_by(row.open, facts, *_parsed(row.rules))]
    return tuple(dict.fromkeys(reasons))


def _drop_former(connection: Connection, order: NightOrder, repository: str) -> Iterator[Event]:
    """Forget the state under thresholds that this repository had before its settings changed."""
    former = (throttle.c.repository == repository, throttle.c.rules != _rules(order))
    rows = connection.execute(select(throttle).where(*former)).all()
    if rows:
        connection.execute(delete(throttle).where(*former))
    for row in rows:
        if row.open:
            yield Event(
                EventType.THROTTLE_CLOSED,
                "Escalations are no longer throttled: the thresholds were changed",
                metadata={"since": row.since, "rules": json.loads(row.rules)},
            )


def _save(
    connection: Connection,
    order: NightOrder,
    repository: str,
    reasons: Sequence[str],
    row: Row[Any] | None,
    at: datetime,
) -> None:
    changed = row is None or row.open != bool(reasons)
    new = {
        "rules": _rules(order),
        "open": bool(reasons),
        "since": at if row is None or changed else row.since,
        "reasons": to_json(list(reasons)),
        "repository": repository,
        "checked_at": at,
    }
    quiet = ("reasons", "repository")
    stale = row is None or at - row.checked_at > timedelta(hours=1)
    if changed or stale or any(getattr(row, name) != new[name] for name in quiet):
        upsert(connection, throttle, [new])


def _event(order: NightOrder, reasons: Sequence[str], facts: ThrottleFacts, row: Row[Any] | None) -> Event:
    metadata = {
        "reasons": list(reasons) or json.loads(row.reasons if row else "[]"),
        "rules": json.loads(_rules(order)),
        "facts": asdict(facts),
    }
    if reasons:
        text = f"Escalations are throttled: {'; '.join(reasons)}"
        return Event(EventType.THROTTLE_OPENED, text, Severity.WARNING, metadata=metadata)
    text = "Escalations are no longer throttled: every trigger is clear by its margin"
    return Event(EventType.THROTTLE_CLOSED, text, metadata=metadata | {"since": row.since if row else None})


def _rules(order: NightOrder) -> str:
    limits = order.limits
    shares = {"day": limits.escalations_per_day, "hour": limits.escalations_per_hour}
    return to_json(asdict(order.throttle) | shares)


def _parsed(text: str) -> tuple[Limits, ThrottleRules]:
    rules = json.loads(text)
    limits = Limits(escalations_per_day=rules.pop("day"), escalations_per_hour=rules.pop("hour"))
    return limits, ThrottleRules(**rules | {"average_cost_usd": Decimal(rules["average_cost_usd"])})
