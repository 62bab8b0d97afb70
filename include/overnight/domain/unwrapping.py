"""Find values that a terminal, a mail or a log broke over lines, where they stand in the text."""

from __future__ import annotations

import re
from bisect import bisect_right

_BREAK = re.compile(r"\\?\r?\n[ \t>|]{0,16}")
_LONGEST = 2_000_000
"""Characters; a longer text is not put together once more."""


def replace_wrapped(known: re.Pattern[str], text: str, replacement: str) -> str:
    """Return text with every match that is only there when line breaks are taken out replaced, breaks too."""
    if "\n" not in text or len(text) > _LONGEST:
        return text
    parts, starts, begins = [], [], []
    end = length = 0
    for gap in [*_BREAK.finditer(text), None]:
        until = gap.start() if gap else len(text)
        parts.append(text[end:until])
        starts.append(end)
        begins.append(length)
        length += until - end
        end = gap.end() if gap else until
    spans = [
        (_place(found.start(), begins, starts), _place(found.end() - 1, begins, starts) + 1)
        for found in known.finditer("".join(parts))
    ]
    for begin, stop in reversed(spans):
        text = text[:begin] + replacement + text[stop:]
    return text


def _place(position: int, begins: list[int], starts: list[int]) -> int:
    """Return where a position of the joined text stands in the text itself."""
    row = bisect_right(begins, position) - 1
    return starts[row] + position - begins[row]
