"""Send work to the desktop while the primary builder is down, and back once it is stable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from ..domain.desktops import Finding, Health, health_of
from ..domain.errors import OvernightError
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.models import Tier
from ..domain.switching import (
    BUILDER_STREAM,
    Phase,
    Primary,
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
_LATELY = 500
"""Attempts and checks that a standing is folded from, the newest; all counts are of things in a row."""
_SWITCHES = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """Who builds an attempt.

    :param desktop: whether the desktop's own model does.
    """

    desktop: bool
    reason: str


def builder_standing(desk: Desk, primary: Primary = Primary.MODELS) -> Standing:
    """Return who builds now in a primary builder's stead, from the ledger alone."""
    query = EventQuery(types=(EventType.BUILDER_SWITCH,), limit=_SWITCHES, readable=True)
    switched = desk.ledger.events(query)
    last = next((one for one in switched if one.metadata.get("builder", Primary.MODELS) == primary), None)
    since = last.at if last else desk.clock.now() - _LOOKS_BACK
    types = (EventType.BUILDER_SWITCH, EventType.ATTEMPT_FINISHED, EventType.DESKTOP_HEALTH_CHECK)
    events = desk.ledger.events(replace(query, types=types, since=since, limit=_LATELY))[::-1]
    # What led to the switch may bear its very moment; only the order tells that it came before.
    begun = [last] if last and last.id not in {event.id for event in events} else []
    return fold_standing((*begun, *events, *_claims(desk, last)), primary)


def _claims(desk: Desk, last: Event | None) -> list[Event]:
    """Return the note of the attempt that took the trial; empty while none did, or there is no trial."""
    if last is None or last.metadata.get("to") != Phase.TRIAL:
        return []
    query = EventQuery(types=(EventType.GOVERNANCE_NOTE,), since=last.at, limit=None, readable=True)
    return [event for event in desk.ledger.events(query) if event.metadata.get("trial") == last.id]


def check_builders(
    desk: Desk,
    primary_health: Callable[[], str],
    rules: SwitchRules,
    health: Health | None = None,
    primary: Primary = Primary.MODELS,
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
            f"primary builder {primary} {wrong or 'healthy'}",
            Severity.INFO if health.ready and not wrong else Severity.WARNING,
            metadata={
                "desktop": BUILDER_STREAM,
                "builder": str(primary),
                "ready": health.ready,
                "issues": list(health.issues),
                "primary_healthy": not wrong,
                "primary_detail": wrong,
            },
        )
    )
    return switch_if_due(desk, rules, lambda: health, primary)


def record_turned_away(desk: Desk, attempt: str, why: str) -> None:
    """Count an attempt that could not even ask the paid models as a failure of theirs; once per attempt.

    Their circuit breaker would keep failures from ever being counted: nobody asks what is known to be down.
    """
    desk.ledger.append(
        Event(
            EventType.DESKTOP_HEALTH_CHECK,
            f"Attempt {attempt} was turned away from the primary builder: {why}",
            Severity.WARNING,
            metadata={
                "desktop": BUILDER_STREAM,
                "builder": str(Primary.MODELS),
                "primary_healthy": False,
                "turned_away": attempt,
                "reason": why,
            },
            id=str(uuid5(_IDS, f"away/{attempt}")),
        )
    )


def switch_if_due(
    desk: Desk, rules: SwitchRules, health: Callable[[], Health], primary: Primary = Primary.MODELS
) -> Standing:
    """Make the switch that is due, as one event however many workers see it; return who builds.

    :param health: of the desktop's builder; asked only where it matters.
    """
    standing, now = builder_standing(desk, primary), desk.clock.now()
    if standing.phase is Phase.PRIMARY and next_switch(standing, rules, now) is None:
        return standing  # the usual case, and nobody has to look at the desktop for it
    found = health()
    switch = next_switch(standing, rules, now, () if found.ready else found.issues)
    if switch is None:
        return standing
    desk.ledger.append(_event(primary, standing, switch))
    return builder_standing(desk, primary)


def choose_builder(
    desk: Desk, attempt: str, standing: Standing | None = None, primary: Primary = Primary.MODELS
) -> Turn:
    """Return who builds an attempt, and why; of all attempts one gets the trial.

    :param attempt: its id, "<night>/<issue>/<n>"; asked again, the same attempt gets the same answer.
    :param standing: as it was just read, looked up when None.
    """
    standing = standing or builder_standing(desk, primary)
    if standing.phase is Phase.PRIMARY:
        return Turn(False, "the primary builder works")
    if standing.phase is Phase.DESKTOP:
        return Turn(True, f"the primary builder {primary} is down, the desktop builds")
    claim = Event(
        EventType.GOVERNANCE_NOTE,
        f"Attempt {attempt} tries the primary builder {primary}",
        metadata={"trial": standing.switch, "holder": attempt},
        id=str(uuid5(_IDS, f"trial/{standing.switch}")),
    )
    (stored,) = desk.ledger.append(claim)
    if stored.metadata.get("holder") == attempt:
        return Turn(False, "this attempt tries whether the primary builder is back")
    return Turn(True, f"another attempt tries the primary builder {primary}, the desktop builds")


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


def _event(primary: Primary, standing: Standing, switch: Switch) -> Event:
    return Event(
        EventType.BUILDER_SWITCH,
        f"Builder {primary} switched from {switch.came_from} to {switch.to}: {switch.reason}",
        Severity.WARNING if switch.to is Phase.DESKTOP else Severity.INFO,
        metadata={
            "desktop": BUILDER_STREAM,
            "builder": str(primary),
            "from": str(switch.came_from),
            "to": str(switch.to),
            "reason": switch.reason,
            "failures": standing.failures,
            "healthy_checks": standing.healthy,
        },
        id=str(uuid5(_IDS, f"{primary}/{standing.switch}/{switch.to}")),
    )
