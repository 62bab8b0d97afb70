"""Send work to the desktop while the primary builder is down, and back once it is stable."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from ..domain.desktops import Finding, Health, health_of
from ..domain.errors import OvernightError
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.models import Tier
from ..domain.switching import (
    BUILDER_STREAM,
    Phase,
    Standing,
    Switch,
    SwitchRules,
    fold_standing,
    next_switch,
)
from ..ports import Desk

_IDS = uuid5(NAMESPACE_URL, "overnight/builder-switch")
_LOOKS_BACK = timedelta(days=7)
"""Failures without a switch are forgotten after this."""


def builder_standing(desk: Desk) -> Standing:
    """Return who builds now, from the ledger alone."""
    switched = EventQuery(types=(EventType.BUILDER_SWITCH,), limit=1)
    last = desk.ledger.events(switched)
    since = last[0].at if last else desk.clock.now() - _LOOKS_BACK
    types = (EventType.BUILDER_SWITCH, EventType.ATTEMPT_FINISHED, EventType.DESKTOP_HEALTH_CHECK)
    events = desk.ledger.events(EventQuery(types=types, since=since, limit=None, oldest_first=True))
    return fold_standing(events)


def check_builders(
    desk: Desk, primary_health: Callable[[], str], rules: SwitchRules, health: Health | None = None
) -> Standing:
    """Check both builders, record it, and switch when a switch is due; return who builds.

    :param primary_health: returns "" when the primary builder's service answers, else what is wrong.
    :param health: of the desktop's builder, looked up when None.
    """
    health = health or builder_health(desk)
    wrong = primary_health()
    desk.ledger.append(
        Event(
            EventType.DESKTOP_HEALTH_CHECK,
            f"Desktop builder {'ready' if health.ready else f'not ready: {health.issues[0]}'}; "
            f"primary builder {wrong or 'healthy'}",
            Severity.INFO if health.ready and not wrong else Severity.WARNING,
            metadata={
                "desktop": BUILDER_STREAM,
                "ready": health.ready,
                "issues": list(health.issues),
                "primary_healthy": not wrong,
                "primary_detail": wrong,
            },
        )
    )
    return switch_if_due(desk, rules, health)


def switch_if_due(desk: Desk, rules: SwitchRules, health: Health) -> Standing:
    """Make the switch that is due, as one event however many workers see it; return who builds."""
    standing = builder_standing(desk)
    switch = next_switch(standing, rules, desk.clock.now(), () if health.ready else health.issues)
    if switch is None:
        return standing
    desk.ledger.append(_event(standing, switch))
    return builder_standing(desk)


def choose_builder(desk: Desk, attempt: str) -> tuple[bool, str]:
    """Return whether an attempt goes to the desktop, and why; of all attempts one gets the trial.

    :param attempt: its id, "<night>/<issue>/<n>"; asked again, the same attempt gets the same answer.
    """
    standing = builder_standing(desk)
    if standing.phase is Phase.PRIMARY:
        return False, "the primary builder works"
    if standing.phase is Phase.DESKTOP:
        return True, "the primary builder is down, the desktop builds"
    claim = Event(
        EventType.GOVERNANCE_NOTE,
        f"Attempt {attempt} tries the primary builder",
        metadata={"trial": standing.switch, "holder": attempt},
        id=str(uuid5(_IDS, f"trial/{standing.switch}")),
    )
    (stored,) = desk.ledger.append(claim)
    if stored.metadata.get("holder") == attempt:
        return False, "this attempt tries whether the primary builder is back"
    return True, "another attempt tries the primary builder, the desktop builds"


def builder_health(desk: Desk) -> Health:
    """Return whether this machine can build on its own: model server, its model, sandbox."""
    wrong = desk.available_tiers().get(Tier.LOCAL_BUILDER, "there is no local-builder")
    return health_of(
        (Finding("local model", not wrong, wrong or "answers and has the model"), _sandbox(desk))
    )


def _sandbox(desk: Desk) -> Finding:
    try:
        desk.sandbox.self_test()
    except OvernightError as error:
        return Finding("sandbox", False, str(error))
    return Finding("sandbox", True, "confines what it runs")


def _event(standing: Standing, switch: Switch) -> Event:
    return Event(
        EventType.BUILDER_SWITCH,
        f"Builder switched from {switch.came_from} to {switch.to}: {switch.reason}",
        Severity.WARNING if switch.to is Phase.DESKTOP else Severity.INFO,
        metadata={
            "desktop": BUILDER_STREAM,
            "from": str(switch.came_from),
            "to": str(switch.to),
            "reason": switch.reason,
            "failures": standing.failures,
            "healthy_checks": standing.healthy,
        },
        id=str(uuid5(_IDS, f"{standing.switch}/{switch.to}")),
    )
