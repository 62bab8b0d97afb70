from __future__ import annotations

import pytest

from include.overnight.domain.gates import Finding, GateName, GateResult, GateStatus, Verdict, feedback, place

PASS, FAIL, ABSENT = GateStatus.PASS, GateStatus.FAIL, GateStatus.NOT_APPLICABLE


def verdict(*statuses: GateStatus) -> Verdict:
    named = zip(GateName, statuses, strict=False)
    return Verdict(tuple(GateResult(name, status, f"{name} {status}") for name, status in named))


@pytest.mark.parametrize(
    ("found", "passed", "reason"),
    [
        (verdict(*[PASS] * 9), True, "all 9 gates passed"),
        (verdict(PASS, ABSENT, PASS), True, "2 gates passed, 1 not applicable"),
        (verdict(PASS, FAIL, PASS), False, "lint: lint fail"),
        (verdict(FAIL, FAIL), False, "build: build fail; lint: lint fail"),
        (verdict(ABSENT, ABSENT), False, "no gate applied, so nothing was proved"),
        (verdict(), False, "no gate ran"),
    ],
)
def test_a_verdict_is_all_or_nothing(found: Verdict, passed: bool, reason: str) -> None:
    assert (found.passed, found.reason) == (passed, reason)


def test_there_are_nine_gates() -> None:
    assert len(GateName) == 9


@pytest.mark.parametrize(
    ("finding", "expected"),
    [
        (Finding("r", "m", "a.py", 3), "a.py:3: "),
        (Finding("r", "m", "a.py"), "a.py: "),
        (Finding("r", "m", line=3), ""),
    ],
)
def test_a_finding_tells_its_place(finding: Finding, expected: str) -> None:
    assert place(finding) == expected


def test_feedback_tells_failures_with_their_findings_and_the_end_of_the_output() -> None:
    lint = GateResult(
        GateName.LINT, FAIL, "2 new", (Finding("E1", "bad", "a.py", 3),), evidence="x" * 3000 + "END"
    )
    text = feedback([GateResult(GateName.BUILD, PASS, "fine"), lint])
    assert text.startswith("Gate lint failed: 2 new\n- a.py:3: bad [E1]\nOutput (end):\n")
    assert text.endswith("END")
    assert "build" not in text
    assert len(feedback([lint] * 10, limit=500)) == 500


def test_feedback_on_a_green_change_is_empty() -> None:
    assert feedback([GateResult(GateName.BUILD, PASS, "fine")]) == ""
