"""Quotes as proof: a quote counts only when its lines really stand in the diff."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .difflines import DiffLine, Side

MOST_LINES = 60
"""Lines of a quote that are looked at."""
SHORTEST_PART = 12
"""Visible characters from which on a part of a line may stand for it."""
SHORTEST_LINE = 4
"""Letters and digits from which on a line says something by itself."""

_FILLING = re.compile(r"\s*(?:\.{3}|…|\[(?:\.{3}|…)\]|`{3,}\w*|~{3,}\w*)?\s*")
_TRIVIAL = frozenset(
    {"else", "else:", "} else {", "pass", "return", "return;", "try:", "try {", "finally:", "break", "break;"}
    | {"continue", "continue;", "return none", "return true", "return false", "return null;", "begin", "done"}
    | {"return true;", "return false;", "default:", "endif", "end if", "if true:", "while true:", "then"}
)
"""Lines that stand in every other change, in lower case."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a quote holds: where its first telling line stands, or why it proves nothing."""

    holds: bool
    reason: str = ""
    path: str = ""
    line: int = 0


def prove(
    quote: str, lines: Sequence[DiffLine], path: str = "", sides: frozenset[Side] = frozenset({Side.ADDED})
) -> Proof:
    """Return whether a quote's lines stand in one file of the diff, in their order.

    White space does not matter; lines that say nothing (blank, brackets, "…") are passed over. A line may
    carry the diff's own mark, which then must be true, and a mark "-" makes a removed line count.

    :param path: the file it must stand in; "" for any.
    :param sides: the sides of which at least one quoted line must be.
    """
    wanted = [line for line in quote.splitlines() if not _FILLING.fullmatch(line)]
    short = not any(_tells(line.text) for line in lines if line.side in sides)
    telling = [line for line in wanted if _tells(line) or (short and _has_a_name(line))]
    if not telling:
        return Proof(False, "it quotes nothing that could be found: no line with words of its own")
    if len(wanted) > MOST_LINES:
        return Proof(False, f"it quotes {len(wanted)} lines; at most {MOST_LINES} make a proof")
    by_file: dict[str, list[DiffLine]] = {}
    for line in lines:
        by_file.setdefault(line.path, []).append(line)
    if path not in by_file:
        path = path.removeprefix("a/") if path.startswith("a/") else path.removeprefix("b/")
    if path and path not in by_file:
        return Proof(False, "it names a file in which the diff has no lines")
    answers = [_in_file(wanted, by_file[name], sides, short) for name in ([path] if path else by_file)]
    found = next((answer for answer in answers if answer.holds), None)
    return found or max(answers, key=lambda answer: bool(answer.path), default=Proof(False, _ABSENT))


_ABSENT = "the lines it quotes do not stand in the diff"


def _in_file(wanted: Iterable[str], lines: Sequence[DiffLine], sides: frozenset[Side], short: bool) -> Proof:
    """Look for the quote's lines from top to bottom of one file.

    :param short: no line of the change has words of its own (`X = 1`), so that any whole line counts.
    """
    start, first, changed = 0, None, False
    for text in wanted:
        match = _next(text, lines, start, sides)
        if match is None:
            if _tells(text) or (short and _has_a_name(text)):
                return Proof(False, _ABSENT)
            continue  # a bracket or a short word by itself proves and disproves nothing
        index, marked = match
        start, found = index + 1, lines[index]
        if _tells(text) or (short and _has_a_name(text)):
            first = first or found
        changed = changed or found.side in sides or (marked and found.side is Side.REMOVED)
    if first is None:
        return Proof(False, _ABSENT)
    if not changed:
        allowed = " or ".join(_WORDS[side] for side in Side if side in sides)
        return Proof(False, f"what it quotes is no {allowed} line of the change", first.path, first.number)
    return Proof(True, "", first.path, first.number)


_WORDS = {Side.ADDED: "added", Side.REMOVED: "removed", Side.CONTEXT: "unchanged"}


def _next(
    text: str, lines: Sequence[DiffLine], start: int, sides: frozenset[Side]
) -> tuple[int, bool] | None:
    """Return the index of the next line that the text quotes, and whether by its mark.

    A whole line goes before a part of one, and a line of the sides that count before one that was there: an
    added line is often a part of the one it replaces.
    """
    plain, mark, bare = _spaced(text), text[:1], _spaced(text[1:])
    found: list[tuple[bool, bool, int, bool]] = []
    for index in range(start, len(lines)):
        line = lines[index]
        has = _spaced(line.text)
        if _same(plain, has):
            found.append((plain != has, line.side not in sides, index, False))
        elif mark in ("+", "-") and mark == line.side and _same(bare, has):
            found.append((bare != has, False, index, True))
    best = min(found, default=None)
    return (best[2], best[3]) if best else None


def _same(wanted: str, has: str) -> bool:
    if not wanted:
        return False
    return wanted == has or (len(wanted.replace(" ", "")) >= SHORTEST_PART and wanted in has)


def _tells(text: str) -> bool:
    """Return whether a line has enough of its own to be evidence."""
    bare = _spaced(text.lstrip("+-") if text[:1] in ("+", "-") else text)
    return sum(map(str.isalnum, bare)) >= SHORTEST_LINE and bare.lower() not in _TRIVIAL


def _has_a_name(text: str) -> bool:
    return any(map(str.isalpha, text))


def _spaced(text: str) -> str:
    return " ".join(text.split())
