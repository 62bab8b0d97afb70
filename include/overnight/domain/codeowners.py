"""Who owns a path, by GitHub's CODEOWNERS: the last line that matches decides.

The patterns are gitignore's without `!` and `[…]`; a line that GitHub cannot read is left out, as GitHub
does. Source: docs.github.com, "About code owners".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LOCATIONS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order; the first file it finds is the only one."""
LONGEST_FILE = 3 * 1024 * 1024
"""Characters; GitHub reads no longer file."""
MOST_REVIEWERS = 15
"""People and teams together that GitHub takes for one pull request, about; more is noise anyway."""

_OWNER = re.compile(r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})(?:/[A-Za-z0-9._-]{1,100})?|[^@\s]+@[^@\s]+\.[^@\s]+")
_UNREADABLE = re.compile(r"^!|(?<!\\)[\[\]]|\*{3}|\*\*/\*\*")
_MOST_STARS = 6
"""In one part of a path: more is no pattern that a person wrote, and slow to look for."""
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line: a pattern and who owns what it matches; no owners means nobody does."""

    line: int
    pattern: str
    owners: tuple[str, ...]
    shape: re.Pattern[str]


def read_codeowners(text: str) -> tuple[Rule, ...]:
    """Return the rules of a file, unreadable lines left out; none of a file that is too long."""
    if len(text) > LONGEST_FILE:
        return ()
    rules = (_rule(number, line) for number, line in enumerate(text.splitlines(), 1))
    return tuple(rule for rule in rules if rule is not None)


def owners_of(rules: Sequence[Rule], path: str) -> tuple[str, ...]:
    """Return the owners of a path, "@octocat", "@acme/docs" or an address."""
    return next((rule.owners for rule in reversed(rules) if rule.shape.fullmatch(path)), ())


def reviewers_for(rules: Sequence[Rule], paths: Iterable[str], author: str) -> tuple[str, ...]:
    """Return whom to ask about a change: owners of its paths that GitHub can ask, the author left out.

    People stand as "octocat", teams as "acme/docs"; who owns more of the paths comes first.
    """
    counted: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for path in paths:
        for owner in owners_of(rules, path):
            if owner.startswith("@") and owner[1:].lower() != author.lower():
                spelled.setdefault(owner[1:].lower(), owner[1:])
                counted[owner[1:].lower()] += 1
    wanted = [spelled[name] for name in sorted(counted, key=lambda name: (-counted[name], name))]
    return tuple(wanted[:MOST_REVIEWERS])


def _rule(number: int, line: str) -> Rule | None:
    words = _WORD.findall(_without_comment(line))
    if not words:
        return None
    pattern, owners = words[0], tuple(words[1:])
    if _UNREADABLE.search(pattern) or any(part.count("*") > _MOST_STARS for part in pattern.split("/")):
        return None
    if not all(_OWNER.fullmatch(owner) for owner in owners):
        return None
    return Rule(number, pattern, owners, _shape(pattern))


def _without_comment(line: str) -> str:
    return re.sub(r"(?:^|\s)#.*$", "", line)


def _shape(pattern: str) -> re.Pattern[str]:
    """Return what a pattern matches: a file, or everything below a folder."""
    body = pattern.strip("/") if pattern != "/" else ""
    anchored = pattern.startswith("/") or "/" in body
    front = "" if anchored else "(?:.*/)?"
    parts = body.split("/")
    last = parts[-1]
    # `docs/*` means the files in docs, not those below its folders; a name without a star may be a folder.
    below = "/.*" if pattern.endswith("/") else "" if anchored and last == "*" else "(?:/.*)?"
    return re.compile(front + _joined(parts) + below)


def _joined(parts: Sequence[str]) -> str:
    shape = ""
    for place, part in enumerate(parts):
        is_last = place == len(parts) - 1
        if part == "**":
            shape += ".*" if is_last else "(?:.*/)?"
        else:
            shape += _segment(part) + ("" if is_last else "/")
    return shape


def _segment(part: str) -> str:
    stars = {"*": "[^/]*", "?": "[^/]"}
    marks = re.findall(r"\\.|.", part)
    return "".join(stars.get(mark) or re.escape(mark[-1]) for mark in marks)
