"""The lines of a git diff, each with its file, its side and its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Side(StrEnum):
    """Which side of a diff a line stands on."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a diff; `number` counts in the new file (in front of it, for a removed line)."""

    path: str
    side: Side
    text: str
    number: int = 0


def diff_lines(diff: str) -> tuple[DiffLine, ...]:
    """Return every line within the hunks of a git diff; a line of a file can never pass for a header."""
    return tuple(_read(iter(diff.split("\n"))))


def _read(lines: Iterator[str]) -> Iterator[DiffLine]:
    path = ""
    for line in lines:
        if hunk := _HUNK.match(line):
            yield from _read_hunk(path, lines, hunk)
        elif line.startswith(("--- ", "+++ ")) and line[4:] != "/dev/null":
            path = _name(line[4:])
        elif line.startswith("diff --git "):
            path = ""


def _read_hunk(path: str, lines: Iterator[str], hunk: re.Match[str]) -> Iterator[DiffLine]:
    old, new, number = int(hunk[1] or 1), int(hunk[3] or 1), int(hunk[2])
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            return
        if line.startswith("\\"):
            continue
        side = Side(line[0]) if line[:1] in ("+", "-") else Side.CONTEXT
        yield DiffLine(path, side, line[1:], number)
        old -= side is not Side.ADDED
        new -= side is not Side.REMOVED
        number += side is not Side.REMOVED


def _name(text: str) -> str:
    """Return the path of a "---" or "+++" line; git quotes odd names as C does."""
    text = text.removesuffix("\t")
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        raw = text[1:-1].encode("ascii", "backslashreplace").decode("unicode_escape", "replace")
        text = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return text[2:]
