"""Asking GraphQL: errors that come with status 200, and servers that know less than github.com."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...domain.errors import NotFound, OvernightError, RateLimited, SettingsError, Unreachable
from .errors import PERMISSIONS, NoPermission, Unprocessable, seconds_to_wait
from .following_queries import FOLLOWING_OPTIONAL
from .queries import OPTIONAL
from .wire import Wire

_UNKNOWN = (
    re.compile(r"Cannot query field '(?P<field>\w+)' on type '(?P<type>\w+)'"),
    re.compile(r"Field '(?P<field>\w+)' doesn't exist on type '(?P<type>\w+)'"),
    re.compile(r"Unknown type '(?P<type>\w+)'"),
    re.compile(r"No such type (?P<type>\w+)"),
)
"""How graphql-core and GitHub's own server name what the schema lacks."""
_PARTIAL = frozenset({"NOT_FOUND", "FORBIDDEN"})
"""Kinds of error that leave the rest of an answer true."""

Answer = dict[str, Any]


class GraphQL:
    """Queries over one connection; remembers what this server's schema lacks."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.lacking: frozenset[str] = frozenset()
        """ "Type.field" or "Type", as in `queries.OPTIONAL`."""

    def ask(self, build: Callable[[frozenset[str]], str], variables: Mapping[str, Any]) -> Answer:
        """Return the data of an answer, asking again over passing faults."""
        return self._wire.patience.persist(lambda: self.ask_once(build, variables))

    def ask_once(self, build: Callable[[frozenset[str]], str], variables: Mapping[str, Any]) -> Answer:
        """Return the data of an answer; null where the token may not see, or nothing is there.

        :param build: makes the query, without what it is told is lacking.
        """
        while True:
            headers, answer = self._wire.graphql(build(self.lacking), variables)
            errors = [error for error in answer.get("errors") or () if isinstance(error, dict)]
            unknown = frozenset(filter(None, map(_unknown, errors)))
            if not unknown:
                return _data(answer.get("data"), errors, headers)
            if not unknown <= OPTIONAL | FOLLOWING_OPTIONAL or unknown <= self.lacking:
                names = ", ".join(sorted(unknown))
                raise SettingsError(
                    f"this GitHub's GraphQL lacks {names}: Overnight needs a newer GitHub server"
                )
            self.lacking |= unknown

    def mutate(self, mutation: str, variables: Mapping[str, Any]) -> Answer:
        """Change something, once, when its turn has come; the caller looks before it repeats."""
        headers, answer = self._wire.mutate(mutation, variables)
        errors = [error for error in answer.get("errors") or () if isinstance(error, dict)]
        try:
            return _data(answer.get("data"), errors, headers)
        except RateLimited as error:
            self._wire.hold(error.retry_after)
            raise


def _unknown(error: Mapping[str, Any]) -> str:
    """Return the name of what the schema lacks, "" for any other error."""
    detail = error.get("extensions")
    if isinstance(detail, dict) and detail.get("code") == "undefinedField":
        return f"{detail.get('typeName')}.{detail.get('fieldName')}"
    for pattern in _UNKNOWN:
        if found := pattern.search(str(error.get("message", ""))):
            return ".".join(filter(None, (found["type"], found.groupdict().get("field"))))
    return ""


def _data(data: Any, errors: list[dict[str, Any]], headers: Mapping[str, str]) -> Answer:
    for error in errors:
        if error.get("type") not in _PARTIAL:
            raise _ours(error, headers)
    if isinstance(data, dict) and any(value is not None for value in data.values()):
        return data
    raise _ours(errors[0] if errors else {}, headers)


def _ours(error: Mapping[str, Any], headers: Mapping[str, str]) -> OvernightError:
    said = f"GitHub's GraphQL said: {' '.join(str(error.get('message', 'nothing')).split())[:300]}"
    kind = str(error.get("type") or "")
    match kind:
        case "NOT_FOUND":
            return NotFound(f"{said}. It does not exist, or the token may not see it")
        case "FORBIDDEN" | "INSUFFICIENT_SCOPES":
            return NoPermission(f"{said}. The token needs {PERMISSIONS}")
        case "UNPROCESSABLE":
            return Unprocessable(said)
        case "RATE_LIMITED" | "RATE_LIMIT":
            return RateLimited(said, seconds_to_wait(headers))
        case _ if str(error.get("message", "")).lower().startswith("api rate limit"):
            return RateLimited(said, seconds_to_wait(headers))
        case _:
            # Time-outs and resource limits come without a kind: a smaller question or a later one may do.
            return Unreachable(said)
