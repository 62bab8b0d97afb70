"""Pull request bodies: everything a reviewer needs, nothing that acts, and never too long."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from include.overnight.adapters.github.descriptions import describe
from include.overnight.adapters.github.markers import LONGEST_BODY
from include.overnight.domain.descriptions import AttemptRow, Description
from include.overnight.domain.gates import GateName, GateResult, GateStatus, Verdict

GOLDEN = Path(__file__).parent / "golden" / "pull_request.md"
RESULTS = tuple(
    GateResult(gate, GateStatus.PASS, f"{gate} is content", seconds=1.25)
    for gate in GateName
    if gate is not GateName.CDW
)
DESCRIPTION = Description(
    issue=42,
    night="0198c0de-0000-7000-8000-000000000001",
    branch="overnight/42-add-a-colour",
    head_sha="4a06ba0a80d586ddd1b9e90182478b62f55906f1",
    base="overnight/41-add-a-box",
    base_sha="eab11440c2780000000000000000000000000000",
    verdict=Verdict(RESULTS),
    files=("src/box.py", "tests/test_box.py"),
    insertions=12,
    deletions=3,
    stacked_on="overnight/41-add-a-box",
    plan="1. Name the colour.\n2. Use it.",
    summary="Added RED.",
    attempts=(
        AttemptRow("gpt-4", "gpt-4-0613", "gates_failed", 1200, Decimal("0.04"), 61.4),
        AttemptRow("gpt-5.1", "gpt-5.1", "accepted", 5300, Decimal("0.21"), 140.0, "complex_architecture"),
    ),
    cost_usd=Decimal("0.31"),
)


def test_the_body_says_it_all():
    assert describe(DESCRIPTION) == GOLDEN.read_text()


def test_all_nine_gates_are_shown_also_one_that_did_not_run():
    rows = [
        line
        for line in describe(DESCRIPTION).splitlines()
        if line.startswith(tuple(f"| {g} " for g in GateName))
    ]
    assert len(rows) == 9
    assert "➖ not applicable | `it did not run`" in rows[5]


def test_a_small_change_leaves_out_what_it_has_not():
    body = describe(replace(DESCRIPTION, plan="", summary="", stacked_on="", cost_usd=Decimal("0.25")))
    for absent in ("Architecture plan", "builder says", "Stacked", "Plans, tests and reviews"):
        assert absent not in body


@pytest.mark.parametrize(
    "words", ["```\n@acme/everyone\nCloses #1\n````\n<!-- hide", "``` ```` `````\n`````` x"]
)
def test_a_models_words_stay_inside_their_fence(words):
    body = describe(replace(DESCRIPTION, plan=words, summary=words))
    fence = next(line for line in body.splitlines() if line.startswith("```") and line.endswith("text"))[:-4]
    inside = [part.strip("\n") for part in body.split(fence)]
    assert words in "\n".join(inside)
    assert fence not in words
    assert body.count(fence + "text\n") == 2


def test_foreign_names_act_on_nothing():
    hostile = "a|b`@acme/everyone <!-- x"
    row = replace(DESCRIPTION.attempts[0], model=hostile, escalation=hostile)
    failing = GateResult(GateName.TEST, GateStatus.PASS, hostile)
    body = describe(replace(DESCRIPTION, attempts=(row,), files=(hostile,), verdict=Verdict((failing,))))
    assert "@acme" not in body
    assert body.count("<!--") == 1


def test_too_much_is_cut_where_it_hurts_least_and_the_way_to_reproduce_stays():
    long = replace(
        DESCRIPTION,
        plan="step\n" * 40_000,
        summary="word " * 20_000,
        attempts=DESCRIPTION.attempts * 400,
        files=tuple(f"{'deep/' * 60}{n}.py" for n in range(400)),
        verdict=Verdict(tuple(replace(result, reason="r" * 5000) for result in RESULTS)),
    )
    body = describe(long)
    assert len(body) <= LONGEST_BODY - 512
    assert "[cut: " in body
    assert "| 800 | gpt-5.1" in body
    assert body.rstrip().endswith("Written by Overnight in night `0198c0de-0000-7000-8000-000000000001`.")
    assert "overnight attempt 42 --night" in body


def test_what_fits_is_not_cut():
    plan = "step\n" * 7000
    assert plan.strip() in describe(replace(DESCRIPTION, plan=plan))
