"""File names that look like others: turned text, invisible signs, foreign twins of letters, case alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ....domain.gates import Finding
from ..diffs import FileDiff

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Overrides and isolates: text is shown in another order than it is read by a machine."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\ufeff\U000e0000-\U000e007f]"
)
_WORD = re.compile(r"[^\W\d_]+(?:[\d_]*[^\W\d_]+)*")
_GREEK_TWINS = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυικ")
"""Only those that pass for Latin ones; μ, Δ or π beside Latin letters is plain mathematics."""
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)


def odd_names(files: Iterable[FileDiff], present: Iterable[str]) -> Iterator[Finding]:
    """Yield new paths that people or file systems would take for others.

    :param present: every path of the change's commit.
    """
    new = [file.path for file in files if not file.deleted and file.path != file.old_path]
    by_fold: dict[str, list[str]] = {}
    for path in present if new else ():
        by_fold.setdefault(unicodedata.normalize("NFKC", path).casefold(), []).append(path)
    for path in new:
        if why := _odd(path):
            yield Finding("file_name", why, ascii(path)[1:-1])
        twins = by_fold.get(unicodedata.normalize("NFKC", path).casefold(), [])
        if other := next((twin for twin in twins if twin != path), ""):
            yield Finding("file_name", f"differs from {ascii(other)[1:-1]} in letter case or form only", path)


def _odd(path: str) -> str:
    if _TURNING.search(path) or _INVISIBLE.search(path):
        return "the file's name holds signs that nobody sees"
    if any(unicodedata.category(sign) == "Cc" for sign in path):
        return "the file's name holds control characters"
    if any(_mixed(word) for word in _WORD.findall(path)):
        return "the file's name mixes alphabets that look alike"
    for part in path.split("/"):
        if part != part.strip() or part.endswith(".") or _RESERVED.match(part):
            return "the file's name means something else on other systems"
    return ""


def _mixed(word: str) -> bool:
    """Tell whether one word holds Latin letters and twins of them from another alphabet."""
    if word.isascii():
        return False
    latin = any(sign.isascii() for sign in word)
    foreign = any("\u0400" <= sign <= "\u052f" or sign in _GREEK_TWINS for sign in word)
    return latin and foreign
