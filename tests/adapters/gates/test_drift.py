from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.gates.drift import DriftGate
from include.overnight.domain.evidence import DriftFacts
from include.overnight.domain.gates import GateStatus
from include.overnight.ports import Stage

FACTS = DriftFacts("main", "a" * 40, "b" * 40)


@pytest.fixture
def case(bench):
    return bench.case({"a": "1\n"}, {"a": "2\n"})


def test_a_clean_merge_passes_and_the_reason_says_what_was_looked_at(case, sandbox):
    gate = DriftGate(sandbox)
    told = gate.judge(replace(case, drift=replace(FACTS, desktop_note="no desktop was asked")))
    assert (told.status, told.reason) == (
        GateStatus.PASS,
        "main has moved on without a conflict; no desktop was asked",
    )
    still = gate.judge(replace(case, drift=replace(FACTS, now_sha="a" * 40, rebased=True)))
    assert still.reason == "main has not moved, after a rebase"


@pytest.mark.parametrize(
    ("facts", "rule", "reason"),
    [
        ({"conflicts": ("x.py", "y.py")}, "conflict", "conflicts with main in x.py, y.py"),
        ({"conflicts": ("x.py",), "rebased": True}, "conflict", "in x.py, also after a rebase"),
        ({"desktop": ("x.py",)}, "desktop", "a desktop has unpushed work on x.py"),
        ({"desktop": ("x.py",), "desktop_names": ("ann",)}, "desktop", "ann has unpushed work on x.py"),
        ({"rewritten": True}, "rewritten", "the history of main was rewritten"),
    ],
)
def test_conflicts_unpushed_work_and_rewritten_history_fail(case, sandbox, facts, rule, reason):
    told = DriftGate(sandbox).judge(replace(case, drift=replace(FACTS, **facts)))
    assert told.failed
    assert {finding.rule for finding in told.findings} == {rule}
    assert told.reason.endswith(reason)


def test_without_facts_only_the_judge_fails(case, sandbox):
    stages = {stage: DriftGate(sandbox).judge(replace(case, stage=stage)).status for stage in Stage}
    assert stages == {
        Stage.BUILD: GateStatus.NOT_APPLICABLE,
        Stage.JUDGE: GateStatus.FAIL,
        Stage.LOCAL: GateStatus.NOT_APPLICABLE,
    }
