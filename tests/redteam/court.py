"""The judge's own path for a change on disk: commit, bundle, clean checkout, sandbox, nine gates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from include.overnight.adapters.commands import RepositoryCommands
from include.overnight.adapters.gates import make_gates, record_base
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base
from include.overnight.domain.criteria import criteria
from include.overnight.domain.difflines import Side, diff_lines
from include.overnight.domain.errors import ChangeUnusable
from include.overnight.domain.evidence import DriftFacts, LedgerFacts
from include.overnight.domain.gates import GateName, Verdict
from include.overnight.domain.lessons import Lesson
from include.overnight.domain.orders import Commands, GateRules, Limits
from include.overnight.domain.reviewing import Judgement, Review
from include.overnight.ports import Case, Sandbox, Tree
from include.overnight.services.gating import IN_THE_TREE, judge_case
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream, git

from .change import COMMIT, Honest, Hostile

MESSAGE = (
    "The change (#1)\n\nOvernight-Night: night-1\nOvernight-Issue: 1\nOvernight-Model: gpt-4 (scripted)\n"
)
LESSON = Lesson("R", "Never call eval here.", "Ann", r"(?<![\w.])eval\(", "*.py", id="7")
_OURS = (f"user.name={ORDER.author_name}", f"user.email={ORDER.author_email}")


@dataclass
class Court:
    """One project with one base: cloned, built and tested once for all its changes."""

    folder: Path
    files: dict[str, str]
    sandbox: Sandbox
    _count: int = 0
    workspace: GitWorkspace = field(init=False)

    def __post_init__(self) -> None:
        self.upstream = Upstream.make(self.folder / "github", self.files)
        self.repository = self.upstream.repository()
        self.workspace = GitWorkspace(self.folder / "home", MemoryStorage(), RemoteAccess())
        self.base = Base("main", self.workspace.refresh(self.repository))
        self.base_tree = self.workspace.open_tree(self.repository, self.base, "base")
        self.gates = make_gates(self.sandbox)

    @cached_property
    def commands(self) -> Commands:
        """The base's commands, as a night reads them."""

        def read(path: str) -> str | None:
            return self.workspace.read_file(self.repository, self.base.sha, path)

        files = self.workspace.list_files(self.repository, self.base.sha)
        return RepositoryCommands().read(ORDER, files, read)

    @cached_property
    def base_results(self) -> dict[str, Any]:
        """The base run: once, as in a night."""
        return record_base(self.sandbox, self.base_tree, self.commands, 60.0)

    def judge(self, change: Hostile | Honest) -> tuple[Case, Verdict]:
        """Return the verdict on a change; ChangeUnusable when no commit can be made of it."""
        self._count += 1
        case = self._case(change)
        try:
            return case, judge_case(self.gates, case, lambda: (agreement(case), ""))
        finally:
            self.workspace.close_tree(case.head)

    def _case(self, change: Hostile | Honest) -> Case:
        work = self.workspace.open_tree(self.repository, self.base, f"build-{self._count}")
        try:
            change.does(work.path)
            self._commit(work, smuggled=isinstance(change, Hostile) and change.smuggled)
            packed = self.workspace.pack(work, 1, "overnight/1-x")
        finally:
            self.workspace.close_tree(work)
        head = self.workspace.open_change(self.repository, packed, f"judge-{self._count}")
        standing = self.workspace.standing(self.repository, packed, self.base)
        case = Case(
            order=replace(ORDER, limits=Limits(gate_seconds=_seconds(change)), gates=_rules(change)),
            repository=self.repository,
            issue=change.issue,
            change=packed,
            head=head,
            base=self.base_tree,
            commands=self.commands,
            diff=self.workspace.diff(head),
            base_results=self.base_results,
            instructions=_instructions(self.files),
            lessons=(LESSON,),
            ledger=LedgerFacts(events=7),
            drift=DriftFacts(
                "main",
                self.base.sha,
                self.base.sha,
                conflicts=standing.conflicts,
                rewritten=standing.rewritten,
            ),
        )
        return change.told(case)

    def _commit(self, work: Tree, *, smuggled: bool) -> None:
        if not smuggled:
            assert self.workspace.commit(work, MESSAGE, ORDER), "the change is empty"
            return
        where = ("--git-dir", str(work.git_dir), "--work-tree", str(work.path))
        who = [word for pair in _OURS for word in ("-c", pair)]
        git(work.path, *where, "add", "--all", "--force")
        git(work.path, *who, *where, "commit", "--quiet", "--no-verify", "--message", MESSAGE)


def stopped(court: Court, change: Hostile) -> str:
    """Judge a hostile change; return what stopped it, fail when it was something else or nothing."""
    if change.by == COMMIT:
        with pytest.raises(ChangeUnusable) as refused:
            court.judge(change)
        assert change.word in str(refused.value)
        return str(refused.value)
    _, verdict = court.judge(change)
    said = {result.gate: result for result in verdict.failures}
    assert GateName(change.by) in said, verdict.reason
    result = said[GateName(change.by)]
    told = [result.reason, *(f"{one.path}: {one.message} [{one.rule}]" for one in result.findings)]
    assert change.word in "\n".join(told), told
    return result.reason


def agreement(case: Case) -> Review:
    """Return the review of a model that agrees with everything and quotes what it can."""
    changed = [line for line in diff_lines(case.diff) if line.side is not Side.CONTEXT]
    quote = max(changed, key=lambda line: (line.side is Side.ADDED, len(line.text)), default=None)
    text = f"{quote.side}{quote.text}" if quote else ""
    return Review(tuple(Judgement(one, True, text) for one in criteria(case.issue)), tier="gpt-5.1")


def _rules(change: Hostile | Honest) -> GateRules:
    """Have nothing run where a gate that only reads must stop the change: it must do so by itself."""
    reads = isinstance(change, Hostile) and change.by not in IN_THE_TREE
    return GateRules(fail_fast=reads)


def _seconds(change: Hostile | Honest) -> float:
    return change.seconds if isinstance(change, Hostile) else 60.0


def _instructions(files: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, files[name]) for name in ("AGENTS.md",) if name in files)
