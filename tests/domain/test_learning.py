"""History prefers the tier that brings an accepted change for the least money, within narrow bounds."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.learning import CLIMB_TAG, LearningRules, advise, draw
from include.overnight.domain.models import (
    LADDER,
    ModelSelectionContext,
    Tier,
    is_escalation,
    select_model,
)
from include.overnight.domain.track_records import Trial, records

RULES = LearningRules()
TASK = ("build", "medium")
ENTRY, TURBO, TOP = LADDER
BASE = select_model(ModelSelectionContext("build"))
HEAVY = select_model(ModelSelectionContext("build", is_heavy_task=True))
MANDATED = select_model(ModelSelectionContext("build", is_milestone_nearing=True))


def tried(tier, accepted, of, cents, task=TASK):
    """Return so many trials of a tier, of which so many were accepted, at so many cents each."""
    return [Trial(*task, str(tier), place < accepted, Decimal(cents) / 100) for place in range(of)]


def test_a_tier_that_succeeds_for_less_money_is_preferred_and_explained():
    history = tried(ENTRY, 1, 12, 20) + tried(TURBO, 12, 14, 27)
    found, told = advise(BASE, TASK, history, RULES, quota_left=5)
    assert (found.selected_model, found.escalated, found.justification) == (TURBO, True, CLIMB_TAG)
    assert told == "1 of 12 on gpt-4, $2.40 each; 12 of 14 on gpt-4-turbo, $0.32 each"
    assert found.reason == f"base_tier; learnt: {told}"


def test_without_quota_nothing_dearer_is_preferred():
    history = tried(ENTRY, 1, 12, 20) + tried(TURBO, 12, 14, 27)
    assert advise(BASE, TASK, history, RULES, quota_left=0)[0] is BASE


def test_an_escalation_that_the_cheaper_tier_does_not_need_is_saved():
    history = tried(ENTRY, 9, 10, 3) + tried(TURBO, 10, 10, 40)
    found, _ = advise(HEAVY, TASK, history, RULES)
    assert (found.selected_model, found.escalated, found.justification) == (ENTRY, False, "")


def test_a_small_saving_changes_nothing():
    history = tried(ENTRY, 9, 10, 38) + tried(TURBO, 9, 10, 40)
    found, told = advise(HEAVY, TASK, history, RULES)
    assert found is HEAVY
    assert told.endswith("gpt-4-turbo stands")


def test_cheap_attempts_that_hardly_ever_succeed_are_not_preferred():
    history = tried(ENTRY, 0, 12, 0) + tried(TURBO, 10, 12, 40)
    assert advise(HEAVY, TASK, history, RULES)[0] is HEAVY
    assert advise(BASE, TASK, history, RULES, quota_left=1)[0].selected_model is TURBO


def test_before_the_history_suffices_nothing_is_learnt():
    history = tried(ENTRY, 9, 9, 1) + tried(TURBO, 10, 10, 40)
    found, told = advise(HEAVY, TASK, history, RULES)
    assert found is HEAVY
    assert told == "19 of 20 attempts at build medium complexity issues so far"


def test_attempts_at_other_types_and_complexities_do_not_count():
    history = tried(ENTRY, 30, 30, 1, ("qa", "medium")) + tried(ENTRY, 30, 30, 1, ("build", "low"))
    assert advise(HEAVY, TASK, history, RULES)[0] is HEAVY


def test_nothing_below_a_mandated_tier_is_tried_nor_below_the_one_that_took_its_place():
    history = tried(ENTRY, 20, 20, 1) + tried(TURBO, 1, 20, 90)
    given_way = replace(MANDATED, selected_model=TURBO, justification="context_fit", exempt=False)
    found, told = advise(given_way, TASK, history, RULES, mandated=True)
    assert (found, told) == (given_way, "gpt-4-turbo is mandated: nothing below it is tried")


def test_learning_that_is_off_changes_nothing():
    history = tried(ENTRY, 20, 20, 1) + tried(TURBO, 1, 20, 90)
    found = advise(HEAVY, TASK, history, replace(RULES, enabled=False))
    assert found == (HEAVY, "learning is off")


def test_a_tier_with_few_attempts_is_not_known():
    history = tried(ENTRY, 4, 4, 1) + tried(TURBO, 16, 16, 40)
    assert advise(HEAVY, TASK, history, RULES)[0] is HEAVY


def test_an_unknown_cheaper_tier_is_tried_on_the_share_of_issues_that_may_explore():
    history = tried(ENTRY, 0, 2, 1) + tried(TURBO, 16, 20, 40)
    found, told = advise(HEAVY, TASK, history, RULES, drawn=0.01)
    assert found.selected_model is ENTRY
    assert told.endswith("gpt-4 is tried, which has 2 attempts so far")
    assert advise(HEAVY, TASK, history, RULES, drawn=0.06)[0] is HEAVY
    assert advise(HEAVY, TASK, history, RULES, usable=[TURBO], drawn=0.0)[0] is HEAVY


def test_draws_are_the_same_for_the_same_issue_and_even_over_many():
    assert draw("night", 7) == draw("night", 7)
    assert draw("night", 7) != draw("other", 7)
    drawn = [draw("night", number) for number in range(2000)]
    assert all(0 <= one < 1 for one in drawn)
    assert 60 <= sum(one < 0.05 for one in drawn) <= 140


def test_records_count_each_cell_with_tiers_upwards():
    history = tried(TURBO, 1, 2, 10) + tried(ENTRY, 2, 2, 5) + tried("local-builder", 0, 1, 0)
    assert [(one.tier, one.accepted, one.trials, one.cost_usd) for one in records(history)] == [
        ("local-builder", 0, 1, Decimal(0)),
        ("gpt-4", 2, 2, Decimal("0.10")),
        ("gpt-4-turbo", 1, 2, Decimal("0.20")),
    ]
    assert records(history)[0].sentence() == "0 of 1 on local-builder, $0.00 for nothing"


trials = st.lists(
    st.builds(
        Trial,
        st.sampled_from(["build", "qa"]),
        st.sampled_from(["medium", "high"]),
        st.sampled_from([*map(str, LADDER), "local-builder", "a tier that is gone"]),
        st.booleans(),
        st.decimals(0, 5, places=2),
    ),
    max_size=80,
)
rules = st.builds(
    LearningRules,
    minimum_trials=st.integers(2, 30),
    minimum_on_tier=st.integers(1, 10),
    least_success=st.floats(0, 1),
    saving=st.floats(0, 1),
    exploration_share=st.floats(0, 1),
)


@given(trials, rules, st.floats(0, 1), st.sets(st.sampled_from(LADDER)), st.integers(0, 9))
def test_a_mandated_tier_is_never_left(history, how, drawn, usable, left):
    asked = {"usable": usable, "drawn": drawn, "quota_left": left}
    assert advise(MANDATED, TASK, history, how, **asked)[0] is MANDATED


@given(
    trials,
    rules,
    st.floats(0, 1),
    st.sets(st.sampled_from(LADDER)),
    st.integers(0, 9),
    st.sampled_from([BASE, HEAVY]),
)
def test_advice_is_usable_justified_explained_and_never_dearer_without_quota(
    history, how, drawn, usable, left, choice
):
    found, told = advise(choice, TASK, history, how, usable=usable, drawn=drawn, quota_left=left)
    tier = found.selected_model
    assert told
    assert found.escalated is is_escalation(tier)
    assert bool(found.justification) is found.escalated
    assert not found.exempt
    assert tier is choice.selected_model or tier in usable
    if left == 0:
        assert LADDER.index(tier) <= LADDER.index(choice.selected_model)


@given(trials, rules, st.sampled_from([BASE, HEAVY]))
def test_without_exploration_the_order_of_history_does_not_matter(history, how, choice):
    there = advise(choice, TASK, history, how, quota_left=3)
    assert advise(choice, TASK, history[::-1], how, quota_left=3) == there


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_acceptance_means_more_success_and_less_money(accepted, failed):
    (worse,) = records(tried(ENTRY, accepted, accepted + failed + 1, 10))
    (better,) = records(tried(ENTRY, accepted + 1, accepted + failed + 1, 10))
    assert 0 < worse.success < better.success < 1
    assert better.expected_usd < worse.expected_usd
    assert 0 < better.spread < 0.5


@pytest.mark.parametrize("tier", [Tier.LOCAL_BUILDER])
def test_a_tier_outside_the_ladder_is_left_alone(tier):
    chosen = replace(BASE, selected_model=tier)
    history = tried(ENTRY, 30, 30, 1)
    assert advise(chosen, TASK, history, RULES)[0] is chosen
