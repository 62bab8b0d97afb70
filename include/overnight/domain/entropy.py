"""Random-looking words: a secret that has no known shape, told from hashes, ids and ordinary names."""

from __future__ import annotations

import base64
import binascii
import re
from itertools import pairwise

_RUN = re.compile(
    r"(?<![A-Za-z0-9+/_.-])(?:[A-Za-z0-9+_-]{32,256}={0,2}|[A-Za-z0-9+/]{32,256}={1,2})(?![A-Za-z0-9+/_=-])"
)
"""With a slash in it only what ends as base64 does: a path has no padding."""
_HASHED = re.compile(r"(?:sha\d{1,3}[-:=]|h1:|base64,|integrity\W{1,4}(?:sha\d{1,3}-)?)$", re.IGNORECASE)
"""What stands before a package's hash in lock files, or an embedded picture: nobody's secret."""
_NODE_ID = re.compile(r"[A-Z]{1,6}_[A-Za-z0-9_-]{8,}")
_OLD_NODE_ID = re.compile(rb"\d{2,3}:[A-Z][A-Za-z]+\d+.*")
_LEAST_DISTINCT = 16
_LEAST_OF_A_KIND = 3
_LEAST_CHANGES = 0.4
"""Share of neighbours that differ in kind: about 0.6 in random text, 0.25 in CamelCase with numbers."""


def redact_random(text: str, replacement: str) -> str:
    """Return text without words that look random: 32 to 256 characters, of mixed case with digits."""
    return _RUN.sub(lambda run: replacement if _is_random(text, run) else run[0], text)


def _is_random(text: str, run: re.Match[str]) -> bool:
    word = run[0].rstrip("=")
    kinds = [_kind(letter) for letter in word]
    if min(kinds.count(kind) for kind in "aA0") < _LEAST_OF_A_KIND or len(set(word)) < _LEAST_DISTINCT:
        return False
    changes = sum(one != other for one, other in pairwise(kinds))
    if changes < _LEAST_CHANGES * (len(word) - 1):
        return False
    return not (_HASHED.search(text[max(0, run.start() - 24) : run.start()]) or _is_node_id(run[0]))


def _kind(letter: str) -> str:
    if letter.isdigit():
        return "0"
    return "A" if letter.isupper() else "a" if letter.islower() else "-"


def _is_node_id(word: str) -> bool:
    """Return whether GitHub names a thing so; its ids are public and stand in every event."""
    if _NODE_ID.fullmatch(word):
        return True
    try:
        return _OLD_NODE_ID.fullmatch(base64.b64decode(word + "=" * (-len(word) % 4))) is not None
    except (binascii.Error, ValueError):
        return False
