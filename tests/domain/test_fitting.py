"""A rung that does not fit by window or price gives way to the nearest that does."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.fitting import FIT_TAG, dominating, fit_tier, misfit
from include.overnight.domain.models import (
    LADDER,
    ModelSelectionContext,
    ModelSelectionResult,
    Tier,
    TierFacts,
    is_escalation,
    select_model,
)

LOCAL = Tier.LOCAL_BUILDER


def facts(**tiers):
    """Return facts of tiers given as name=(window, input price, output price)."""
    names = {"entry": "gpt-4", "turbo": "gpt-4-turbo", "top": "gpt-5.1", "local": "local-builder"}
    return {
        names[key]: TierFacts(names[key], f"model-{key}", "http://x", window, *map(_money, prices))
        for key, (window, *prices) in tiers.items()
    }


def _money(price):
    return None if price is None else Decimal(str(price))


TODAY = facts(entry=(400_000, 0.25, 2), turbo=(400_000, 1.25, 10), top=(400_000, 1.25, 10))
SEEDS = facts(entry=(8192, 30, 60), turbo=(128_000, 10, 30), top=(400_000, 1.25, 10))
BASE = select_model(ModelSelectionContext("build"))
HEAVY = select_model(ModelSelectionContext("build", is_heavy_task=True))
MANDATED = select_model(ModelSelectionContext("architecture", is_architecture_task=True))


@pytest.mark.parametrize("choice", [BASE, HEAVY, MANDATED])
def test_a_tier_that_fits_stays_as_it_was_chosen(choice):
    assert fit_tier(choice, TODAY, 128_000, LADDER) is choice


def test_the_labels_taken_literally_all_end_on_the_one_that_is_larger_and_cheaper():
    for choice in (BASE, HEAVY):
        found = fit_tier(choice, SEEDS, 20_000, LADDER)
        assert (found.selected_model, found.escalated, found.exempt) == (Tier.GPT_5_1, True, False)
        assert found.justification == FIT_TAG
        assert "gives way to gpt-5.1" in found.reason
        assert found.reason.startswith(choice.reason)
        assert found.considered[0].startswith(f"{choice.reason} → {choice.selected_model}: ")


@pytest.mark.parametrize("tag", ["experimental", "optimization"])
def test_what_needs_a_person_needs_one_on_the_tier_that_takes_its_place(tag):
    wish = ModelSelectionResult(Tier.GPT_4_TURBO, True, "ours", tag, False)
    found = fit_tier(wish, SEEDS, 200_000, LADDER)
    assert (found.selected_model, found.justification) == (Tier.GPT_5_1, tag)


def test_a_window_that_is_too_small_is_told_in_tokens():
    assert misfit("gpt-4", SEEDS, 20_000) == "its window of 8192 tokens is too small for 20000"
    assert misfit("gpt-4", SEEDS, 8192) == "it is dearer and smaller than gpt-4-turbo"


def test_an_unknown_window_is_taken_on_trust():
    assert misfit("gpt-4", facts(entry=(None, 1, 1)), 10**9) == ""


def test_an_unknown_price_is_refused_unless_it_is_allowed():
    known = facts(entry=(400_000, None, None), turbo=(400_000, 1, 1))
    assert misfit("gpt-4", known, 1) == "nobody knows the price of model-entry"
    assert misfit("gpt-4", known, 1, allow_unknown_prices=True) == ""
    assert fit_tier(BASE, known, 1, LADDER).selected_model is Tier.GPT_4_TURBO
    assert fit_tier(BASE, known, 1, LADDER, allow_unknown_prices=True) is BASE


def test_of_two_rungs_equally_near_the_cheaper_one_takes_the_place():
    known = TODAY | facts(turbo=(8192, 1, 1))
    found = fit_tier(HEAVY, known, 20_000, LADDER)
    assert (found.selected_model, found.escalated, found.justification) == (Tier.GPT_4, False, "")


def test_a_mandated_tier_gives_way_upwards_first():
    mandated = ModelSelectionResult(Tier.GPT_4_TURBO, True, "ours", "governance_fix", True)
    known = TODAY | facts(turbo=(8192, 1, 1))
    assert fit_tier(mandated, known, 20_000, LADDER).selected_model is Tier.GPT_5_1


def test_the_local_builder_takes_a_place_only_when_no_paid_rung_fits():
    known = SEEDS | facts(top=(8192, 1, 1), local=(131_072, 0, 0))
    assert fit_tier(BASE, known, 20_000, (*LADDER, LOCAL)).selected_model is Tier.GPT_4_TURBO
    assert fit_tier(BASE, known, 130_000, (*LADDER, LOCAL)).selected_model is LOCAL


def test_when_nothing_fits_the_choice_stands_and_says_so():
    found = fit_tier(BASE, SEEDS, 10**6, LADDER)
    assert found.selected_model is Tier.GPT_4
    assert found.considered[-1].endswith("and no other tier fits")
    assert fit_tier(HEAVY, {}, 1, LADDER).selected_model is HEAVY.selected_model


def test_only_a_rung_above_that_is_cheaper_and_larger_dominates():
    assert dominating("gpt-4", SEEDS) == "gpt-4-turbo"
    assert dominating("gpt-4-turbo", SEEDS) == "gpt-5.1"
    assert dominating("gpt-5.1", SEEDS) == ""
    assert [dominating(tier, TODAY) for tier in LADDER] == ["", "", ""]
    assert dominating("gpt-4", facts(entry=(10, 1, 1), turbo=(20, 1, 2))) == ""
    assert dominating("gpt-4", facts(entry=(10, 1, 1), turbo=(20, None, None))) == ""
    assert dominating("local-builder", SEEDS) == ""


prices = st.one_of(st.none(), st.decimals(0, 100, places=2))
some_facts = st.dictionaries(
    st.sampled_from([*map(str, LADDER), str(LOCAL)]),
    st.builds(
        TierFacts,
        st.just(""),
        st.just("model"),
        st.just("http://x"),
        st.one_of(st.none(), st.integers(1, 500_000)),
        prices,
        prices,
    ),
)


@given(
    some_facts,
    st.integers(0, 500_000),
    st.sets(st.sampled_from([*LADDER, LOCAL])),
    st.sampled_from([BASE, HEAVY, MANDATED]),
    st.booleans(),
)
def test_what_takes_a_place_fits_is_usable_and_is_counted(known, needed, usable, choice, allowed):
    found = fit_tier(choice, known, needed, usable, allow_unknown_prices=allowed)
    tier = found.selected_model
    if tier is choice.selected_model:
        return
    assert misfit(choice.selected_model, known, needed, allow_unknown_prices=allowed)
    assert misfit(tier, known, needed, allow_unknown_prices=allowed) == ""
    assert tier in usable
    assert not found.exempt
    assert found.escalated is is_escalation(tier)
    assert found.justification == (FIT_TAG if found.escalated else "")
