"""Lessons: what a repository's gates have taught, given to later builders until a person retires them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from .errors import SettingsError

LONGEST_ADVICE = 400
LONGEST_PATTERN = 500
MOST_TOLD = 15
"""Lessons that one builder is given; more would bury the issue."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing learnt.

    :param pattern: regular expression over added diff lines that shows it violated; "" when it only advises.
    :param scope: glob of the paths it is about.
    :param source: where it comes from: "gate test, issue #12, night …" or a person's name.
    :param uses: how often a builder was given it.
    :param retired: who retired it and why, "" while it is in force.
    """

    repository: str
    advice: str
    source: str
    pattern: str = ""
    scope: str = "*"
    rule: str = ""
    """The gate's rule that taught it, e.g. "test/newly_failing"; the same rule and advice are one lesson."""
    id: str = ""
    uses: int = 0
    learnt_at: datetime | None = None
    last_seen: datetime | None = None
    retired: str = ""

    def about(self, path: str) -> bool:
        """Return whether it is about this path; "*" in a scope crosses folders."""
        return fnmatchcase(path, self.scope or "*")


def most_relevant(
    lessons: Iterable[Lesson], paths: Sequence[str], most: int = MOST_TOLD
) -> tuple[Lesson, ...]:
    """Return the lessons in force that a builder should hear, most relevant first.

    What is about one of the paths alone comes before what is about everything; what is about other paths
    comes last and only without paths to go by. Within each the order given (last seen first) stays.
    """
    in_force = [lesson for lesson in lessons if not lesson.retired]
    if paths:
        in_force = [
            lesson for lesson in in_force if _general(lesson) or any(lesson.about(path) for path in paths)
        ]
    return tuple(sorted(in_force, key=_general)[:most] if paths else in_force[:most])


def told(lessons: Iterable[Lesson]) -> tuple[str, ...]:
    """Return the lessons as sentences for a builder."""
    return tuple(
        lesson.advice if _general(lesson) else f"{lesson.advice} (files: {lesson.scope})"
        for lesson in lessons
    )


def checked_pattern(pattern: str) -> str:
    """Return a pattern that a person wrote; SettingsError says what is wrong with it."""
    if len(pattern) > LONGEST_PATTERN:
        raise SettingsError(f"the pattern has {len(pattern)} characters; at most {LONGEST_PATTERN}")
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise SettingsError(f"the pattern is no regular expression: {error}") from error
    if pattern and compiled.search(""):
        raise SettingsError("the pattern matches an empty line, so it would forbid every change")
    return pattern


def _general(lesson: Lesson) -> bool:
    return lesson.scope in ("", "*", "**", "**/*")
