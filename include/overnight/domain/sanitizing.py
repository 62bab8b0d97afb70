"""Issue text as a model may read it: what a person does not see on the page is not there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .issues import Issue
from .markup import strip_markup

MAX_CHARACTERS = 64 * 1024
CUT_NOTE = "\n\n[cut here: the text is longer than 64 KiB]"

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029\x0b\x0c]")
_PARSER = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table")
_PARSER.core.ruler.disable("inline")


def sanitize(text: str) -> str:
    """Return issue text without anything hidden, at most 64 KiB, visibly cut when longer.

    HTML comments, hidden elements, scripts, attributes, alternative texts, link definitions, invisible and
    control characters go; code blocks keep their text. Total and idempotent.
    """
    visible = _INVISIBLE.sub("", _BREAKS.sub("\n", text[: 4 * MAX_CHARACTERS]))
    cut = len(visible) > MAX_CHARACTERS or len(text) > 4 * MAX_CHARACTERS
    visible = visible[: MAX_CHARACTERS - len(CUT_NOTE)] if cut else visible
    for _ in range(4):  # what is left after one removal may form markup anew
        before, visible = visible, _without_hidden(visible)
        if visible == before:
            break
    return visible + CUT_NOTE if cut else visible


def text_sha256(issue: Issue) -> str:
    """Return the hash that pins an issue's title and body, as written and not as sanitized."""
    text = f"{issue.title}\0{issue.body}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Kind(Enum):
    """How a line of Markdown is read on the page."""

    CODE = "verbatim"
    DEFINITION = "never shown"
    PROSE = "HTML and code spans"
    HTML = "HTML only"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line, how it is read, and which block it belongs to."""

    text: str
    kind: _Kind
    block: int


def _without_hidden(text: str) -> str:
    pieces = []
    for (kind, _), lines in groupby(_lines(text), key=lambda line: (line.kind, line.block)):
        piece = "\n".join(line.text for line in lines)
        if kind is _Kind.CODE:
            pieces.append(piece)
        elif kind is not _Kind.DEFINITION:
            pieces.append(strip_markup(piece, code_spans=kind is _Kind.PROSE))
    return "\n".join(pieces)


def _lines(text: str) -> Iterator[_Line]:
    """Yield every line with the kind that a Markdown parser, and so GitHub, gives it."""
    environment: dict[str, Mapping[str, Mapping[str, list[int]]]] = {}
    kinds = _kinds(_PARSER.parse(text, environment), environment)
    for index, line in enumerate(text.split("\n")):
        kind, block = kinds.get(index, (_Kind.HTML, -1))
        yield _Line(line, kind, block)


def _kinds(tokens: list[Token], environment: Mapping[str, object]) -> dict[int, tuple[_Kind, int]]:
    kinds: dict[int, tuple[_Kind, int]] = {}
    table_end = 0
    for number, token in enumerate(tokens):
        if token.map is None:
            continue
        if token.type == "table_open":
            table_end = token.map[1]
        kind = _KIND_OF.get(token.type)
        if kind is _Kind.PROSE and token.map[0] < table_end:
            kind = _Kind.HTML
        if kind is not None:
            kinds.update(dict.fromkeys(range(*token.map), (kind, number)))
    for first, end in _definitions(environment):
        kinds.update(dict.fromkeys(range(first, end), (_Kind.DEFINITION, -2)))
    return kinds


_KIND_OF: Mapping[str, _Kind] = {
    "fence": _Kind.CODE,
    "code_block": _Kind.CODE,
    "inline": _Kind.PROSE,
    "html_block": _Kind.HTML,
}


def _definitions(environment: Mapping[str, object]) -> Iterator[tuple[int, int]]:
    """Yield the lines of link definitions: they are never shown, so they are used to hide text."""
    references, duplicates = environment.get("references", {}), environment.get("duplicate_refs", [])
    assert isinstance(references, dict)
    assert isinstance(duplicates, list)
    for reference in (*references.values(), *duplicates):
        yield tuple(reference["map"])
