"""One REST request and its answer, and the rows of the route table."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlencode

from ..errors import Refusal, invalid
from ..records import Issue, Pull, Repository
from ..world import LEVELS, World

MOST_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; a body of None is no body at all."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that may do what its route needs; `login` is None for nobody."""

    world: World
    login: str | None
    permission: str
    """The most the token may do, whatever the account may."""
    path: str
    """Raw, as it was sent after /api/v3."""
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def actor(self) -> str:
        if self.login is None:
            raise Refusal(401, "Requires authentication")
        return self.login

    @property
    def repository(self) -> Repository:
        return self.world.repository(f"{self.params['owner']}/{self.params['repo']}")

    @property
    def issue(self) -> Issue:
        return self.world.issue(self.repository.id, _number(self.params["number"]))

    @property
    def pull(self) -> Pull:
        return self.world.pull(self.repository.id, _number(self.params["number"]))

    def may(self, level: str) -> bool:
        """Say whether both the account and its token reach a level in the repository."""
        rank = LEVELS.index(self.world.permission_of(self.repository, self.login))
        return min(rank, LEVELS.index(self.permission)) >= LEVELS.index(level)

    def text(self, name: str, resource: str, default: str | None = None) -> str:
        """Return a string of the body; 422 where it is missing or is none."""
        value = self.body.get(name, default)
        if value is None:
            raise invalid(resource, name, "missing_field")
        if not isinstance(value, str):
            raise invalid(resource, name, "invalid")
        return value

    def number(self, name: str, resource: str) -> int:
        value = self.body.get(name)
        if not isinstance(value, int):
            raise invalid(resource, name, "missing_field" if value is None else "invalid")
        return value

    def page(self, rows: Sequence[Any], shape: Callable[[Any], Any], wrap: str | None = None) -> Reply:
        """Return one page of rows with the `Link` header that leads through them."""
        size = max(1, min(_query_number(self.query, "per_page", 30), MOST_PER_PAGE))
        page, last = max(1, _query_number(self.query, "page", 1)), max(1, -(-len(rows) // size))
        shapes = [shape(row) for row in rows[(page - 1) * size : page * size]]
        links = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        if page <= 1:
            del links["prev"], links["first"]
        if page >= last:
            del links["next"], links["last"]
        headers = {"Link": ", ".join(f'<{self._page(to)}>; rel="{rel}"' for rel, to in links.items())}
        body = shapes if wrap is None else {"total_count": len(rows), wrap: shapes}
        return Reply(body, headers=headers if links else {})

    def _page(self, page: int) -> str:
        query = {**self.query, "page": str(page)}
        return f"{self.world.base_url}/api/v3{self.path}?{urlencode(query)}"


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A row: method, template, handler, and what it needs in the repository of the template."""

    method: str
    template: str
    handler: Handler
    needs: str = "read"
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """`{name}` matches a segment, `{name*}` any number of them."""
        segments = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", self.template)
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", segments)))

    def match(self, method: str, raw_path: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(raw_path) if method == self.method else None
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


def moment(value: Any, resource: str, name: str) -> datetime | None:
    """Read a time of a body or a query; 422 where it is none."""
    if value is None:
        return None
    try:
        read = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise invalid(resource, name) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def strings(value: Any, resource: str, name: str) -> tuple[str, ...]:
    """Read a list of names, given as strings or as objects with a name."""
    rows = (
        [row.get("name") if isinstance(row, dict) else row for row in value]
        if isinstance(value, list)
        else [None]
    )
    if not all(isinstance(row, str) for row in rows):
        raise invalid(resource, name)
    return tuple(str(row) for row in rows)


def _number(text: str) -> int:
    if not text.isdigit():
        raise Refusal(404, "Not Found")
    return int(text)


def _query_number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    return int(value) if value.isdigit() else default
