"""Gates: what one check found, and how nine of them make a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class GateName(StrEnum):
    """The nine gates, in the order they are shown."""

    BUILD = "build"
    LINT = "lint"
    TEST = "test"
    QIC = "qic"
    QIEL = "qiel"
    CDW = "cdw"
    MEMORY = "memory"
    DRIFT = "drift"
    GOVERNANCE = "governance"


class GateStatus(StrEnum):
    """How a gate ended; a gate whose tool is missing or crashes fails."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a gate found; `line` is 0 when it has no place in the file."""

    rule: str
    message: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class GateResult:
    """What one gate says of one change.

    :param reason: one sentence, shown to people verbatim.
    :param seconds: wall-clock duration.
    :param evidence: the end of the tool's output, redacted, at most 8 KiB.
    :param hint: what to do about a failure.
    """

    gate: GateName
    status: GateStatus
    reason: str
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0
    evidence: str = ""
    hint: str = ""

    @property
    def failed(self) -> bool:
        return self.status is GateStatus.FAIL


@dataclass(frozen=True, slots=True)
class Verdict:
    """All gates' results on one change; 100 % or no pull request."""

    results: tuple[GateResult, ...]

    @property
    def passed(self) -> bool:
        """True when at least one gate ran and none failed."""
        return any(result.status is GateStatus.PASS for result in self.results) and not self.failures

    @property
    def failures(self) -> tuple[GateResult, ...]:
        return tuple(result for result in self.results if result.failed)

    @property
    def reason(self) -> str:
        """One sentence naming what failed, or that everything passed."""
        if not self.results:
            return "no gate ran"
        if self.passed:
            green = sum(result.status is GateStatus.PASS for result in self.results)
            absent = len(self.results) - green
            return f"{green} gates passed, {absent} not applicable" if absent else f"all {green} gates passed"
        if not self.failures:
            return "no gate applied, so nothing was proved"
        return "; ".join(f"{result.gate}: {result.reason}" for result in self.failures)


def feedback(results: Sequence[GateResult], limit: int = 6000) -> str:
    """Return what the next attempt should know of these failures, in order, cut after `limit` characters."""
    parts: list[str] = []
    for result in results:
        if not result.failed:
            continue
        lines = [f"Gate {result.gate} failed: {result.reason}"]
        lines += [f"- {place(finding)}{finding.message} [{finding.rule}]" for finding in result.findings[:20]]
        if result.evidence:
            lines += ["Output (end):", result.evidence[-2000:]]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)[:limit]


def place(finding: Finding) -> str:
    """Return "path:line: ", "path: " or ""."""
    if not finding.path:
        return ""
    return f"{finding.path}:{finding.line}: " if finding.line else f"{finding.path}: "
