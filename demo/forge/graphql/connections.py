"""Relay connections with GitHub's bounds: `first` or `last` is needed, and 100 is the most."""

import base64
import binascii
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from graphql import GraphQLError, GraphQLResolveInfo

from ..world import LEVELS, World

Row = TypeVar("Row")
Info = GraphQLResolveInfo[Any]
MOST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """On whose behalf a query runs."""

    world: World
    login: str
    permission: str

    def may(self, repository: int, level: str) -> bool:
        rank = LEVELS.index(self.world.permission_of(self.world.store.repositories[repository], self.login))
        return min(rank, LEVELS.index(self.permission)) >= LEVELS.index(level)


@dataclass(frozen=True, slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Connection(Generic[Row]):
    nodes: Sequence[Row]
    total_count: int
    page_info: PageInfo


def connect(
    info: Info,
    rows: Sequence[Row],
    bounds: dict[str, Any],
    key: Callable[[Row], str] | None = None,
    *,
    descending: bool = False,
) -> Connection[Row]:
    """Cut a page out of ordered rows.

    A cursor holds the row's `key` (its place, where none is given), so that rows which leave the list
    between two pages do not make others be skipped.
    """
    _check(info.field_name, bounds)
    after, before = _read(bounds.get("after")), _read(bounds.get("before"))
    start = 0 if after is None else _place(rows, key, after, descending, beyond=True)
    end = len(rows) if before is None else _place(rows, key, before, descending, beyond=False)
    first, last = bounds.get("first"), bounds.get("last")
    if first is not None:
        begin, stop = start, min(end, start + first)
    else:
        begin, stop = max(start, end - (last or 0)), end
    page = list(rows[begin:stop])
    ends = [(key(rows[at]) if key else str(at)) for at in (begin, stop - 1)] if page else []
    return Connection(
        page,
        len(rows),
        PageInfo(
            has_next_page=first is not None and stop < end,
            has_previous_page=begin > 0 and (last is not None or after is not None),
            start_cursor=_cursor(ends[0]) if ends else None,
            end_cursor=_cursor(ends[-1]) if ends else None,
        ),
    )


def _place(
    rows: Sequence[Row], key: Callable[[Row], str] | None, cursor: str, descending: bool, *, beyond: bool
) -> int:
    """Return where a cursor points among rows of which its own may be gone."""
    if key is None:
        return int(cursor) + beyond
    if descending:
        upwards = rows[::-1]
        return len(rows) - (bisect_left if beyond else bisect_right)(upwards, cursor, key=key)
    return (bisect_right if beyond else bisect_left)(rows, cursor, key=key)


def _check(name: str, bounds: dict[str, Any]) -> None:
    asked = {side: bounds[side] for side in ("first", "last") if bounds.get(side) is not None}
    if not asked:
        message = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
        raise GraphQLError(message, extensions={"type": "MISSING_PAGINATION_BOUNDARIES"})
    for side, count in asked.items():
        if not 0 <= count <= MOST:
            asks = f"Requesting {count} records on the `{name}` connection"
            message = f"{asks} exceeds the `{side}` limit of {MOST} records."
            raise GraphQLError(message, extensions={"type": "EXCESSIVE_PAGINATION"})


def _cursor(key: str) -> str:
    return base64.b64encode(f"cursor:v2:{key}".encode()).decode()


def _read(cursor: str | None) -> str | None:
    if not cursor:
        return None
    try:
        kind, _version, key = base64.b64decode(cursor).decode().split(":", 2)
    except (binascii.Error, ValueError):
        kind, key = "", ""
    if kind != "cursor":
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise GraphQLError(message, extensions={"type": "INVALID_CURSOR_ARGUMENTS"})
    return key
