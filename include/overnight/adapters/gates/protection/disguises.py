"""See through what hides a secret: encodings, strings in parts; and tell random text from words."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,8000}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){20,2000}|(?:\\x[0-9a-fA-F]{2}){16,500}")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.){1,400})\"|'((?:[^'\\]|\\.){1,400})'|`([^`\\$]{1,400})`")
_JOINT = re.compile(r"^[\s,+.&()\[\]{}rbufRBUF\\;]*$")
"""What may stand between two parts of one string, in any language: operators, brackets, prefixes."""
_PART_OF = re.compile(r"^\s*(?:[\w$.]+\s*\+?=\s*)?$")
_MOST_PARTS = 24

_NAMED = re.compile(
    r"(?i)(?:secret|token|passw(?:or)?d|passwd|api_?-?key|access_?-?key|private_?-?key|credential|auth)\w{0,20}"
    r"[\"']?\s{0,3}(?::=|=>|[:=])\s{0,3}[\"']([^\"'\s]{16,200})[\"']"
)
_NO_SECRET = re.compile(
    r"(?i)example|sample|dummy|fake|test|placeholder|change.?me|your|insert|xxx|\*\*\*|\.\.\.|\$\{|\{\{|%\(|<\w"
    r"|^sha\d{3}[-:]|^https?://|^/|^[a-z_.-]+$|^[A-Z_.-]+$|^[0-9a-f]{8}-[0-9a-f]{4}-|1234|abcd|0000"
)
_LEAST_BITS = 3.6


def decoded(text: str) -> Iterator[str]:
    """Yield what encoded runs of a line mean, where that is plain text."""
    for match in _BASE64.finditer(text):
        if plain := _from_base64(match[0]):
            yield plain
    for match in _HEX.finditer(text):
        if plain := _readable(bytes.fromhex(match[0].replace("\\x", ""))):
            yield plain


def _from_base64(run: str) -> str:
    usual = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return _readable(base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _readable(raw: bytes) -> str:
    return raw.decode("ascii") if raw and all(9 <= sign < 127 for sign in raw) else ""


def glued(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield (line numbers, text) of strings that are written in parts, on one line or on lines in a row."""
    parts: list[tuple[int, str]] = []
    last = 0
    for number, text in lines:
        if parts and number != last + 1:
            yield from _told(parts)
            parts = []
        last = number
        end = 0
        for match in _STRING.finditer(text[:20_000]):
            between = text[end : match.start()]
            joined = _JOINT.match(between) or (end == 0 and _PART_OF.match(between))
            if parts and (not joined or len(parts) >= _MOST_PARTS):
                yield from _told(parts)
                parts = parts[-_MOST_PARTS // 2 :] if joined else []
            parts.append((number, next(group for group in match.groups() if group is not None)))
            end = match.end()
        if parts and (not _JOINT.match(text[end:]) or (end == 0 and text.strip())):
            yield from _told(parts)
            parts = []
    yield from _told(parts)


def _told(parts: list[tuple[int, str]]) -> Iterator[tuple[tuple[int, ...], str]]:
    if len(parts) > 1:
        yield tuple(dict.fromkeys(number for number, _ in parts)), "".join(text for _, text in parts)


def looks_random(text: str) -> bool:
    """Tell whether a line gives something with a secret's name a random value; words and samples are none."""
    for match in _NAMED.finditer(text):
        value = match[1]
        mixed = re.search("[0-9]", value) and re.search("[A-Za-z]", value)
        if mixed and not _NO_SECRET.search(value) and _bits(value) >= _LEAST_BITS:
            return True
    return False


def _bits(text: str) -> float:
    """Return Shannon's entropy, bits a character."""
    counted = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counted)
