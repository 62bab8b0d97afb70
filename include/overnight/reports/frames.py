"""The ledger as pandas frames: typed, documented, and the same whether there is history or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

import pandas as pd

from ..domain.events import EventQuery
from ..domain.periods import Span
from ..ports.history import HistoryDesk
from .collecting import Collected
from .columns import TABLES, Column, joined, typed
from .taking import READ, take

KNOWN_NIGHTS = 2_000
"""Nights that are asked for the names of their repositories."""


@dataclass(frozen=True, slots=True)
class Frames:
    """History in frames; `columns()` says what is in them."""

    nights: pd.DataFrame
    issues: pd.DataFrame
    attempts: pd.DataFrame
    escalations: pd.DataFrame
    gates: pd.DataFrame
    quota: pd.DataFrame
    costs: pd.DataFrame
    events: pd.DataFrame
    heals: pd.DataFrame
    desktop: pd.DataFrame
    lessons: pd.DataFrame

    def __iter__(self) -> Iterator[tuple[str, pd.DataFrame]]:
        """Yield every frame with its name."""
        return ((spec.name, getattr(self, spec.name)) for spec in fields(self))


def load(
    desk: HistoryDesk,
    since: datetime | None = None,
    until: datetime | None = None,
    repository: str | None = None,
    events_of: Span | None = None,
) -> Frames:
    """Return what happened from `since` until before `until`.

    A night's rows carry two days: `night_date`, the night they stand for, and `ran_date`. They differ for
    backfilled nights; load until now, and filter by the one that the question is about.

    :param desk: `open_overnight()`, or a ledger's database.
    :param since: UTC; from the first event on when left out.
    :param until: UTC; to the last event when left out.
    :param repository: OWNER/NAME or GitHub's node id; all when left out. One nobody knows gives empty frames.
    :param events_of: the frame `events`, a row for every event there is, holds this span alone.
    """
    since, until = since or datetime.min.replace(tzinfo=UTC), until or datetime.max.replace(tzinfo=UTC)
    names = {night.repository: night.full_name for night in reversed(desk.ledger.nights(limit=KNOWN_NIGHTS))}
    node = _node(names, repository)
    query = EventQuery(since=since, until=until, repository=node, limit=None, oldest_first=True)
    collected = Collected(names={key: name or key for key, name in names.items()})
    take(collected, desk.ledger.scan(_reading(query)))
    collected.spend(desk.budgets.bookings(since, until, node))
    made = {name: typed(name, rows) for name, rows in (collected.rows | collected.closed()).items()}
    made["escalations"] = _with_outcomes(made.get("escalations"), collected)
    span = replace(query, since=events_of.begin, until=events_of.end) if events_of else query
    made["events"] = _headers(desk, span, collected.names)
    return Frames(**{name: made[name] if name in made else typed(name, ()) for name in TABLES})


def within(frames: Frames, span: Span, day: str = "ran_date") -> Frames:
    """Return the rows of a span, by the day that nights ran or, with `night_date`, the day they stand for."""
    begin, end = (pd.Timestamp(moment).tz_localize(None) for moment in (span.begin, span.end))
    kept = {}
    for name, frame in frames:
        if day in frame:
            kept[name] = frame[(frame[day] >= begin) & (frame[day] < end)]
        else:
            kept[name] = frame[(frame["at"] >= span.begin) & (frame["at"] < span.end)]
    return Frames(**kept)


def columns(table: str | None = None) -> pd.DataFrame:
    """Return what the frames hold: table, column, dtype, unit, meaning."""
    rows = [
        (name, *_told(column)) for name, known in TABLES.items() for column in known if table in {None, name}
    ]
    return pd.DataFrame(rows, columns=["table", "column", "dtype", "unit", "meaning"])


def _told(column: Column) -> tuple[str, str, str, str]:
    return column.name, column.dtype, column.unit, column.meaning


def _node(names: dict[str, str], repository: str | None) -> str | None:
    if repository is None:
        return None
    known = [key for key, name in names.items() if name.lower() == repository.lower()]
    # A night that was refused before GitHub was ever asked stands under the name, which is no node id.
    return next((key for key in known if not key.startswith("name:")), known[0] if known else repository)


def _reading(query: EventQuery) -> EventQuery:
    return EventQuery(
        types=READ,
        since=query.since,
        until=query.until,
        repository=query.repository,
        limit=None,
        oldest_first=True,
    )


def _with_outcomes(frame: pd.DataFrame | None, collected: Collected) -> pd.DataFrame:
    if frame is None:
        return typed("escalations", ())
    ended = frame["attempt"].map(collected.outcomes).fillna("")
    return frame.assign(outcome=ended.astype("str").astype("category"))


def _headers(desk: HistoryDesk, query: EventQuery, names: dict[str, str]) -> pd.DataFrame:
    pages = []
    for rows in desk.ledger.headers(query):
        page = typed("events", rows)
        named = page["repository"].map(lambda key: names.get(key, key))
        pages.append(page.assign(repository=named.astype("str").astype("category")))
    return joined("events", pages)
