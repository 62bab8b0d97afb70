"""Gate drift: the base has not moved into the change's way, and nobody's unpushed work lies on its files."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from ...domain.evidence import DriftFacts
from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox, Stage

_SHOWN = 100


class DriftGate:
    """Judges by facts alone: who calls it has fetched."""

    name: GateName = GateName.DRIFT

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when merging would be clean; not applicable where there is no remote to ask."""
        began = monotonic()
        facts = case.drift
        if facts is None:
            return self._without_facts(case)
        findings = tuple(_findings(facts))
        seconds = monotonic() - began
        if findings:
            return GateResult(
                gate=self.name,
                status=GateStatus.FAIL,
                reason=_failure(facts),
                findings=findings[:_SHOWN],
                seconds=seconds,
                hint=_hint(facts),
            )
        return GateResult(self.name, GateStatus.PASS, _success(facts), seconds=seconds)

    def _without_facts(self, case: Case) -> GateResult:
        if case.stage is Stage.JUDGE:
            reason = "nobody asked where the base is now"
            return GateResult(
                self.name, GateStatus.FAIL, reason, hint="judge it again with the remote at hand"
            )
        reason = "no remote is asked here" if case.stage is Stage.LOCAL else "is looked at by the judge"
        return GateResult(self.name, GateStatus.NOT_APPLICABLE, reason)


def _findings(facts: DriftFacts) -> Iterator[Finding]:
    now = f"{facts.base_ref} at {facts.now_sha[:12]}"
    for path in facts.conflicts:
        yield Finding("conflict", f"{now} changes the same lines", path)
    for path in facts.desktop:
        yield Finding("desktop", f"{_holders(facts)} unpushed or uncommitted work on this file", path)
    if facts.rewritten:
        yield Finding("rewritten", f"{now} does not hold {facts.base_sha[:12]}, which the change builds on")


def _failure(facts: DriftFacts) -> str:
    told = []
    if facts.conflicts:
        again = ", also after a rebase" if facts.rebased else ""
        told.append(f"conflicts with {facts.base_ref} in {_named(facts.conflicts)}{again}")
    if facts.rewritten:
        told.append(f"the history of {facts.base_ref} was rewritten")
    if facts.desktop:
        told.append(f"{_holders(facts)} unpushed work on {_named(facts.desktop)}")
    return "; ".join(told)


def _holders(facts: DriftFacts) -> str:
    names = ", ".join(facts.desktop_names)
    return f"the desktop {names} has" if names else "a desktop has"


def _hint(facts: DriftFacts) -> str:
    if facts.desktop and not facts.conflicts:
        return "push or put away the work on the desktop, then judge again"
    return "build the issue again on the base as it is now"


def _success(facts: DriftFacts) -> str:
    moved = facts.now_sha != facts.base_sha
    where = (
        f"{facts.base_ref} has moved on without a conflict" if moved else f"{facts.base_ref} has not moved"
    )
    after = ", after a rebase" if facts.rebased else ""
    return f"{where}{after}" + (f"; {facts.desktop_note}" if facts.desktop_note else "")


def _named(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(paths[:3]) + more
