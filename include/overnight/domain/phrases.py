"""The grammar of dependencies in prose: "Blocked by #1, #2 and owner/repo#3", and what denies it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .issues import IssueRef
from .prose import CODE

_URL = (
    r"https?://[^\s/<>()]{1,255}/(?:api/v3/)?(?:repos/)?"
    r"(?P<url_repository>[A-Za-z0-9][\w-]{0,38}/[\w.-]{1,100})/(?:issues|pulls?)/(?P<url_number>[0-9]{1,9})"
    r"(?![0-9])(?:/?[#?][^\s<>,;()\[\]]{0,200})?"
)
_SHORT = (
    r"(?<![\w#&/-])(?P<repository>[A-Za-z0-9][\w-]{0,38}/[\w.-]{1,100})?#(?P<number>[0-9]{1,9})(?!\w)"
    r"|(?<![\w-])GH-(?P<gh>[0-9]{1,9})(?!\w)"
)
_REFERENCE = re.compile(f"{_URL}|{_SHORT}", re.IGNORECASE)
_ANY = re.sub(r"\?P<\w+>", "?:", f"(?:{_URL}|{_SHORT})")

_SEPARATOR = (
    r"[)\]>]?(?:\s{0,5}[,;&+/]\s{0,5}(?:(?:and|or|plus)\s{1,5})?|\s{1,5}(?:and|or|plus)\s{1,5}|[^\S\n]{1,5})"
    r"(?:(?:on|by|issues?|prs?)\s{1,5})?[(\[<]?"
)
_LIST = f"(?P<references>{_ANY}(?:{_SEPARATOR}{_ANY})*)"
_DIRECT = r"[\s:=(\[<–—-]{1,10}"
_STOP = (
    "no|not|nothing|none|neither|never|nor|than|like|unlike|similar|see|cf|unless|without|except|but|"
    "and|because|related|follow|followed|closes?|fix(?:es)?"
)
_LOOSE = (
    rf"(?:{_DIRECT}|[^\S\n]{{0,3}}:?[^\S\n]{{1,5}}"
    rf"(?:(?!(?:{_STOP})\b)(?:[^\W\d_][\w'’-]{{0,40}}|{CODE})[^\S\n]{{1,5}}){{1,4}}[(\[<]?)"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say that an issue waits.

    :param words: regular expression of the phrase.
    :param loose: whether up to four words may stand before the reference ("depends on the parser of #3").
    """

    name: str
    words: str
    loose: bool


PHRASES = (
    Phrase("depends on", r"depend(?:s|ing|ent)?[\s-]{1,3}(?:up)?on", loose=True),
    Phrase("blocked by", r"blocked[\s-]{1,3}(?:by|on)", loose=True),
    Phrase("requires", r"requir(?:es?|ing)", loose=True),
    Phrase("after", r"after", loose=False),
    Phrase("needs", r"need(?:s|ing)?", loose=False),
)
"""Source: SPEC "Plan"; "after" and "needs" are everyday words, so the reference must follow directly."""

_SAID = tuple(
    re.compile(
        rf"(?<![\w-])(?P<phrase>{phrase.words})(?!\w){_LOOSE if phrase.loose else _DIRECT}{_LIST}",
        re.IGNORECASE,
    )
    for phrase in PHRASES
)
_LEAD_IN = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(phrase.words for phrase in PHRASES if phrase.loose)
    + r")(?:\s{1,3}(?:the\s{1,3})?following)?(?:\s{1,3}issues?)?\s{0,3}:?\s{0,3}$",
    re.IGNORECASE,
)
_LEAD_IN_TITLE = re.compile(r"^(?:dependenc(?:y|ies)|prerequisites?)\s{0,3}:?$", re.IGNORECASE)
_LEADING_LIST = re.compile(rf"^[(\[<]?{_LIST}", re.IGNORECASE)
_TRAILING = re.compile(rf"[(\[]{_LIST}[)\]][.\s]{{0,5}}$", re.IGNORECASE)

_BREAK = (
    "but|however|and|because|since|as|so|until|till|unless|it|that|which|while|though|although|yet|if|when|"
    "only|before"
)
_DENIAL = re.compile(
    r"(?:\b(?:no|not|never|without|neither|nor|cannot|nothing|previously|formerly|used[^\S\n]+to|"
    r"no[ -]longer|isnt|doesnt|dont|wont|wasnt|arent|didnt|cant|shouldnt)|n['’]t)"
    rf"(?:\s+(?!(?:{_BREAK})\b)[\w'’-]+){{0,3}}\s*$",
    re.IGNORECASE,
)
_REFERENCE_ALONE = re.compile(_ANY, re.IGNORECASE)
_LINKING = frozenset(
    {"is", "are", "was", "were", "itself", "also", "still", "now", "currently", "which", "that"}
)


_MOST_PER_BLOCK = 1000
"""Of each phrase; nobody repeats one as often in a paragraph, except to keep us busy."""


@dataclass(frozen=True, slots=True)
class Said:
    """References that a text says its issue waits for, and the words that say so."""

    start: int
    phrase: str
    references: tuple[IssueRef, ...]


def said_in(text: str, own: IssueRef) -> Iterator[Said]:
    """Yield what a block of prose says the issue `own` waits for; denials and other subjects do not count."""
    for pattern in _SAID:
        for found in islice(pattern.finditer(text), _MOST_PER_BLOCK):
            if not _denied(text, found.start()) and not _of_another(text, found.start(), own):
                yield Said(found.start(), squeeze(found[0]), references_in(found["references"]))


def leads_in(text: str) -> str:
    """Return the phrase with which a block announces a list ("Depends on:"), "" if it does not."""
    found = _LEAD_IN.search(text[-200:]) or _LEAD_IN_TITLE.match(text[:40])
    if found is None or _denied(text[-200:], found.start()):
        return ""
    return squeeze(found[0])


def leading_references(text: str) -> tuple[IssueRef, ...]:
    """Return the references with which a block begins."""
    found = _LEADING_LIST.match(text)
    return references_in(found["references"]) if found else ()


def task_references(text: str) -> tuple[IssueRef, ...]:
    """Return the issues a task stands for: those it begins with, or names in brackets at its end."""
    tail = None if leading_references(text) else _TRAILING.search(text[-500:])
    return references_in(tail["references"]) if tail else leading_references(text)


def references_in(text: str) -> tuple[IssueRef, ...]:
    """Return every reference of a text; numbers that no issue can have are left out."""
    refs = (
        IssueRef(
            int(found["number"] or found["url_number"] or found["gh"]),
            (found["repository"] or found["url_repository"] or "").lower(),
        )
        for found in _REFERENCE.finditer(text)
    )
    return tuple(ref for ref in refs if ref.number > 0)


def squeeze(text: str, limit: int = 120) -> str:
    """Return text on one line, capped, code spans as "…"."""
    line = " ".join(text.replace(CODE, "…").split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _denied(text: str, start: int) -> bool:
    """Return whether the words before a phrase deny it; a capital after a line break starts afresh."""
    before = text[max(0, start - 100) : start]
    if text[start : start + 1].isupper():
        before = before.rpartition("\n")[2]
    return bool(_DENIAL.search(before))


def _of_another(text: str, start: int, own: IssueRef) -> bool:
    """Return whether the phrase speaks of another issue ("#3 depends on #4", read in #7)."""
    words = text[max(0, start - 300) : start].rpartition("\n")[2].split()
    while words and words[-1].lower() in _LINKING:
        words.pop()
    if not words or not _REFERENCE_ALONE.fullmatch(words[-1]):
        return False
    return own not in references_in(words[-1])
