"""A base tier is chosen by rule, then by what fits, then by what the repository's history says."""

from dataclasses import replace

import pytest

from include.overnight.domain.classification import classify
from include.overnight.domain.issues import Issue
from include.overnight.domain.models import RULES, Conditions, Tier, TierRule
from include.overnight.domain.orders import Limits, NightOrder, QuotaCap
from include.overnight.ports import Ask
from include.overnight.services.choosing import make_chooser, quota_left

from .little_desk import NOW, SEEDS, LittleDesk
from .test_learning import finish

ORDER = NightOrder("night", "acme", "box")
PLAIN = Issue(7, "Add a shelf", "So that boxes can stand on it.", labels=("shelf",))


@pytest.fixture
def desk(tmp_path):
    return LittleDesk(tmp_path)


def chosen(desk, order=ORDER, issue=PLAIN, files=1):
    """Return the choice for one issue."""
    chooser = make_chooser(desk, order, "R_1", NOW)
    return chooser.choose(issue, classify(issue, order.plan), files, NOW)


def test_without_history_the_rule_decides_and_every_step_is_told(desk):
    choice = chosen(desk)
    assert (choice.result.selected_model, choice.result.reason) == (Tier.GPT_4, "base_tier")
    assert (choice.fit, choice.by_rule.selected_model) == ("", Tier.GPT_4)
    assert choice.learning.startswith("0 of 20 attempts at")
    assert choice.result.considered[-1] == f"history: {choice.learning}"


def test_a_rule_of_the_order_wins(desk):
    ours = TierRule("shelves", Conditions(labels=("shelf",)), Tier.GPT_5_1, "experimental")
    choice = chosen(desk, replace(ORDER, model_rules=(ours, *RULES)))
    assert (choice.result.selected_model, choice.result.justification) == (Tier.GPT_5_1, "experimental")


def test_a_rung_that_does_not_fit_gives_way(desk):
    desk.facts = SEEDS
    choice = chosen(desk)
    assert (choice.result.selected_model, choice.result.justification) == (Tier.GPT_5_1, "context_fit")
    assert choice.fit.startswith("its window of 8192 tokens is too small for ")


def test_a_tier_that_is_not_available_takes_no_place(desk):
    desk.facts, desk.tiers = SEEDS, {"gpt-4": "", "gpt-4-turbo": "", "gpt-5.1": "OPENAI_API_KEY not set"}
    assert chosen(desk).result.selected_model is Tier.GPT_4


def test_with_escalation_off_no_rung_above_takes_a_place(desk):
    desk.facts = SEEDS
    assert chosen(desk, replace(ORDER, enable_model_escalation=False)).result.selected_model is Tier.GPT_4


def test_history_prefers_the_tier_that_is_worth_its_money(desk):
    kind = classify(PLAIN, ORDER.plan)
    task = {"sequence_type": str(kind.sequence_type), "complexity": str(kind.complexity)}
    for _ in range(12):
        finish(desk, "gates_failed", **task)
        finish(desk, "accepted", tier="gpt-4-turbo", **task)
    choice = chosen(desk)
    assert choice.result.selected_model is Tier.GPT_4_TURBO
    assert choice.learning == "0 of 12 on gpt-4, $0.84 for nothing; 12 of 12 on gpt-4-turbo, $0.07 each"
    assert choice.learning in choice.result.reason
    off = replace(ORDER, learning=replace(ORDER.learning, enabled=False))
    assert chosen(desk, off).result.selected_model is Tier.GPT_4
    nothing_left = replace(ORDER, limits=Limits(escalations_per_hour=0))
    assert chosen(desk, nothing_left).result.selected_model is Tier.GPT_4


def test_what_is_left_of_the_quota_is_the_least_of_all_limits(desk):
    capped = replace(ORDER, quota_cap=QuotaCap(daily=3, hourly=2, concurrent=1))
    assert quota_left(desk, ORDER, "R_1") == 10
    assert quota_left(desk, capped, "R_1") == 2
    ask = Ask(ORDER, "R_1", 7, "gpt-5.1", "complex_reasoning", 60)
    assert desk.quota.lease(ask).lease
    assert (quota_left(desk, capped, "R_1"), quota_left(desk, capped, "R_2")) == (1, 2)
    assert quota_left(desk, replace(ORDER, limits=Limits(escalations_per_day=0)), "R_1") == 0
