"""Put a case before the gates: the change, its trees, and the facts that no gate can gather itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..domain.changes import Change
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.revisions import quoted
from ..ports import Case, Desk, Stage, Tree
from .drifting import drift_facts
from .preparing import base_results, read_instructions
from .reading import OpenNight, planned_issues
from .remembrance import ledger_facts

_ASKED = "Asked for by reviewers of its pull request, and therefore in scope:"
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
        issue=_as_asked(desk, night, issue),
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


def _as_asked(desk: Desk, night: OpenNight, issue: Issue) -> Issue:
    """Return the issue with what trusted people asked for on its pull request: that is in scope, too."""
    planned = (one for one in planned_issues(desk, night.id) if one.number == issue.number)
    said = [quoted(planned.revisions) for planned in planned if planned.revisions]
    return replace(issue, body="\n\n".join((issue.body, _ASKED, *said))) if any(said) else issue
