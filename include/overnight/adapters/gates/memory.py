"""Gate memory: the ledger's chain verifies and holds what the steps must have left; memory files fit."""

from __future__ import annotations

from time import monotonic

from ...domain.evidence import LedgerFacts
from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox, Stage
from .apart import ReaderFailed
from .memory_files import MemoryRead, read_memory_files

_SHOWN = 100


class MemoryGate:
    """Judges the ledger by facts that were gathered, and reads the repository's memory files."""

    name: GateName = GateName.MEMORY

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing is wrong or missing; not applicable with neither ledger nor memory files."""
        began = monotonic()
        if case.ledger is None and case.stage is not Stage.LOCAL:
            return self._failed("nobody asked the ledger", (), began)
        try:
            memory = read_memory_files(case)
        except ReaderFailed as error:
            return self._failed(f"the memory files cannot be read: {error}", (), began)
        findings = (*_ledger_findings(case.ledger), *memory.findings)
        if findings:
            return self._failed(_failure(case.ledger, memory), findings, began)
        seconds = monotonic() - began
        if case.ledger is None and not memory.files:
            return GateResult(self.name, GateStatus.NOT_APPLICABLE, "no ledger here", seconds=seconds)
        return GateResult(self.name, GateStatus.PASS, _success(case.ledger, memory), seconds=seconds)

    def _failed(self, reason: str, findings: tuple[Finding, ...], began: float) -> GateResult:
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=reason,
            findings=findings[:_SHOWN],
            seconds=monotonic() - began,
            hint="a person must look at the ledger; mend memory files by their schema",
        )


def _ledger_findings(facts: LedgerFacts | None) -> tuple[Finding, ...]:
    if facts is None:
        return ()
    broken = [Finding("chain", problem) for problem in facts.problems]
    return (*broken, *(Finding("missing_event", sentence) for sentence in facts.missing))


def _failure(facts: LedgerFacts | None, memory: MemoryRead) -> str:
    told = []
    if facts and facts.problems:
        told.append("the ledger's chain does not verify")
    if facts and facts.missing:
        told.append(f"{len(facts.missing)} events are missing from the ledger")
    if memory.findings:
        told.append(f"{len({finding.path for finding in memory.findings})} memory files do not fit")
    return "; ".join(told)


def _success(facts: LedgerFacts | None, memory: MemoryRead) -> str:
    ledger = (
        f"the chain verifies and holds {facts.events} events of this issue" if facts else "no ledger here"
    )
    return f"{ledger}; {memory.files} memory files fit" if memory.files else ledger
