"""Put a case before the gates: the change, its trees, and the facts that no gate can gather itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.changes import Change
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..ports import Case, Desk, Stage, Tree
from .drifting import drift_facts
from .preparing import base_results, read_instructions
from .reading import OpenNight
from .remembrance import ledger_facts

EVERY_LESSON = 10_000
"""The gate checks them all; only what a builder is told is chosen."""


def make_case(
    desk: Desk,
    night: OpenNight,
    issue: Issue,
    change: Change,
    head: Tree,
    base: Tree,
    commands: Commands,
    stage: Stage,
    known_base: Mapping[str, Any] | None = None,
) -> Case:
    """Return the case of a change whose two trees are open."""
    return Case(
        order=night.order,
        repository=night.repository,
        issue=issue,
        change=change,
        head=head,
        base=base,
        commands=commands,
        diff=desk.workspace.diff(head),
        base_results=known_base or base_results(desk, night, base, commands),
        stage=stage,
        instructions=read_instructions(desk, night, change.base),
        lessons=desk.lessons.active(night.repository.node_id, EVERY_LESSON),
        ledger=ledger_facts(desk, night, issue.number, stage),
        drift=drift_facts(desk, night, change) if stage is Stage.JUDGE else None,
    )
