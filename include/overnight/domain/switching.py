"""Which builder works: the primary one, the desktop's while that is down, and one trial before it is back.

The standing is folded from events alone, so every worker that reads the same history comes to the same
answer, and a switch that two of them decide at once is one switch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .changes import Outcome
from .events import Event, EventType
from .models import Tier

BUILDER_STREAM = "builder"
"""Name of the desktop whose stream holds switches and the checks they rest on."""

_ANSWERED = frozenset(
    {Outcome.ACCEPTED, Outcome.GATES_FAILED, Outcome.REFUSED, Outcome.STUCK, Outcome.TIMED_OUT}
)
"""Outcomes of an attempt in which the builder worked, whatever came of it."""


class Primary(StrEnum):
    """The service that builds while nothing is wrong; each has a standing of its own."""

    MODELS = "openai"
    """The ladder's paid models, whichever agent asks them."""
    COPILOT = "copilot"


def primary_of(kind: str) -> Primary:
    """Return the service that a kind of builder rests on."""
    return Primary.COPILOT if kind == Primary.COPILOT else Primary.MODELS


class Phase(StrEnum):
    """Who builds."""

    PRIMARY = "primary"
    DESKTOP = "desktop"
    TRIAL = "trial"
    """One attempt tries the primary builder, all others stay on the desktop."""


class Signal(StrEnum):
    """What an event says about the primary builder."""

    FAILED = "failed"
    ANSWERED = "answered"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class SwitchRules:
    """When to switch.

    :param failures: failed attempts in a row that send work to the desktop.
    :param healthy_checks: good checks of the primary in a row before it is tried again.
    :param stable_for: the least time on the desktop, so that a flapping service does not flap the builders.
    :param trial_for: a trial that an attempt took is over without an answer after this.
    """

    failures: int = 3
    healthy_checks: int = 4
    stable_for: timedelta = timedelta(minutes=60)
    trial_for: timedelta = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who builds now, since when, and what is counted towards a switch.

    :param switch: id of the event that began this phase, "" before the first.
    :param last: why the primary failed last.
    :param claimed: when an attempt took the trial; until then the trial stays.
    """

    phase: Phase = Phase.PRIMARY
    since: datetime | None = None
    switch: str = ""
    failures: int = 0
    healthy: int = 0
    answered: bool = False
    last: str = ""
    claimed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of phase, and why."""

    came_from: Phase
    to: Phase
    reason: str


def fold_standing(events: Iterable[Event], primary: Primary = Primary.MODELS) -> Standing:
    """Return a primary builder's standing after these events, oldest first."""
    standing = Standing()
    for event in events:
        if _is_about(event, primary):
            standing = _after(standing, event)
    return standing


def _is_about(event: Event, primary: Primary) -> bool:
    if event.type is EventType.GOVERNANCE_NOTE:
        return True  # a trial's claim names its switch
    return primary_of(str(event.metadata.get("builder", ""))) is primary


def next_switch(
    standing: Standing, rules: SwitchRules, now: datetime, desktop_issues: tuple[str, ...] = ()
) -> Switch | None:
    """Return the switch that is due, None when everything stays.

    :param desktop_issues: why the desktop cannot build, empty when it can.
    """
    if standing.phase is Phase.PRIMARY:
        return _away(standing, rules, desktop_issues)
    if standing.phase is Phase.TRIAL:
        return _after_trial(standing, rules, now)
    return _towards_trial(standing, rules, now, desktop_issues)


def why_staying(standing: Standing, rules: SwitchRules, desktop_issues: tuple[str, ...]) -> str:
    """Return the standing in one sentence, for pages and logs."""
    if standing.phase is Phase.DESKTOP:
        return (
            f"the desktop builds; the primary was healthy {standing.healthy} of {rules.healthy_checks} times"
        )
    if standing.phase is Phase.TRIAL:
        return "one attempt tries the primary builder"
    if standing.failures >= rules.failures:
        return (
            f"the primary failed {standing.failures} times, but the desktop is not ready: {desktop_issues[0]}"
        )
    return f"the primary builds ({standing.failures} of {rules.failures} failures in a row)"


def signal_of(event: Event) -> Signal | None:
    """Return what an event says about the primary builder, None when it says nothing."""
    read = _SIGNALS.get(event.type)
    return read(event.metadata) if read else None


def _after(standing: Standing, event: Event) -> Standing:
    if event.type is EventType.BUILDER_SWITCH and event.metadata.get("to") in set(Phase):
        return Standing(Phase(event.metadata["to"]), event.at, event.id)
    if event.type is EventType.GOVERNANCE_NOTE and event.metadata.get("trial") == standing.switch:
        return replace(standing, claimed=event.at)
    match signal_of(event):
        case Signal.FAILED:
            last = str(event.metadata.get("reason") or event.description)
            return replace(standing, failures=standing.failures + 1, healthy=0, last=last)
        case Signal.ANSWERED:
            return replace(standing, failures=0, answered=True)
        case Signal.HEALTHY:
            return replace(standing, healthy=standing.healthy + 1)
        case Signal.UNHEALTHY:
            return replace(standing, healthy=0)
    return standing


def _away(standing: Standing, rules: SwitchRules, desktop_issues: tuple[str, ...]) -> Switch | None:
    if standing.failures < rules.failures or desktop_issues:
        return None
    reason = f"the primary builder failed {standing.failures} times in a row: {standing.last}"
    return Switch(Phase.PRIMARY, Phase.DESKTOP, reason)


def _towards_trial(
    standing: Standing, rules: SwitchRules, now: datetime, desktop_issues: tuple[str, ...]
) -> Switch | None:
    if desktop_issues:
        reason = f"the desktop is not ready any more: {desktop_issues[0]}"
        return Switch(Phase.DESKTOP, Phase.TRIAL, reason)
    long_enough = standing.since is None or now - standing.since >= rules.stable_for
    if standing.healthy < rules.healthy_checks or not long_enough:
        return None
    reason = f"the primary builder was healthy {standing.healthy} times in a row: one attempt tries it"
    return Switch(Phase.DESKTOP, Phase.TRIAL, reason)


def _after_trial(standing: Standing, rules: SwitchRules, now: datetime) -> Switch | None:
    if standing.answered:
        return Switch(Phase.TRIAL, Phase.PRIMARY, "the trial attempt was answered")
    if standing.failures:
        return Switch(Phase.TRIAL, Phase.DESKTOP, f"the trial attempt failed: {standing.last}")
    if standing.claimed is not None and now - standing.claimed >= rules.trial_for:
        return Switch(Phase.TRIAL, Phase.DESKTOP, "the trial was never answered")
    return None


def _of_attempt(metadata: Mapping[str, Any]) -> Signal | None:
    if metadata.get("tier") == Tier.LOCAL_BUILDER:
        return None
    if metadata.get("outcome") == Outcome.UNAVAILABLE:
        return Signal.FAILED
    return Signal.ANSWERED if metadata.get("outcome") in _ANSWERED else None


def _of_check(metadata: Mapping[str, Any]) -> Signal | None:
    if metadata.get("desktop") != BUILDER_STREAM or "primary_healthy" not in metadata:
        return None
    if metadata.get("turned_away"):
        return Signal.FAILED
    return Signal.HEALTHY if metadata["primary_healthy"] else Signal.UNHEALTHY


_SIGNALS = {EventType.ATTEMPT_FINISHED: _of_attempt, EventType.DESKTOP_HEALTH_CHECK: _of_check}
