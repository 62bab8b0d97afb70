"""Gate qiel: no lesson learnt earlier in this repository is violated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

import regex  # type: ignore[import-untyped]

from ...domain.difflines import Side, diff_lines
from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...domain.lessons import LONGEST_PATTERN, Lesson
from ...ports import Case, Sandbox
from .diffs import parse_diff

_LONGEST_LINE = 20_000
"""Characters of an added line that a pattern sees."""
_SECONDS_A_LESSON = 0.5
_FINDINGS_A_LESSON = 10


@dataclass(slots=True)
class _Outcome:
    """What came of looking for all lessons."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: int = 0
    told: int = 0


class QielGate:
    """Quality Instruction Evolution Loop: lessons with a pattern are checked, the others were told."""

    name: GateName = GateName.QIEL

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one reads and runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Fail for each lesson whose pattern matches an added line within its scope."""
        began = monotonic()
        lessons = [lesson for lesson in case.lessons if not lesson.retired]
        if not lessons:
            why = "no lesson is in force in this repository"
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, why, seconds=monotonic() - began)
        outcome, files = _Outcome(), _added(case.diff)
        for lesson in lessons:
            _look_for(lesson, files, outcome)
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL if outcome.findings else GateStatus.PASS,
            reason=_reason(outcome),
            findings=tuple(outcome.findings),
            seconds=monotonic() - began,
            evidence="\n".join(outcome.notes)[:8192],
            hint="do as the lesson says; a person can retire one that no longer holds"
            if outcome.findings
            else "",
        )


@dataclass(frozen=True, slots=True)
class _Added:
    """What a change adds to one file, as (number, text)."""

    path: str
    lines: tuple[tuple[int, str], ...]


def _added(diff: str) -> tuple[_Added, ...]:
    """Return the added lines of each file; one that only moved was there before the lesson."""
    moved = {line.text.strip() for line in diff_lines(diff) if line.side is Side.REMOVED}
    return tuple(
        _Added(file.path, tuple((number, text) for number, text in file.added if text.strip() not in moved))
        for file in parse_diff(diff)
        if not file.deleted
    )


def _look_for(lesson: Lesson, files: Sequence[_Added], outcome: _Outcome) -> None:
    """Add what one lesson says of the change; a pattern that cannot be used is told, and blocks nothing."""
    mine = [file for file in files if lesson.about(file.path)]
    name = f"{lesson.id or lesson.rule or 'lesson'}: {lesson.advice}"
    if not lesson.pattern:
        outcome.told += 1
        if mine:
            outcome.notes.append(f"advises {name}")
        return
    try:
        pattern = _compiled(lesson.pattern)
    except (regex.error, ValueError, RecursionError, OverflowError) as error:
        broken = f"its pattern is broken ({str(error)[:200]}): retire the lesson or mend it"
        outcome.checked += 1
        outcome.findings.append(Finding(_rule(lesson), f"{lesson.advice} — {broken}"))
        return
    outcome.checked += 1
    try:
        found = list(_violations(lesson, pattern, mine))
    except TimeoutError:  # else a line made for it would lead past the lesson
        slow = f"its pattern took over {_SECONDS_A_LESSON} s: retire the lesson or make it simpler"
        found = [Finding(_rule(lesson), f"{lesson.advice} — {slow}")]
    outcome.findings += found[:_FINDINGS_A_LESSON]
    outcome.notes.append(f"{'violated' if found else 'kept'} {name}")


def _compiled(pattern: str) -> regex.Pattern[str]:
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"{len(pattern)} characters, at most {LONGEST_PATTERN}")
    return regex.compile(pattern)


def _violations(lesson: Lesson, pattern: regex.Pattern[str], files: Sequence[_Added]) -> Iterator[Finding]:
    deadline = monotonic() + _SECONDS_A_LESSON
    for file in files:
        for number, text in file.lines:
            left = deadline - monotonic()
            if left <= 0:
                raise TimeoutError
            if pattern.search(text[:_LONGEST_LINE], timeout=left):
                yield Finding(
                    _rule(lesson), f"{lesson.advice} (learnt from {lesson.source})", file.path, number
                )


def _rule(lesson: Lesson) -> str:
    return f"lesson/{lesson.id or lesson.rule or 'unnamed'}"


def _reason(outcome: _Outcome) -> str:
    violated = len({finding.rule for finding in outcome.findings})
    if violated:
        verb = "is" if violated == 1 else "are"
        return f"{violated} of {outcome.checked} lessons that can be checked {verb} violated"
    return f"{outcome.checked} lessons checked and kept, {outcome.told} only advise"
