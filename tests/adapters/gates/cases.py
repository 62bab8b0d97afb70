"""Cases for gates: a real repository, a real change of it, both checked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base
from include.overnight.domain.issues import Issue
from include.overnight.domain.orders import Commands, Limits
from include.overnight.ports import Case
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream

Edit = Callable[[Path], object]
MESSAGE = (
    "The change (#1)\n\nOvernight-Night: night-1\nOvernight-Issue: 1\nOvernight-Model: gpt-4 (scripted)\n"
)


@dataclass
class Bench:
    """Makes cases under one folder."""

    folder: Path

    def case(
        self,
        before: Mapping[str, str],
        after: Mapping[str, str | None] | Edit,
        commands: Commands | None = None,
        *,
        seconds: float = 60.0,
    ) -> Case:
        """Return a case whose base holds `before`; `after` changes files (None deletes) or edits the tree."""
        repository = (upstream := Upstream.make(self.folder / "github", dict(before))).repository()
        workspace = GitWorkspace(self.folder / "home", MemoryStorage(), RemoteAccess())
        base = Base("main", workspace.refresh(repository))
        work = workspace.open_tree(repository, base, "build")
        edit(work.path, after)
        assert workspace.commit(work, MESSAGE, ORDER), upstream
        change = workspace.pack(work, 1, "overnight/1-x")
        head = workspace.open_change(repository, change, "head")
        return Case(
            order=replace(ORDER, limits=Limits(gate_seconds=seconds)),
            repository=repository,
            issue=Issue(1, "Do it"),
            change=change,
            head=head,
            base=workspace.open_tree(repository, base, "base"),
            commands=commands or Commands(),
            diff=workspace.diff(head),
        )


def edit(tree: Path, after: Mapping[str, str | None] | Edit) -> None:
    if callable(after):
        after(tree)
        return
    for name, text in after.items():
        path = tree / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
