"""What an attempt stands on: its base, the repository's commands, the base's own results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ..domain.changes import Base
from ..domain.orders import Commands
from ..domain.plans import PlannedIssue
from ..ports import Desk, Tree
from .reading import OpenNight

INSTRUCTION_FILES = (
    "AGENTS.md",
    "CONTRIBUTING.md",
    ".github/copilot-instructions.md",
    "docs/CONTRIBUTING.md",
)
_INSTRUCTION_LIMIT = 12_000


def find_base(desk: Desk, night: OpenNight, planned: PlannedIssue) -> tuple[Base | None, str]:
    """Return what the issue is built on, or None and why there is no such thing.

    The default branch, freshly fetched; with dependencies built tonight (or waiting in a pull request
    of ours) the recorded change of the one that contains all the others.
    """
    head = desk.workspace.refresh(night.repository)
    changes = []
    for dependency in planned.depends_on:
        kept = None
        if not dependency.ref.repository:
            kept = desk.records.change(night.repository.node_id, dependency.ref.number)
        if kept and kept.passed and (kept.dry_run is False or kept.night == night.id):
            changes.append(kept.change)
    if not changes:
        return Base(night.repository.default_branch, head), ""
    top = max(changes, key=lambda change: len(change.base.bundles))
    below = {*top.as_base().bundles}
    apart = [change for change in changes if change.bundle not in below]
    if apart:
        names = ", ".join(f"#{change.issue}" for change in (top, *apart))
        return None, f"it needs separate unmerged changes ({names}); it can start once they are merged"
    return top.as_base(), ""


def read_commands(desk: Desk, night: OpenNight, base: Base) -> Commands:
    """Return the repository's commands, read from the default branch's commit alone."""
    sha = night.repository.head_sha or base.sha
    files = desk.workspace.list_files(night.repository, sha)
    return desk.commands.read(
        night.order, files, lambda path: desk.workspace.read_file(night.repository, sha, path)
    )


def read_instructions(desk: Desk, night: OpenNight, base: Base) -> tuple[tuple[str, str], ...]:
    """Return the repository's instruction files that exist on the base, in order, capped."""
    found = []
    for path in INSTRUCTION_FILES:
        text = desk.workspace.read_file(night.repository, base.sha, path)
        if text:
            found.append((path, text[:_INSTRUCTION_LIMIT]))
    return tuple(found)


def base_key(night: OpenNight, sha: str, commands: Commands) -> str:
    """Return the key under which a base commit's own results are remembered."""
    digest = hashlib.sha256(repr(commands).encode()).hexdigest()[:16]
    return f"base/{night.repository.node_id}/{sha}/{digest}"


def base_results(desk: Desk, night: OpenNight, sha: str, commands: Commands) -> Mapping[str, Any]:
    """Return what is remembered of a base commit, empty when nothing is."""
    return desk.records.recall(base_key(night, sha, commands)) or {}


def set_up(desk: Desk, night: OpenNight, tree: Tree, commands: Commands) -> str:
    """Run the repository's setup command in a tree; return "" or what went wrong."""
    if not commands.setup:
        return ""
    ran = desk.sandbox.run(
        tree.path,
        commands.setup,
        environment=dict(commands.environment),
        seconds=900,
        network=night.order.setup_network,
    )
    return "" if ran.exit_code == 0 else f"setup failed with exit code {ran.exit_code}: {ran.output[-1500:]}"
