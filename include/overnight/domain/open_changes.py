"""Pull requests of ours that nothing has ended yet, folded from the ledger's events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .events import Event, EventType

FOLLOWED = (
    EventType.CHANGE_PUBLISHED,
    EventType.PULL_REQUEST_MERGED,
    EventType.PULL_REQUEST_CLOSED,
    EventType.PULL_REQUEST_REOPENED,
    EventType.PULL_REQUEST_ENQUEUED,
    EventType.PULL_REQUEST_DEQUEUED,
    EventType.PULL_REQUEST_RETARGETED,
    EventType.PULL_REQUEST_REBASED,
    EventType.PULL_REQUEST_STANDS,
)
"""What the fold reads."""


@dataclass(frozen=True, slots=True)
class OpenChange:
    """One pull request of ours.

    :param night: the night that published it last; what happens to it is told in that night.
    :param nights: all nights that published it.
    :param base: the branch it goes into, as far as we moved it.
    :param state: what was told of it last.
    :param replay_due: why its commits must be replayed: what it was stacked on was "merged" or "closed".
    :param vain: "head base" of the last replay that conflicted.
    :param drafted: whether it was opened as a draft; `lifted`: whether it was none at some time since.
    :param left_at: ISO moment at which it was noted to have left the merge queue, "" when it never did.
    :param ended: merged or closed, "" while it is open.
    :param merged_into: the branch it was merged into, "" while it is not.
    :param reopened: a person opened it again after it was closed, and nothing was published since.
    :param at: when something was written of it last.
    """

    repository: str
    issue: int
    number: int
    branch: str
    head_sha: str
    base: str
    night: str
    pushed_at: datetime
    nights: tuple[str, ...] = ()
    url: str = ""
    first_base: str = ""
    state: str = ""
    replay_due: str = ""
    vain: str = ""
    drafted: bool = False
    lifted: bool = False
    left_at: str = ""
    ended: str = ""
    merged_into: str = ""
    reopened: bool = False
    at: datetime | None = None


def fold_changes(events: Iterable[Event]) -> dict[tuple[str, int], OpenChange]:
    """Fold events, oldest first, into (repository node id, number) → pull request, ended ones included."""
    found: dict[tuple[str, int], OpenChange] = {}
    for event in events:
        data = event.metadata
        if data.get("tombstoned") or not data.get("pull_request") or event.issue is None:
            continue
        key = (event.repository, int(data["pull_request"]))
        known = found.get(key)
        if event.type is EventType.CHANGE_PUBLISHED:
            found[key] = _published(event, known)
        elif known is not None:
            found[key] = replace(known, **_changes(event))
    return found


def standing_of(change: OpenChange, others: Iterable[OpenChange], default_branch: str) -> OpenChange:
    """Return the pull request whose fate decides a change's: itself, unless it was merged into another's.

    What went into the branch of another pull request of ours is on the default branch once that one is.
    """
    owners = {other.branch: other for other in others}
    seen: set[int] = set()
    while change.merged_into not in ("", default_branch) and change.number not in seen:
        seen.add(change.number)
        into = owners.get(change.merged_into)
        if into is None:
            return replace(change, ended="closed")  # on a branch that is none of ours: not on the default one
        change = into
    return change


def open_changes(events: Iterable[Event]) -> tuple[OpenChange, ...]:
    """Return the ones that are open, by number."""
    found = (change for change in fold_changes(events).values() if not change.ended)
    return tuple(sorted(found, key=lambda change: change.number))


def _published(event: Event, known: OpenChange | None) -> OpenChange:
    data = event.metadata
    assert event.at is not None
    return OpenChange(
        repository=event.repository,
        issue=event.issue or 0,
        number=int(data["pull_request"]),
        branch=str(data["branch"]),
        head_sha=str(data["head_sha"]),
        base=str(data["base"]),
        night=event.night,
        pushed_at=event.at,
        nights=(*(known.nights if known else ()), event.night),
        url=str(data.get("url") or ""),
        first_base=known.first_base if known else str(data["base"]),
        drafted=known.drafted if known else bool(data.get("draft")),
        lifted=known.lifted if known else False,
        left_at=known.left_at if known else "",
    )


def _changes(event: Event) -> dict[str, Any]:
    data = event.metadata
    told = {"state": str(data.get("state") or ""), "at": event.at}
    match event.type:
        case EventType.PULL_REQUEST_MERGED:
            return told | {"ended": "merged", "merged_into": str(data.get("base") or "")}
        case EventType.PULL_REQUEST_CLOSED:
            return told | {"ended": "closed"}
        case EventType.PULL_REQUEST_REOPENED:
            return told | {"ended": "", "reopened": True}
        case EventType.PULL_REQUEST_RETARGETED:
            return told | {"base": str(data["base"]), "replay_due": str(data["because"])}
        case EventType.PULL_REQUEST_DEQUEUED:
            return told | {"left_at": str(data["left_at"])}
        case EventType.PULL_REQUEST_REBASED:
            # A replay that changed nothing was not pushed: what was told before still holds.
            pushed = {"head_sha": str(data["head_sha"]), "pushed_at": event.at} if data["pushed"] else {}
            return told | pushed | {"replay_due": "", "vain": ""}
        case _:
            lifted = {"lifted": True} if data.get("draft") is False else {}
            vain = {"vain": str(data["vain"])} if data.get("vain") else {}
            return told | lifted | vain
