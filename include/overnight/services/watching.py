"""What is still out there: pull requests nobody merged yet, and desktops as they last reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.switching import BUILDER_STREAM, Phase, Primary, SwitchRules, why_staying
from ..ports import Desk
from .switching import builder_standing

_ENDED = (EventType.PULL_REQUEST_MERGED, EventType.PULL_REQUEST_CLOSED)
_DESKTOP = (
    EventType.DESKTOP_HEALTH_CHECK,
    EventType.DESKTOP_SYNC,
    EventType.DESKTOP_SYNC_FAILED,
    EventType.BUILDER_SWITCH,
)


@dataclass(frozen=True, slots=True)
class OpenPullRequest:
    """A pull request of ours that nothing in the ledger ends."""

    repository: str
    issue: int
    number: int
    url: str
    branch: str
    base: str
    night: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class DesktopStanding:
    """What one checkout, or the builder's own stream, said last.

    :param event: id of that event.
    """

    name: str
    full_name: str
    ready: bool
    told: str
    issues: tuple[str, ...]
    at: datetime | None
    event: str


def open_pull_requests(
    desk: Desk, since: datetime, shown: Callable[[Event], bool]
) -> tuple[OpenPullRequest, ...]:
    """Return the pull requests opened since a moment and not merged or closed, newest first."""
    types = (EventType.CHANGE_PUBLISHED, EventType.PULL_REQUEST_REOPENED, *_ENDED)
    query = EventQuery(types=types, since=since, limit=None, readable=True)
    events = [event for event in desk.ledger.events(query) if shown(event)]
    last = {_key(event): event.type for event in reversed(events) if event.type in types[1:]}
    found: dict[tuple[str, Any], OpenPullRequest] = {}
    for event in events:
        if event.type is EventType.CHANGE_PUBLISHED and last.get(_key(event)) not in _ENDED:
            found.setdefault(_key(event), _read(event))
    return tuple(found.values())


def desktop_standings(desk: Desk, within: timedelta = timedelta(days=7)) -> tuple[DesktopStanding, ...]:
    """Return the last word of every desktop that reported lately, by name."""
    query = EventQuery(types=_DESKTOP, since=desk.clock.now() - within, limit=2000)
    newest: dict[str, Event] = {}
    for event in desk.ledger.events(query):
        if event.metadata.get("desktop"):
            newest.setdefault(str(event.metadata["desktop"]), event)
    away = _switched_away(desk)
    return tuple(_standing(name, event, away) for name, event in sorted(newest.items()))


@dataclass(frozen=True, slots=True)
class BuilderStanding:
    """Who builds in a primary builder's stead, and why.

    :param told: the standing in one sentence.
    :param since: when it began, None when it was never otherwise lately.
    """

    primary: str
    phase: str
    told: str
    since: datetime | None


def builders(desk: Desk, rules: SwitchRules) -> tuple[BuilderStanding, ...]:
    """Return who builds for the models' builders, and for Copilot once it failed or was switched."""
    found = ((primary, builder_standing(desk, primary)) for primary in Primary)
    return tuple(
        BuilderStanding(str(primary), str(one.phase), why_staying(one, rules, _NOT_LOOKED), one.since)
        for primary, one in found
        if primary is Primary.MODELS or one.switch or one.failures
    )


_NOT_LOOKED = ("its health stands below",)


def _switched_away(desk: Desk) -> str:
    """Return the switches that are in force, "" while every primary builder builds."""
    last: dict[str, Event] = {}
    for event in desk.ledger.events(EventQuery(types=(EventType.BUILDER_SWITCH,), limit=50)):
        last.setdefault(str(event.metadata.get("builder")), event)
    return "; ".join(one.description for one in last.values() if one.metadata.get("to") != Phase.PRIMARY)


def _standing(name: str, event: Event, away: str) -> DesktopStanding:
    data, told = event.metadata, event.description
    if name == BUILDER_STREAM and away and event.type is not EventType.BUILDER_SWITCH:
        told = f"{away}. {told}"
    ready = bool(data.get("ready", event.severity is Severity.INFO))
    issues = data.get("issues") or ([] if ready else [data.get("reason") or event.description])
    return DesktopStanding(
        name,
        str(data.get("full_name") or ""),
        ready,
        told,
        tuple(map(str, issues)),
        event.at,
        event.id,
    )


def _key(event: Event) -> tuple[str, Any]:
    return (event.repository, event.metadata.get("pull_request"))


def _read(event: Event) -> OpenPullRequest:
    data = event.metadata
    return OpenPullRequest(
        event.repository,
        event.issue or 0,
        int(data["pull_request"]),
        str(data.get("url", "")),
        str(data.get("branch", "")),
        str(data.get("base", "")),
        event.night,
        event.at,
    )
