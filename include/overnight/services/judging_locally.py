"""Judge two commits of a repository on this machine: no forge, no ledger, no night."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..domain.changes import Base, Change
from ..domain.evidence import DriftFacts
from ..domain.gates import GateName, GateResult, Verdict
from ..domain.issues import Issue, Repository
from ..domain.orders import Commands, NightOrder
from ..domain.reviewing import Review
from ..ports import Case, CommandReader, Gate, Stage, Tree, Workspace
from .archiving import Archive
from .gating import judge_case
from .preparing import INSTRUCTION_FILES, INSTRUCTION_LIMIT

Watch = Callable[[GateName, GateResult | None], None]
"""Told of each gate as it begins (None) and as it ends."""
Ask = Callable[[Case], tuple[Review | None, str]]


@dataclass(frozen=True, slots=True)
class LocalWork:
    """What is judged.

    :param base: what the change is built on; its `ref` is what a person called it.
    :param base_now: where that revision stands; another commit when it has moved on since.
    """

    repository: Repository
    base: Base
    base_now: str
    head: str
    issue: Issue


@dataclass(frozen=True, slots=True)
class LocalJudgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    commands: Commands
    change: Change


@dataclass(frozen=True, slots=True)
class LocalBench:
    """What judging needs: git, the gates, who reads the repository's commands, where full logs are kept."""

    workspace: Workspace
    gates: Sequence[Gate]
    commands: CommandReader
    archive: Archive | None = None


def judge_locally(
    bench: LocalBench, order: NightOrder, work: LocalWork, watch: Watch, ask: Ask | None = None
) -> LocalJudgement:
    """Return the gates' verdict on base..head, each in a clean checkout of its own.

    :param ask: asks the reviewing model when everything else has passed; None asks nobody.
    :raises ChangeUnusable: both commits have the same files.
    """
    sha, repository = work.base.sha, work.repository
    read = _reader(bench.workspace, repository, sha)
    commands = bench.commands.read(order, bench.workspace.list_files(repository, sha), read)
    order = replace(order, limits=order.limits.lowered(commands.limits))
    with _tree(bench.workspace, work, "head") as head, _tree(bench.workspace, work, "base") as base:
        bench.workspace.rollback(head, work.head)
        change = bench.workspace.pack(head, work.issue.number, "local")
        case = Case(
            order=order,
            repository=repository,
            issue=work.issue,
            change=change,
            head=head,
            base=base,
            commands=commands,
            diff=bench.workspace.diff(head),
            stage=Stage.LOCAL,
            instructions=tuple((path, text) for path in INSTRUCTION_FILES if (text := read(path))),
            drift=_drift(bench.workspace, work, change),
        )
        kept = bench.archive.around(bench.gates) if bench.archive else bench.gates
        gates = [_Watched(gate, watch) for gate in kept]
        verdict = judge_case(gates, case, (lambda: ask(case)) if ask else None)
    return LocalJudgement(verdict, commands, change)


def _reader(workspace: Workspace, repository: Repository, sha: str) -> Callable[[str], str | None]:
    def read(path: str) -> str | None:
        text = workspace.read_file(repository, sha, path)
        return text[:INSTRUCTION_LIMIT] if text and path in INSTRUCTION_FILES else text

    return read


@contextmanager
def _tree(workspace: Workspace, work: LocalWork, name: str) -> Iterator[Tree]:
    tree = workspace.open_tree(work.repository, work.base, name)
    try:
        yield tree
    finally:
        workspace.close_tree(tree)


def _drift(workspace: Workspace, work: LocalWork, change: Change) -> DriftFacts | None:
    """Return how the change stands to a base that has moved on; None when it has not."""
    if work.base_now == work.base.sha:
        return None
    standing = workspace.standing(work.repository, change, Base(work.base.ref, work.base_now))
    return DriftFacts(work.base.ref, work.base.sha, work.base_now, standing.conflicts)


class _Watched:
    """A gate that tells when it begins and ends."""

    def __init__(self, gate: Gate, watch: Watch) -> None:
        self.name, self._gate, self._watch = gate.name, gate, watch

    def judge(self, case: Case) -> GateResult:
        self._watch(self.name, None)
        result = self._gate.judge(case)
        self._watch(self.name, result)
        return result
