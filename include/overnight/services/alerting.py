"""Tell people of events that cannot wait for the morning, once, grouped, at a bearable rate."""

from __future__ import annotations

from collections.abc import Sequence

from ..documents import from_document, to_document
from ..domain.alerts import RULES, Alert, AlertRule, AlertState, decide, queries
from ..domain.errors import SettingsError
from ..ports import Desk
from .claiming import alone

_STATE = "alerts/state"


def send_alerts(desk: Desk, rules: Sequence[AlertRule] = RULES) -> tuple[Alert, ...]:
    """Send one message with everything new that the rules want told; return what was told.

    Dry runs alarm nobody. What is told is remembered before it is sent: a message that gets lost is lost
    once, one that is sent is never sent twice. Of workers that are loud at once one tells, with what the
    others wrote; what comes a moment later is told at the next look.
    """
    with alone(desk, _STATE) as hold:
        return () if hold is None else _send(desk, rules)


def _send(desk: Desk, rules: Sequence[AlertRule]) -> tuple[Alert, ...]:
    now, state = desk.clock.now(), _state(desk)
    found = {event.id: event for query in queries(state, now, rules) for event in desk.ledger.events(query)}
    events = sorted(found.values(), key=lambda event: event.at or now)
    alerts, after = decide(events, state, now, rules)
    desk.records.remember(_STATE, to_document(after))
    if alerts:
        lines = "\n".join(alert.sentence() for alert in alerts)
        desk.notify(f"Overnight: {alerts[0].rule}", f"{lines}\n\n`overnight events` shows all of them.")
    return alerts


def _state(desk: Desk) -> AlertState:
    kept = desk.records.recall(_STATE)
    try:
        return from_document(AlertState, kept) if kept else AlertState()
    except SettingsError:  # another version's state: begin anew, at worst something is told twice
        return AlertState()
