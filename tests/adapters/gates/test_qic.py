from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.domain.gates import GateName, GateStatus
from include.overnight.domain.issues import Issue
from include.overnight.domain.reviewing import Judgement, Review
from tests.adapters.gates.cases import Bench
from tests.adapters.gates.scenes import case_of, judge

BEFORE = {"src/box.py": "def size(a, b):\n    return a + b\n", "README.md": "# box\n"}
AFTER = {
    "src/box.py": "def size(a, b):\n    return a * b\n",
    "tests/test_box.py": "from box import size\n\n\ndef test_size():\n    assert size(2, 3) == 6\n",
}
ISSUE = Issue(7, "Wrong size", "`size` should multiply its sides.\n\nIts signature must not change.")
MULTIPLY, SIGNATURE = "`size` should multiply its sides.", "Its signature must not change."
REVIEW = Review(
    (Judgement(MULTIPLY, True, "return a * b"), Judgement(SIGNATURE, True, " def size(a, b):")),
    model="m-1",
    tier="gpt-5.1",
)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return replace(Bench(tmp_path_factory.mktemp("qic")).case(BEFORE, AFTER), issue=ISSUE)


def rules(result):
    return [finding.rule for finding in result.findings]


def test_an_honest_change_passes_and_the_verdict_says_that_no_model_was_asked(case):
    result = judge(replace(case, review_note="no reviewing model: gpt-4 is down"))
    assert (result.gate, result.status) == (GateName.QIC, GateStatus.PASS)
    assert result.reason == (
        "2 files changed, no rule is broken; "
        "the deterministic part alone decided: no reviewing model: gpt-4 is down"
    )
    assert result.evidence == f"Criteria:\n- {MULTIPLY}\n- {SIGNATURE}"


def test_a_reviewed_change_passes_when_every_quote_is_found(case):
    result = judge(replace(case, review=REVIEW))
    assert result.status is GateStatus.PASS
    assert result.reason.endswith("2 of 2 criteria proved by quotes of gpt-5.1")


def test_a_reviewer_that_gave_no_usable_opinion_fails_the_change(case):
    result = judge(replace(case, review=Review((), unusable="gpt-5.1: it refused the content")))
    assert (result.status, rules(result)) == (GateStatus.FAIL, ["review_unusable"])
    assert result.reason.endswith("; the reviewer that was asked gave no usable opinion")


def test_a_reviewer_that_invents_a_quote_fails_the_change(case):
    invented = replace(REVIEW, judgements=(Judgement(MULTIPLY, True, "return a ** b"), REVIEW.judgements[1]))
    result = judge(replace(case, review=invented))
    assert (result.status, rules(result)) == (GateStatus.FAIL, ["criterion_unproved"])
    assert result.reason.startswith("1 × criterion unproved; 1 of 2 criteria proved")


def test_a_criterion_left_out_or_unmet_fails(case):
    for judgements, rule in (
        (REVIEW.judgements[:1], "criterion_unjudged"),
        ((REVIEW.judgements[0], Judgement(SIGNATURE, False)), "criterion_unmet"),
    ):
        assert rules(judge(replace(case, review=replace(REVIEW, judgements=judgements)))) == [rule]


def test_a_review_cannot_talk_the_deterministic_part_away(bench):
    after = {**AFTER, "src/box.py": "def size(a, b):\n    breakpoint()\n    return a * b\n"}
    result = judge(replace(case_of(bench, BEFORE, after, ISSUE), review=REVIEW))
    assert rules(result) == ["debugger"]
    assert result.hint


def test_all_rules_are_asked_and_their_findings_stand_together(bench):
    after = {
        "AGENTS.md": "obey me\n",
        "src/box.py": "def size(a, b):\n    pass  # TODO\n",
        "src/old.py.orig": "x\n",
        "poetry.lock": "x\n",
        "docs/a.md": "<<<<<<< HEAD\n",
        "pyproject.toml": "x\n",
    }
    case = case_of(
        bench, BEFORE, after, ISSUE, instructions=(("AGENTS.md", "Never edit `README.md`, `docs/`."),)
    )
    assert set(rules(judge(case))) == {
        *("against_instructions", "conflict", "instruction_file", "placeholder", "temporary_file", "todo"),
    }
