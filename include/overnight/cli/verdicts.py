"""How a verdict is shown: a table, what was found where, and what is going on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..documents import to_document
from ..domain.changes import Change
from ..domain.gates import Finding, GateName, GateResult, GateStatus, Verdict, flat
from ..domain.orders import Commands
from ..services.gating import IN_THE_TREE
from ..services.judging_locally import LocalWork, Watch
from .console import errors, say
from .tables import row, show, table

_FINDINGS = 20
"""Findings of a gate that are listed; --json has them all."""
_MESSAGE = 300
_WORDS = {GateStatus.PASS: "pass", GateStatus.FAIL: "FAIL", GateStatus.NOT_APPLICABLE: "n/a"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A local judgement, as it is shown.

    :param uncommitted: paths of the work tree that differ from what is committed, and were not judged.
    """

    repository: str
    work: LocalWork
    head: str
    commands: Commands
    change: Change
    verdict: Verdict
    uncommitted: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON; docs/guides/gates.md describes the keys."""
        issue, change, steps = self.work.issue, self.change, ("setup", "build", "lint", "test")
        return {
            "repository": self.repository,
            "base": {"revision": self.work.base.ref, "sha": self.work.base.sha, "now": self.work.base_now},
            "head": {"revision": self.head, "sha": self.work.head},
            "issue": {"number": issue.number, "title": issue.title} if issue.title else None,
            "commands": {step: getattr(self.commands, step) for step in steps}
            | {"source": self.commands.source},
            "files": list(change.files),
            "insertions": change.insertions,
            "deletions": change.deletions,
            "uncommitted": self.uncommitted,
            "passed": self.verdict.passed,
            "reason": self.verdict.reason,
            "gates": to_document(self.verdict)["results"],
        }


def show_judged(judged: Judged) -> None:
    """Print a verdict for people."""
    work, change = judged.work, judged.change
    say(f"{judged.repository}: {work.base.ref} ({work.base.sha[:12]}) → {judged.head} ({work.head[:12]}), "
        f"{_files(change)}, +{change.insertions} −{change.deletions}")  # fmt: skip
    if work.base_now != work.base.sha:
        say(f"{work.base.ref} has moved on: judged from the commit that both have grown from.")
    say(f"Commands: {judged.commands.source or 'none found'}")
    if judged.uncommitted:
        paths = "1 path with uncommitted work was" if judged.uncommitted == 1 else (
            f"{judged.uncommitted} paths with uncommitted work were")  # fmt: skip
        say(f"{paths} not judged.")
    say("")
    show_results(judged.verdict.results)
    say("Passed." if judged.verdict.passed else f"Not passed: {_failed(judged.verdict)}.")


def show_results(results: tuple[GateResult, ...], title: str = "Gates") -> None:
    """Print a row a gate, then the findings by file and line."""
    made = table(title, "gate", "result", "reason")
    for one in results:
        row(made, one.gate, _WORDS[one.status], flat(one.reason, _MESSAGE), details=(_detail(one),))
    show(made)
    found = table("Findings", "gate", "where, what")
    for one in results:
        for finding in one.findings[:_FINDINGS]:
            where, what = _place(finding), f"{flat(finding.message, _MESSAGE)} [{finding.rule}]"
            row(found, one.gate, where or what, details=(what,) if where else ())
        if len(one.findings) > _FINDINGS:
            row(found, one.gate, f"… and {len(one.findings) - _FINDINGS} more; --json lists them all")
    show(found)


def show_output(judged: Judged) -> None:
    """Print the end of what the failed gates' commands said."""
    for one in judged.verdict.failures:
        if one.gate in IN_THE_TREE and one.evidence.strip():
            say(f"--- output of gate {one.gate} (end) ---\n{one.evidence.rstrip()}\n")


@contextmanager
def progress() -> Iterator[Watch]:
    """Show on a terminal which gates are at work; say nothing where there is none."""
    at_work: dict[GateName, None] = {}
    with errors.status("Checking out…") as status:

        def watch(gate: GateName, result: GateResult | None) -> None:
            if result is None:
                at_work[gate] = None
            else:
                at_work.pop(gate, None)
            status.update(f"At work: {', '.join(tuple(at_work))}…" if at_work else "Almost done…")

        yield watch


def _detail(one: GateResult) -> str:
    hint = f"to do: {flat(one.hint, _MESSAGE)}" if one.failed and one.hint else ""
    took = f"{one.seconds:.1f} s" if one.seconds >= 1 else ""
    return "; ".join(filter(None, (hint, took)))


def _place(finding: Finding) -> str:
    if not finding.path:
        return ""
    return f"{finding.path}:{finding.line}" if finding.line else finding.path


def _files(change: Change) -> str:
    return "1 file" if len(change.files) == 1 else f"{len(change.files)} files"


def _failed(verdict: Verdict) -> str:
    if not verdict.failures:
        return verdict.reason
    return ", ".join(one.gate for one in verdict.failures)
