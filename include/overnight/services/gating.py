"""Run gates on a change; a gate that crashes has failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from ..domain.changes import Base, Change
from ..domain.errors import DiskFull, FenceLost
from ..domain.gates import GateName, GateResult, GateStatus, Verdict
from ..domain.reviewing import Review
from ..ports import Case, Desk, Gate, Tree
from .reading import OpenNight

IN_THE_TREE = (GateName.BUILD, GateName.LINT, GateName.TEST)
"""They run the repository's commands in the work tree, so one after the other; the others only read."""
_THREADS = 7

Reviewer = Callable[[], tuple[Review | None, str]]
"""Asks the reviewing model; returns its opinion, or None and why there is none."""


def judge_case(gates: Sequence[Gate], case: Case, reviewer: Reviewer | None = None) -> Verdict:
    """Return the verdict on a case; the reviewer is paid only for a change that passes everything else."""
    verdict = run_gates(gates, case)
    if reviewer is None or not case.order.gates.review or not verdict.passed:
        return verdict
    review, note = reviewer()
    reviewed = replace(case, review=review, review_note=note)
    by_name = {gate.name: gate for gate in gates}
    again = (
        _judge(by_name[result.gate], reviewed) if result.gate is GateName.QIC else result
        for result in verdict.results
    )
    return Verdict(tuple(again))


def run_gates(gates: Sequence[Gate], case: Case) -> Verdict:
    """Return every gate's result, in the order of the table; those that only read run side by side."""
    readers = [gate for gate in gates if gate.name not in IN_THE_TREE]
    runners = [gate for gate in gates if gate.name in IN_THE_TREE]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="gate") as pool:
        reading = {gate.name: pool.submit(_judge, gate, case) for gate in readers}
        if case.order.gates.fail_fast:
            results = {name: future.result() for name, future in reading.items()}
            results |= _until_one_fails(
                runners, case, [result for result in results.values() if result.failed]
            )
        else:
            results = {gate.name: _judge(gate, case) for gate in runners}
            results |= {name: future.result() for name, future in reading.items()}
    return Verdict(tuple(results[gate.name] for gate in gates))


def _until_one_fails(
    gates: Sequence[Gate], case: Case, failed: Sequence[GateResult]
) -> dict[GateName, GateResult]:
    results: dict[GateName, GateResult] = {}
    stop = next(iter(failed), None)
    for gate in gates:
        if stop is not None:
            reason = f"not run: {stop.gate} failed, and fail_fast is on"
            results[gate.name] = GateResult(gate.name, GateStatus.NOT_APPLICABLE, reason)
            continue
        results[gate.name] = _judge(gate, case)
        stop = results[gate.name] if results[gate.name].failed else None
    return results


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
