"""Turn gate failures into lessons, and give builders the ones that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..domain.errors import SettingsError
from ..domain.estimating import files_named
from ..domain.gates import GateName, GateResult, flat
from ..domain.issues import Issue
from ..domain.lessons import LONGEST_ADVICE, Lesson, checked_pattern, most_relevant
from ..domain.teachings import lessons_of
from ..ports import Desk
from .reading import OpenNight

_LOOKED_AT = 200
"""Lessons in force among which the relevant ones are chosen."""


def learn_from(
    desk: Desk, night: OpenNight, issue: Issue, results: Sequence[GateResult]
) -> tuple[Lesson, ...]:
    """Store what the failed gates of a finished attempt or judgement teach; the same lesson is renewed.

    Faults of the machine (a gate that crashed, a missing tool, the ledger, drift) teach builders nothing.
    """
    learnt: dict[tuple[str, str], Lesson] = {}
    for result in results:
        if result.gate is GateName.QIEL:
            fresh = _violated(desk, night, result)
        else:
            source = f"gate {result.gate}, issue #{issue.number}, night {night.id}"
            fresh = lessons_of(result, night.repository.node_id, source)
        for lesson in fresh:
            learnt.setdefault((lesson.rule, lesson.advice), lesson)
    return tuple(desk.lessons.learn(lesson, night.id) for lesson in learnt.values())


def _violated(desk: Desk, night: OpenNight, result: GateResult) -> tuple[Lesson, ...]:
    """Return the lessons that a failed gate qiel found violated: seen again, they are renewed as they are."""
    named = {finding.rule.removeprefix("lesson/") for finding in result.findings if result.failed}
    return tuple(lesson for lesson in _in_force(desk, night) if {lesson.id, lesson.rule} & named)


def lessons_for(desk: Desk, night: OpenNight, issue: Issue) -> tuple[Lesson, ...]:
    """Return the lessons a builder of the issue should hear, most relevant first, at most 15.

    Each counts one use. What the issue names decides what is relevant; where it names no file, every lesson
    may be.
    """
    in_force = _in_force(desk, night)
    if not in_force:
        return ()
    sha = night.repository.head_sha
    files = desk.workspace.list_files(night.repository, sha) if sha else ()
    chosen = most_relevant(in_force, files_named(issue, files))
    desk.lessons.used([lesson.id for lesson in chosen])
    return tuple(replace(lesson, uses=lesson.uses + 1) for lesson in chosen)


def _in_force(desk: Desk, night: OpenNight) -> tuple[Lesson, ...]:
    return desk.lessons.active(night.repository.node_id, _LOOKED_AT)


def lessons(desk: Desk, repository: str) -> tuple[Lesson, ...]:
    """Return every lesson of a repository (node id), the retired ones too; "" for all repositories."""
    return desk.lessons.all(repository or None)


def retire_lesson(desk: Desk, id_: str, who: str, why: str) -> Lesson:
    """Put a lesson out of force; a person says who and why.

    :raises NotFound: there is no such lesson.
    :raises SettingsError: nobody, or no reason, was given.
    """
    _need(who, why)
    return desk.lessons.retire(id_, flat(who, 100), flat(why, 300))


def teach(
    desk: Desk, repository: str, advice: str, who: str, *, pattern: str = "", scope: str = "*"
) -> Lesson:
    """Store a lesson that a person gives; with a pattern gate qiel enforces it.

    :param repository: node id.
    :param pattern: regular expression; a change with an added line that matches it fails.
    :raises SettingsError: the advice or the person is missing, or the pattern is unusable.
    """
    _need(who, advice)
    told = flat(advice, LONGEST_ADVICE)
    return desk.lessons.learn(
        Lesson(repository, told, flat(who, 100), checked_pattern(pattern), scope or "*", rule="person/taught")
    )


def _need(who: str, words: str) -> None:
    if not who.strip():
        raise SettingsError("a lesson is taught or retired by a person: say who")
    if not words.strip():
        raise SettingsError("say what the lesson is, or why it no longer holds")
