from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.gates import Finding, GateName, GateResult, GateStatus
from include.overnight.domain.lessons import LONGEST_ADVICE, checked_pattern
from include.overnight.domain.teachings import TEACHINGS, lessons_of

FAIL = GateStatus.FAIL


def learn(gate: GateName, *findings: Finding, reason: str = "it failed"):
    return lessons_of(GateResult(gate, FAIL, reason, findings), "R", "gate, issue #1, night n")


def test_every_row_of_the_table_names_a_gate_and_has_a_usable_pattern() -> None:
    for rule, teaching in TEACHINGS.items():
        assert rule.partition("/")[0] in set(GateName)
        assert checked_pattern(teaching.pattern) == teaching.pattern
        assert len(teaching.advice) <= LONGEST_ADVICE


@pytest.mark.parametrize(
    ("rule", "violating", "honest"),
    [
        ("qic/debugger", "    breakpoint()", "    # breakpoint() is never used here"),
        ("qic/debugger", "debugger;", "const debugger_url = x;"),
        ("qic/debug_print", 'print("DEBUG", x)', 'print("Debugging is off")'),
        ("qic/debug_print", "print(f'>>> {x}')", "print(item.name)"),
        ("qic/conflict", "<<<<<<< HEAD", "======="),
    ],
)
def test_patterns_stand_at_lines_that_no_honest_change_adds(rule: str, violating: str, honest: str) -> None:
    assert re.search(TEACHINGS[rule].pattern, violating)
    assert not re.search(TEACHINGS[rule].pattern, honest)


def test_a_known_rule_gives_its_advice_once() -> None:
    findings = [Finding("newly_failing", f"test_{number} fails") for number in range(5)]
    (lesson,) = learn(GateName.TEST, *findings)
    assert (lesson.rule, lesson.pattern) == ("test/newly_failing", "")
    assert "whole test suite" in lesson.advice


def test_a_rule_nobody_listed_gives_the_same_advice_for_other_names_and_numbers() -> None:
    one = learn(GateName.CDW, Finding("odd_link", "`docs/a.md` line 3 links to 'x.md'"))
    two = learn(GateName.CDW, Finding("odd_link", "`guide/b.md` line 99 links to 'y.md'"))
    assert one == two
    assert one[0].advice == "Gate cdw found odd link here before: … line … links to …"


def test_a_linters_codes_are_named() -> None:
    (lesson,) = learn(
        GateName.LINT, Finding("lint", "F401 `os` imported but unused"), Finding("lint", "E501 long")
    )
    assert lesson.advice.endswith("minds E501, F401.")


@pytest.mark.parametrize(
    "reason",
    ["the gate itself crashed: KeyError()", "ruff: command not found", "the tests timed out after 9 s"],
)
def test_faults_of_the_machine_teach_nothing(reason: str) -> None:
    assert learn(GateName.LINT, reason=reason) == ()


def test_drift_the_ledger_and_green_gates_teach_nothing() -> None:
    assert learn(GateName.DRIFT, Finding("conflict", "a.py")) == ()
    assert learn(GateName.MEMORY, Finding("missing_event", "an event")) == ()
    assert learn(GateName.GOVERNANCE, Finding("escalation", "no tag"), Finding("budget", "spent")) == ()
    assert [
        lesson.rule for lesson in learn(GateName.MEMORY, Finding("memory_schema", "x"), Finding("chain", "y"))
    ] == ["memory/memory_schema"]
    assert lessons_of(GateResult(GateName.TEST, GateStatus.PASS, "fine"), "R", "x") == ()


def test_a_failure_without_findings_teaches_its_gates_own_lesson() -> None:
    (lesson,) = learn(GateName.BUILD, reason="exit code 1")
    assert lesson.advice == "Run the build command before you finish."


@given(st.sampled_from(list(GateName)), st.text(), st.text())
def test_hostile_findings_stay_one_short_visible_line(gate: GateName, rule: str, message: str) -> None:
    for lesson in learn(gate, Finding(rule, message)):
        assert 0 < len(lesson.advice) <= LONGEST_ADVICE
        assert "\n" not in lesson.advice + lesson.rule
        assert "\u202e" not in lesson.advice
