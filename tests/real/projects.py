"""Real projects from the registries, as a repository to change and to judge."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from include.overnight.adapters.gates import record_base
from include.overnight.adapters.gates.build import BuildGate
from include.overnight.adapters.gates.lint import LintGate
from include.overnight.adapters.gates.test import TestGate
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.changes import Base
from include.overnight.domain.gates import GateResult
from include.overnight.domain.issues import Issue, Repository
from include.overnight.domain.orders import Commands, Limits
from include.overnight.ports import Case, Tree
from tests.adapters.gates.cases import Edit, edit
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream

_SECONDS = 240


def python_source(name: str, version: str, folder: Path) -> dict[str, str]:
    """Return the files of a project's source distribution."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    _obtained([*command, "--dest", str(folder), f"{name}=={version}"], folder)
    (archive,) = folder.glob("*.tar.gz")
    return _text_files(archive)


def node_source(name: str, version: str, folder: Path) -> dict[str, str]:
    """Return the files of a package as it was published."""
    _obtained(["npm", "pack", "--silent", f"{name}@{version}"], folder)
    (archive,) = folder.glob("*.tgz")
    return _text_files(archive)


def node_tools(packages: Sequence[str], folder: Path) -> Path:
    """Install programs into a folder of their own; its `bin` holds them."""
    quiet = ["--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
    _obtained(["npm", "install", "--global", "--prefix", str(folder), *quiet, *packages], folder)
    return folder


def _obtained(command: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no reason given").splitlines()[-1]
        pytest.skip(f"the registry did not give {command[-1]} (is there a network?): {last[:200]}")


def _text_files(archive: Path) -> dict[str, str]:
    """Return path → text below the archive's one folder; build leftovers and binary files are left out."""
    found: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = member.name.partition("/")[2]
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or not path or ".egg-info/" in path or path == "PKG-INFO":
                continue
            try:
                found[path] = content.read().decode()
            except UnicodeDecodeError:
                continue
    return found


@dataclass
class Project:
    """A project in a repository of its own; its base is run once."""

    folder: Path
    sandbox: BubblewrapSandbox
    commands: Commands
    workspace: GitWorkspace
    repository: Repository
    base: Tree
    recorded: Mapping[str, Any]
    changes: list[str] = field(default_factory=list)

    @classmethod
    def make(
        cls, folder: Path, files: Mapping[str, str], commands: Commands, toolbox: Sequence[Path] = ()
    ) -> Project:
        repository = Upstream.make(folder / "github", dict(files)).repository()
        sandbox = BubblewrapSandbox(toolbox=(Path(sys.prefix), *toolbox))
        workspace = GitWorkspace(folder / "home", MemoryStorage(), RemoteAccess())
        base = workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "base")
        recorded = record_base(sandbox, base, commands)
        return cls(folder, sandbox, commands, workspace, repository, base, recorded)

    def judged(self, after: Mapping[str, str | None] | Edit) -> dict[str, GateResult]:
        """Return what build, lint and test say of a change."""
        name = f"change-{len(self.changes)}"
        self.changes.append(name)
        work = self.workspace.open_tree(self.repository, self.base.base, name)
        edit(work.path, after)
        assert self.workspace.commit(work, "the change", ORDER)
        change = self.workspace.pack(work, 1, "overnight/1-x")
        head = self.workspace.open_change(self.repository, change, f"{name}-head")
        case = Case(
            order=replace(ORDER, limits=Limits(gate_seconds=120.0)),
            repository=self.repository,
            issue=Issue(1, "Do it"),
            change=change,
            head=head,
            base=self.base,
            commands=self.commands,
            diff=self.workspace.diff(head),
            base_results=self.recorded,
        )
        gates = (BuildGate(self.sandbox), LintGate(self.sandbox), TestGate(self.sandbox))
        return {gate.name.value: gate.judge(case) for gate in gates}


def failed(results: Mapping[str, GateResult]) -> dict[str, set[str]]:
    """Return gate → rules of its findings, of those gates that failed."""
    return {
        name: {finding.rule for finding in result.findings}
        for name, result in results.items()
        if result.failed
    }


def replaced(path: str, old: str, new: str) -> Edit:
    """Return the edit that replaces the first `old` in a file."""

    def change(tree: Path) -> None:
        text = (tree / path).read_text()
        assert old in text, f"{old!r} is not in {path}"
        (tree / path).write_text(text.replace(old, new, 1))

    return change


def appended(path: str, text: str) -> Edit:
    """Return the edit that adds text to a file's end, or makes the file."""

    def change(tree: Path) -> None:
        file = tree / path
        file.write_text((file.read_text() if file.exists() else "") + text)

    return change
