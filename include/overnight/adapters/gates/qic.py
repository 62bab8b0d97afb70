"""Gate qic: the change does what the issue says, all of it and nothing else, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic

from ...domain.criteria import criteria
from ...domain.gates import Finding, GateName, GateResult, GateStatus, flat
from ...domain.opinions import proved, weigh
from ...ports import Case, Sandbox
from .coherence.commented import commented_out
from .coherence.debugging import debugging
from .coherence.generated import generated, lock_files, outputs
from .coherence.homoglyphs import homoglyphs
from .coherence.instructions import obeyed, untouched
from .coherence.leftovers import conflicts, leftovers
from .coherence.scene import Scene
from .coherence.scope import empty, out_of_scope, size, unrelated
from .coherence.strays import modes, temporary
from .coherence.stubs import stubs

Rule = Callable[[Scene], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    empty,
    out_of_scope,
    size,
    obeyed,
    untouched,
    generated,
    outputs,
    lock_files,
    temporary,
    modes,
    conflicts,
    debugging,
    stubs,
    leftovers,
    commented_out,
    homoglyphs,
)
"""The deterministic part, in the order in which findings are told; what the reviewer found comes first."""

_SHOWN = 100


class QicGate:
    """Quality & Instruction Coherence: rules, and a reviewer that is believed when it quotes."""

    name: GateName = GateName.QIC

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one reads and runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when no rule is broken and, where a review is there, every criterion is proved."""
        began = monotonic()
        scene = Scene(case)
        wanted = criteria(case.issue)
        opinion = _opinion(scene, wanted)
        findings = (*opinion, *(finding for rule in RULES for finding in rule(scene)))
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL if findings else GateStatus.PASS,
            reason=f"{_kinds(findings) or _fine(case)}; {_reviewed(scene, wanted)}",
            findings=findings[:_SHOWN],
            seconds=monotonic() - began,
            evidence=_evidence(scene, wanted),
            hint="meet every criterion of the issue, and take out what is not part of it" if findings else "",
        )


def _opinion(scene: Scene, wanted: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return what stands against the change by the review; of files that only move, no line can be quoted."""
    review = scene.case.review
    if review and review.unusable:
        return (Finding("review_unusable", flat(review.unusable, 300)),)
    against = weigh(review, wanted, scene.lines) if review else ()
    return tuple(one for one in against if scene.lines or one.rule != "criterion_unproved")


def _kinds(findings: tuple[Finding, ...]) -> str:
    kinds = [finding.rule for finding in findings]
    return ", ".join(f"{kinds.count(kind)} × {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))


def _fine(case: Case) -> str:
    return f"{len(case.change.files)} files changed, no rule is broken"


def _reviewed(scene: Scene, wanted: tuple[str, ...]) -> str:
    review = scene.case.review
    if review is None:
        return f"the deterministic part alone decided: {scene.case.review_note}"
    if review.unusable:
        return "the reviewer that was asked gave no usable opinion"
    count = proved(review, wanted, scene.lines)
    return f"{count} of {len(wanted)} criteria proved by quotes of {review.tier or 'the reviewer'}"


def _evidence(scene: Scene, wanted: tuple[str, ...]) -> str:
    """Say what was asked, and which files the issue does not name though the gate lets them pass."""
    told = ["Criteria:", *(f"- {criterion}" for criterion in wanted)]
    if beside := unrelated(scene):
        told += ["Files that the issue does not name:", *(f"- {path}" for path in beside[:50])]
    return "\n".join(told)[:8192]
