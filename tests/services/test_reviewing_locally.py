"""The reviewing model of `overnight judge`: asked within a purse, tried on the next tier, never a bar."""

from dataclasses import replace
from decimal import Decimal

import pytest

from include.overnight.domain.errors import FailureKind, ModelFailure, SettingsError
from include.overnight.domain.issues import Issue
from include.overnight.services.reviewing_locally import LocalReviewer

from ..adapters.gates.cases import Bench
from ..fakes import ScriptedAdvisor, ToldClock

UP = {"gpt-4": "", "gpt-4-turbo": "", "gpt-5.1": "off", "local-builder": "off"}


@pytest.fixture
def case(tmp_path):
    made = Bench(tmp_path).case({"box.py": "SIZE = 1\n"}, {"box.py": "SIZE = 2\n"})
    return replace(made, issue=Issue(1, "Make the size 2"))


def test_the_first_tier_that_can_be_used_gives_its_opinion(case):
    advisor = ScriptedAdvisor()
    review, note = LocalReviewer(advisor, ToldClock(), UP, {}).ask(case)
    assert review is not None
    assert note == "reviewed by gpt-4-turbo"
    assert advisor.reviews[0].criteria == ("Make the size 2",)
    assert "+SIZE = 2" in advisor.reviews[0].diff


def test_a_model_that_fails_or_costs_more_than_the_purse_leaves_a_reason(case):
    broken = ScriptedAdvisor(opinion=ModelFailure(FailureKind.MODEL_GONE, "it is gone"))
    assert LocalReviewer(broken, ToldClock(), UP, {}).ask(case)[1] == "no reviewing model: gpt-4: it is gone"
    dear = LocalReviewer(ScriptedAdvisor(cost=Decimal(2)), ToldClock(), UP, {}).ask(case)
    assert dear[0] is None
    assert "a review may cost $1.00" in dear[1]


def test_without_a_usable_tier_every_reason_is_told():
    with pytest.raises(SettingsError, match=r"gpt-5\.1: off"):
        _ = LocalReviewer(ScriptedAdvisor(), ToldClock(), dict.fromkeys(UP, "off"), {}).tiers
