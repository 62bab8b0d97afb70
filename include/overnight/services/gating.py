"""Run gates on a change; a gate that crashes has failed."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.changes import Base, Change
from ..domain.errors import DiskFull, FenceLost
from ..domain.gates import GateResult, GateStatus, Verdict
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..ports import Case, Desk, Gate, Tree
from .preparing import base_results
from .reading import OpenNight


def judge_trees(
    desk: Desk,
    night: OpenNight,
    issue: Issue,
    change: Change,
    head: Tree,
    base: Tree,
    commands: Commands,
) -> Verdict:
    """Return the verdict of all gates on a change whose two trees are open."""
    case = Case(
        order=night.order,
        repository=night.repository,
        issue=issue,
        change=change,
        head=head,
        base=base,
        commands=commands,
        diff=desk.workspace.diff(head),
        base_results=base_results(desk, night, base, commands),
    )
    return run_gates(desk.gates, case)


def run_gates(gates: Sequence[Gate], case: Case) -> Verdict:
    """Return every gate's result, in the order of the table."""
    return Verdict(tuple(_judge(gate, case) for gate in gates))


def _judge(gate: Gate, case: Case) -> GateResult:
    try:
        return gate.judge(case)
    except (DiskFull, FenceLost):
        raise
    except Exception as error:  # noqa: BLE001  a gate that cannot judge must not let anything pass
        return GateResult(gate.name, GateStatus.FAIL, f"the gate itself crashed: {error!r}"[:500])


def opened_change(desk: Desk, night: OpenNight, change: Change, purpose: str) -> Tree:
    """Return a clean checkout of a change, named after what it is for."""
    return desk.workspace.open_change(night.repository, change, tree_name(night, change.issue, purpose))


def opened_base(desk: Desk, night: OpenNight, base: Base, number: int, purpose: str) -> Tree:
    """Return a clean checkout of a change's base."""
    return desk.workspace.open_tree(night.repository, base, tree_name(night, number, purpose))


def tree_name(night: OpenNight, number: int, purpose: str) -> str:
    """Return the name of a work tree: unique to night, issue and purpose."""
    return f"{night.id}-{number}-{purpose}"
