"""Rule of gate qic about characters that a reviewer does not see, or takes for others."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ....domain.gates import Finding
from ..diffs import FileDiff
from .scene import Scene, is_source

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""They reorder what is shown: a line reads otherwise than it runs."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2060-\u2064\u3164\ufeff\uffa0]"
    "|[\U000e0000-\U000e007f]"
)
_JOINER = re.compile("(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])")
"""Zero-width joiners are right within emoji and many scripts, never beside plain letters."""
_TRANSLATION = re.compile(r"(?:^|/)(?:locales?|i18n|l10n|translations?|lang)/|\.(?:po|pot|xliff|arb)$")
_WORD = re.compile(r"[^\W\d]\w*")
_ASCII_WORD = re.compile(r"\b[A-Za-z_]\w{2,}\b")
_TWINS = dict(
    zip(
        "аеорсухіјѕһԁԛԝкмтвнАВЕКМНОРСТУХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρϲ",
        "aeopcyxijshdqwkmtbhABEKMHOPCTYXIJSABEZHIKMNOPTYXovpc",
        strict=True,
    )
)
"""Cyrillic and Greek letters with the Latin ones that they look like."""


def homoglyphs(scene: Scene) -> Iterator[Finding]:
    """Yield added lines with characters that reorder or hide text, and words that mix look-alike letters."""
    if scene.asks("unicode", r"invisible characters?", r"bidi\w*", "homoglyphs?", r"zero[- ]width\w*"):
        return
    for file in scene.present:
        if _TRANSLATION.search(file.path):
            continue
        known = set(_ASCII_WORD.findall(scene.text(file))) if is_source(file.path) else set()
        for number, text in file.added:
            if not text.isascii() and (told := _trick(text, file, known, first=number == 1)):
                yield Finding("look_alike", told, file.path, number)


def _trick(text: str, file: FileDiff, known: set[str], *, first: bool) -> str:
    if direction := _DIRECTION.search(text):
        return f"holds {_said(direction[0])}, which reorders what is shown"
    if not is_source(file.path):
        return ""
    hidden = _INVISIBLE.search(text.removeprefix("\ufeff") if first else text) or _JOINER.search(text)
    if hidden:
        return f"holds {_said(hidden[0])}, which nobody sees"
    for word in _WORD.findall(text):
        if not word.isascii() and _poses(word, known):
            return f"a word mixes letters that look alike: {_spelt(word)}"
    return ""


def _poses(word: str, known: set[str]) -> bool:
    """Return whether a word looks Latin and is not: mixed letters, or a twin of a word in the same file."""
    plain = "".join(_TWINS.get(letter) or _narrow(letter) for letter in word)
    if not plain.isascii() or plain == word:
        return False
    mixed = any(letter.isascii() and letter.isalpha() for letter in word)
    return mixed or plain in known


def _narrow(letter: str) -> str:
    """Return the plain form of a full-width letter, any other as it is."""
    return unicodedata.normalize("NFKC", letter) if "\uff21" <= letter <= "\uff5a" else letter


def _spelt(word: str) -> str:
    return "".join(letter if letter.isascii() else f"[U+{ord(letter):04X}]" for letter in word[:40])


def _said(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, 'unnamed').lower()}"
