"""Changes with an issue, as the rules of gates qic and qiel look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from include.overnight.adapters.gates.coherence.scene import Scene
from include.overnight.adapters.gates.qic import QicGate
from include.overnight.domain.changes import Base, Change
from include.overnight.domain.gates import GateResult
from include.overnight.domain.issues import Issue, Repository
from include.overnight.domain.orders import Commands
from include.overnight.ports import Case, Tree
from tests.adapters.gates.cases import Bench, Edit, edit
from tests.adapters.git.remotes import ORDER, git

DO_IT = Issue(7, "Boxes know their volume")


def case_of(
    bench: Bench,
    before: Mapping[str, str],
    after: Mapping[str, str | None] | Edit,
    issue: Issue = DO_IT,
    **more: Any,
) -> Case:
    """Return a case on a real repository with two commits, without mirror, bundle and clean checkouts."""
    bench.folder.mkdir(exist_ok=True)
    git(bench.folder, "init", "--quiet")
    edit(bench.folder, before)
    base = Base("main", _commit(bench.folder))
    edit(bench.folder, after)
    sha = _commit(bench.folder)
    names = git(bench.folder, "diff", "--name-only", "-z", base.sha, sha).split("\0")
    prefixes = ("--src-prefix=a/", "--dst-prefix=b/")
    tree = Tree(bench.folder, base, bench.folder / ".git")
    return Case(
        order=ORDER,
        repository=Repository("R_1", "octo", "pantry", "main"),
        issue=issue,
        change=Change(issue.number, base, sha, "", "overnight/7-x", "", tuple(filter(None, names)), 2, 2),
        head=tree,
        base=tree,
        commands=Commands(),
        diff=git(bench.folder, "diff", "--find-renames", "--full-index", *prefixes, base.sha, sha) + "\n",
        **more,
    )


def _commit(folder: Path) -> str:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "a step")
    return git(folder, "rev-parse", "HEAD")


def scene_of(
    bench: Bench,
    before: Mapping[str, str],
    after: Mapping[str, str | None] | Edit,
    title: str = DO_IT.title,
    body: str = "",
    **more: Any,
) -> Scene:
    return Scene(case_of(bench, before, after, Issue(7, title, body), **more))


def asked(scene: Scene, title: str = DO_IT.title, body: str = "") -> Scene:
    """Return the same change under another issue."""
    return Scene(replace(scene.case, issue=Issue(7, title, body)))


def judge(case: Case) -> GateResult:
    return QicGate(None).judge(case)  # type: ignore[arg-type]


def found(findings: Any) -> list[tuple[str, str, int]]:
    return sorted((finding.rule, finding.path, finding.line) for finding in findings)
