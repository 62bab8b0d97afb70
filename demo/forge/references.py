"""Read the references GitHub reads in a body: closing keywords, and plain mentions."""

import re
from collections.abc import Iterator

Reference = tuple[str, int]
_TARGET = (
    r"(?:https?://[^\s/]+/(?P<url>[\w.-]+/[\w.-]+)/(?:issues|pull)/(?P<url_number>\d+)"
    r"|(?P<name>[\w.-]+/[\w.-]+)?\#(?P<number>\d+))"
)
_CLOSING = re.compile(rf"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+{_TARGET}", re.IGNORECASE)
_MENTION = re.compile(rf"(?<![\w&/]){_TARGET}\b")
_NOT_PROSE = re.compile(r"```.*?```|~~~.*?~~~|`[^`\n]*`|<!--.*?-->", re.DOTALL)


def closing_references(body: str | None, full_name: str) -> list[Reference]:
    """Return the (repository, number) pairs a pull request's body promises to close."""
    return list(dict.fromkeys(_found(_CLOSING, body, full_name)))


def mentions(body: str | None, full_name: str) -> list[Reference]:
    """Return every (repository, number) a body refers to."""
    return list(dict.fromkeys(_found(_MENTION, body, full_name)))


def _found(pattern: re.Pattern[str], body: str | None, full_name: str) -> Iterator[Reference]:
    for match in pattern.finditer(_NOT_PROSE.sub(" ", body or "")):
        named = match["url"] or match["name"] or full_name
        yield named.lower(), int(match["url_number"] or match["number"])
