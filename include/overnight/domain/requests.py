"""What counts as a request in a comment: a line of the author's own that begins with a mention and a verb."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .sanitizing import sanitize

LONGEST_WISH = 8_000
"""Characters of one request that a builder is told."""
QUOTE_NOTE = "[a quote is left out]"

_PARSER = MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").disable(["entity"])
_VERB = r"(?:please\s+)?(?P<verb>fix|rebase|stop|explain)(?![\w-])[ \t]*[:,]?[ \t]*(?P<rest>[^\n]*)"


class Verb(StrEnum):
    """What can be asked for."""

    FIX = "fix"
    REBASE = "rebase"
    STOP = "stop"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    :param text: of a fix: what shall change, in the author's own words; "" otherwise.
    """

    verb: Verb
    text: str = ""


def read_requests(body: str, names: Collection[str]) -> tuple[Request, ...]:
    """Return the requests of a comment, in order; total.

    Nothing counts that stands in code, in a quote, in a table, in HTML or behind other words on its line. A
    fix says everything up to the next request, quotes left out; code blocks (suggestions) are kept as text.

    :param names: what is listened to, without "@": "overnight" and the login of the token.
    """
    visible = sanitize(body)
    lines, quoted = visible.split("\n"), set[int]()
    tokens = _PARSER.parse(visible)
    for token in tokens:
        if token.type == "blockquote_open" and token.map:
            quoted.update(range(*token.map))
    found = list(_found(tokens, _mention(names)))
    ends = [*(at for at, _ in found[1:]), len(lines)]
    return tuple(
        _request(match, lines, range(at + 1, end), quoted)
        for (at, match), end in zip(found, ends, strict=False)
    )


def own_words(body: str) -> str:
    """Return what the author of a comment says: visible text, quotes left out, cut to a sane length."""
    visible = sanitize(body)
    lines, quoted = visible.split("\n"), set[int]()
    for token in _PARSER.parse(visible):
        if token.type == "blockquote_open" and token.map:
            quoted.update(range(*token.map))
    return _without(lines, range(len(lines)), quoted)


def _mention(names: Collection[str]) -> re.Pattern[str]:
    either = "|".join(re.escape(name.removesuffix("[bot]")) for name in sorted(names) if name) or r"(?!)"
    return re.compile(rf"\s*@(?:{either})[ \t]*[,:]?[ \t]+{_VERB}", re.IGNORECASE)


def _found(tokens: Sequence[Token], pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the source lines of paragraphs outside quotes that begin with a request in plain text."""
    quotes = 0
    for before, token in itertools.pairwise(tokens):
        if before.type in ("blockquote_open", "blockquote_close"):
            quotes += before.nesting
        if token.type == "inline" and before.type == "paragraph_open" and not quotes and token.map:
            yield from _in_paragraph(token, token.map[0], pattern)


def _in_paragraph(token: Token, first: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the lines whose plain beginning is a request, both as written and as shown."""
    shown = [match["verb"].lower() for text in _beginnings(token) if (match := pattern.match(text))]
    for offset, written in enumerate(token.content.split("\n")):
        match = pattern.match(written)
        if match and match["verb"].lower() in shown:
            del shown[: shown.index(match["verb"].lower()) + 1]
            yield first + offset, match


def _beginnings(token: Token) -> Iterator[str]:
    """Yield the plain text that each line of a paragraph begins with."""
    fresh = True
    for child in token.children or ():
        if fresh and child.type == "text":
            yield child.content
        fresh = child.type in ("softbreak", "hardbreak")


def _request(
    match: re.Match[str], lines: Sequence[str], following: range, quoted: Collection[int]
) -> Request:
    verb = Verb(match["verb"].lower())
    if verb is not Verb.FIX:
        return Request(verb)
    text = f"{match['rest'].strip()}\n{_without(lines, following, quoted)}".strip()
    return Request(verb, text[:LONGEST_WISH])


def _without(lines: Sequence[str], wanted: range, quoted: Collection[int]) -> str:
    """Return some lines with a note in the place of each quote."""
    kept: list[str] = []
    for at in wanted:
        if at not in quoted:
            kept.append(lines[at])
        elif not kept or kept[-1] != QUOTE_NOTE:
            kept.append(QUOTE_NOTE)
    return "\n".join(kept).strip()[:LONGEST_WISH]
