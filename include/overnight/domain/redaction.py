"""The one redactor: no secret is ever shown, logged, stored or sent."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

from .entropy import redact_random
from .secret_patterns import PATTERNS, REDACTED, SECRET_KEY
from .unwrapping import replace_wrapped

SHORTEST = 8
"""Characters; shorter values would redact ordinary words."""
_DEEPEST = 50
_SHORT, _REMEMBERED = 64, 4096
"""Names of fields, tiers and outcomes come in every event: so many texts of so few characters, found to be
without a secret, are not looked through again."""
_LONG_LINE = 20
_COLOUR = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\-_])")
"""Sequences that colour, move or name; they may stand in the middle of a word."""
_QUOTED = re.compile(r"%[0-9A-F]{2}")


class Redactor:
    """Replaces secrets in text and JSON values: known ones in every usual spelling, others by their shape.

    :param known: values of this deployment's credentials; those under eight characters are not looked for.
    """

    __slots__ = ("_known", "_plain")

    def __init__(self, known: Iterable[str] = frozenset()) -> None:
        spellings = {form for value in known for form in _spellings(value)}
        usable = sorted(
            (form for form in spellings if len(form) >= SHORTEST and form not in REDACTED),
            key=lambda form: (-len(form), form),
        )
        self._known = re.compile("|".join(map(re.escape, usable))) if usable else None
        self._plain: set[str] = set()

    def __repr__(self) -> str:
        return "Redactor(…)"

    def clean(self, text: str) -> str:
        """Return text without secrets. Idempotent; never raises."""
        if text in self._plain:
            return text
        cleaned = self._cleaned(text)
        if cleaned == text and len(text) <= _SHORT and len(self._plain) < _REMEMBERED:
            self._plain.add(text)
        return cleaned

    def _cleaned(self, text: str) -> str:
        if "\x1b" in text and self._once(plain := _COLOUR.sub("", text)) != plain:
            text = plain  # colours went through a secret, or stood before one: without them it is seen
        for _ in range(4):  # taking one secret out may bring the ends of another together
            before, text = text, self._once(text)
            if text == before:
                break
        return text

    def clean_value(self, value: Any) -> Any:
        """Return a JSON value without secrets, in keys as in values; what JSON does not know becomes text."""
        return self._value(value, 0)

    def _once(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(REDACTED, text)
            text = replace_wrapped(self._known, text, REDACTED)
        for pattern in PATTERNS:
            text = pattern.shape.sub(pattern.replacement, text)
        return redact_random(text, REDACTED)

    def _value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.clean(value)
        if depth >= _DEEPEST:
            return REDACTED
        if isinstance(value, Mapping):
            return {self.clean(_text(key)): self._named(key, item, depth) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item, depth + 1) for item in value]
        return self.clean(_text(value))

    def _named(self, key: Any, item: Any, depth: int) -> Any:
        if isinstance(item, str) and item and SECRET_KEY.fullmatch(_text(key)):
            return REDACTED
        return self._value(item, depth + 1)


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - a broken __str__ must not stop a redactor
        return f"<{type(value).__name__}>"


def _spellings(value: str) -> Iterator[str]:
    """Yield a secret as it may stand in a text: itself, quoted, escaped, encoded, and its long lines."""
    whole = value.strip()
    if len(whole) < SHORTEST:
        return
    lines = [line.strip() for line in whole.splitlines()] if "\n" in whole else []
    for part in {value, whole, *(line for line in lines if len(line) >= _LONG_LINE)}:
        yield part
        raw = part.encode("utf-8", "surrogatepass")
        for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
            yield from (quoted, _QUOTED.sub(lambda code: code[0].lower(), quoted))
        yield from (json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1], repr(part)[1:-1])
        yield escape(part)
        yield raw.hex()
        yield from _in_base64(raw)


def _in_base64(raw: bytes) -> Iterator[str]:
    """Yield what of a secret is always the same in base64, wherever in the encoded bytes it begins."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode("ascii").rstrip("=")
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        steady = encoded[first:last]
        yield steady
        yield steady.replace("+", "-").replace("/", "_")
