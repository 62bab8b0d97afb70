"""Leaf through the ledger: events by page, and what came after an event that somebody has seen."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..domain.errors import SettingsError
from ..domain.events import Event, EventQuery
from ..ports import Desk

_SKEW = timedelta(minutes=10)
"""Clocks of workers differ: within one night, events stand in the order written, not of their moments."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the ledger: the event that was seen last."""

    at: datetime
    id: str

    def text(self) -> str:
        """Return it as text that fits into an address or a header."""
        return urlsafe_b64encode(f"{self.at.isoformat()}|{self.id}".encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first.

    :param next: cursor of the page after this one, "" when there is none.
    """

    events: tuple[Event, ...]
    next: str = ""


def read_cursor(text: str) -> Cursor:
    """Return a cursor from its text; SettingsError when it is none of ours."""
    try:
        plain = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)).decode()
        at, bar, id_ = plain.partition("|")
        moment = datetime.fromisoformat(at)
        if not bar or not id_ or moment.tzinfo is None:
            raise ValueError(plain)
        moment + _SKEW, moment - _SKEW
    except (ValueError, OverflowError) as error:
        raise SettingsError("the cursor is not one that this API gave out; start without one") from error
    return Cursor(moment, id_)


def cursor_of(event: Event) -> str:
    """Return the cursor of a stored event."""
    assert event.at is not None
    return Cursor(event.at, event.id).text()


def events_page(
    desk: Desk,
    query: EventQuery,
    limit: int,
    cursor: str = "",
    shown: Callable[[Event], bool] = lambda event: True,
) -> EventPage:
    """Return a page of matching events, newest first.

    :param shown: leaves out what the reader may not see; such a page is shorter than `limit`.
    """
    found = _older(desk, query, read_cursor(cursor), limit) if cursor else _newest(desk, query, limit)
    more = len(found) > limit
    return EventPage(
        tuple(event for event in found[:limit] if shown(event)), cursor_of(found[limit - 1]) if more else ""
    )


def _newest(desk: Desk, query: EventQuery, limit: int) -> tuple[Event, ...]:
    return desk.ledger.events(replace(query, limit=limit + 1))


def _older(desk: Desk, query: EventQuery, seen: Cursor, limit: int) -> tuple[Event, ...]:
    """Many events can share a moment: read on until the seen one is passed."""
    margin = _SKEW if query.night else timedelta(microseconds=1)
    until = min(seen.at + margin, query.until) if query.until else seen.at + margin
    taken = limit + 50
    while True:
        found = desk.ledger.events(replace(query, until=until, limit=taken))
        place = next((place for place, event in enumerate(found) if event.id == seen.id), None)
        exhausted = len(found) < taken
        if place is not None and (exhausted or len(found) > place + limit + 1):
            return found[place + 1 : place + limit + 2]
        if exhausted:  # it does not match this query: go by its moment
            return tuple(event for event in found if event.at and event.at < seen.at)[: limit + 1]
        taken *= 4


def events_after(desk: Desk, query: EventQuery, cursor: str, limit: int = 500) -> tuple[Event, ...]:
    """Return what was written after the cursor's event, oldest first; everything without a cursor."""
    ordered = replace(query, oldest_first=True, limit=None)
    if not cursor:
        return desk.ledger.events(replace(ordered, limit=limit))
    seen = read_cursor(cursor)
    found = desk.ledger.events(replace(ordered, since=seen.at - _SKEW))
    place = next((place for place, event in enumerate(found) if event.id == seen.id), None)
    if place is None:
        found = tuple(event for event in found if event.at and event.at > seen.at)
    return found[0 if place is None else place + 1 :][:limit]
