"""What the body of a pull request tells, as facts; how it reads is the template's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .gates import GateName, GateResult, GateStatus, Verdict


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt as people see it; `seconds` of wall clock."""

    tier: str
    model: str
    outcome: str
    tokens: int
    cost_usd: Decimal
    seconds: float
    escalation: str = ""
    """Why a tier above the entry tier was used, "" for no escalation."""


@dataclass(frozen=True, slots=True)
class Description:
    """One change that passed its gates.

    :param plan: the stored architecture plan, a model's words, "" when none was written.
    :param summary: what the builder says it did, a model's words.
    :param cost_usd: everything this issue cost in this night: attempts, plans, tests and reviews.
    :param stacked_on: the branch that must merge first, "" on the default branch.
    :param merging: who will merge it and why, one sentence; "" when that is not known.
    :param joined: the branches that `stacked_on` joins, empty when it is one dependency's own.
    """

    issue: int
    night: str
    branch: str
    head_sha: str
    base: str
    base_sha: str
    verdict: Verdict
    files: tuple[str, ...] = ()
    insertions: int = 0
    deletions: int = 0
    stacked_on: str = ""
    joined: tuple[str, ...] = ()
    merging: str = ""
    plan: str = ""
    summary: str = ""
    attempts: tuple[AttemptRow, ...] = ()
    cost_usd: Decimal = Decimal(0)

    @property
    def gates(self) -> tuple[GateResult, ...]:
        """All nine gates in their order; one that did not run says so."""
        known = {result.gate: result for result in self.verdict.results}
        absent = "it did not run"
        return tuple(
            known.get(gate, GateResult(gate, GateStatus.NOT_APPLICABLE, absent)) for gate in GateName
        )

    @property
    def attempts_usd(self) -> Decimal:
        """What the attempts alone cost."""
        return sum((row.cost_usd for row in self.attempts), Decimal(0))

    @property
    def advice_usd(self) -> Decimal:
        """What plans, tests and reviews cost: the rest of the total."""
        return max(self.cost_usd - self.attempts_usd, Decimal(0))


def fence_for(texts: Sequence[str]) -> str:
    """Return a code fence that none of the texts can close."""
    longest = max((len(run) for text in texts for run in _runs(text)), default=0)
    return "`" * max(3, longest + 1)


def _runs(text: str) -> Sequence[str]:
    return [run for run in "".join(mark if mark == "`" else " " for mark in text).split() if run]
