"""Reviews on a real ledger with real budgets; the reviewing model plays a script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.errors import FailureKind, FenceLost, ModelFailure, Unreachable
from include.overnight.domain.events import EventType
from include.overnight.domain.healing import Ladder
from include.overnight.domain.models import Tier, TierFacts
from include.overnight.domain.orders import GateRules, Limits
from include.overnight.domain.reviewing import Review, ReviewBrief
from include.overnight.ports import Budget, Healer, Stage
from include.overnight.services.healing import AttemptHealer, keep_out
from include.overnight.services.reviewing import review_change, reviewers, reviews_asked, shown
from include.overnight.services.spending import open_tab
from tests.fakes import PassiveHealer, ScriptedAdvisor

from .desks import case_of, night_of, small_desk

GONE = ModelFailure(FailureKind.MODEL_GONE, "the model is gone")


@pytest.fixture
def desk(tmp_path):
    with small_desk(tmp_path) as desk:
        desk.advisor.cost = Decimal("0.02")
        yield desk


def ask(desk, stage=Stage.BUILD, *, built_by="gpt-4", limits=None, gates=None, healer=None, **case):
    night = night_of(limits=limits or Limits(), gates=gates or GateRules())
    tab = open_tab(desk, night, 12, "night-7/12/1")
    return review_change(
        desk,
        night,
        replace(case_of(night, stage), **case),
        tab,
        healer or PassiveHealer(),
        builder_tier=built_by,
        attempt="night-7/12/1",
    )


@dataclass
class Picky(ScriptedAdvisor):
    """Fails on the tiers it is told to; remembers who was asked, and with which healer."""

    down: tuple[str, ...] = ()
    error: Exception = GONE

    def __post_init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def review(self, tier: str, brief: ReviewBrief, budget: Budget, healer: Healer) -> Review:
        self.asked.append((tier, healer))
        if tier in self.down:
            raise self.error
        return ScriptedAdvisor.review(self, tier, brief, budget, healer)


def test_another_tier_than_the_builders_judges_and_its_opinion_is_on_record(desk):
    review, note = ask(desk)
    assert review is not None
    assert (review.tier, note) == ("gpt-5.1", "reviewed by gpt-5.1")
    (event,) = desk.events(EventType.CHANGE_REVIEWED)
    told = event.metadata
    assert (event.issue, event.attempt, told["stage"]) == (12, "night-7/12/1", "build")
    assert (told["tier"], told["met"], told["criteria"], told["tokens"]) == ("gpt-5.1", 1, 1, 15)
    assert Decimal(told["cost_usd"]) == Decimal("0.02")
    assert event.description == "#12: gpt-5.1 finds 1 of 1 criteria met"


def test_the_spending_is_the_issues_the_nights_and_the_attempts_and_no_quota(desk):
    ask(desk)
    for scope in ({"repository": "R_1", "issue": 12}, {"night": "night-7"}, {"attempt": "night-7/12/1"}):
        assert desk.budgets.spent(**scope) == Decimal("0.02")
    assert desk.quota.use().daily == 0


def test_the_reviewer_reads_the_visible_issue_the_diff_and_the_instructions(desk):
    ask(desk)
    (brief,) = desk.advisor.reviews
    assert "hidden" not in brief.body
    assert brief.criteria == ("`size` in src/box.py should multiply its sides.",)
    assert "+    return a * b" in brief.diff
    assert brief.instructions == (("AGENTS.md", "Be small."),)


def test_a_review_is_not_paid_for_twice_but_the_judge_looks_with_fresh_eyes(desk):
    first, _ = ask(desk)
    again, note = ask(desk)
    assert again == first
    assert note == "reviewed before by gpt-5.1"
    ask(desk, Stage.JUDGE)
    assert [brief.title for brief in desk.advisor.reviews] == ["Wrong size"] * 2
    assert reviews_asked(desk, night_of(), 12) == 1


def test_a_refused_budget_leaves_no_review_and_says_why(desk):
    review, note = ask(desk, limits=Limits(issue_usd=Decimal("0.01")))
    assert review is None
    assert note.startswith("no reviewing model: ")
    assert desk.budgets.spent(night="night-7") == 0
    assert {event.metadata["review"] for event in desk.events(EventType.CHANGE_REVIEWED)} == {None}


@pytest.mark.parametrize("error", [GONE, Unreachable("nobody answers")])
def test_a_model_that_is_down_is_followed_by_the_next_tier(desk, error):
    desk.advisor = Picky(down=("gpt-5.1",), error=error)
    review, note = ask(desk)
    assert review is not None
    assert note == "reviewed by gpt-4-turbo"
    warned, done = desk.events(EventType.CHANGE_REVIEWED)
    assert (warned.severity, warned.metadata["why"]) == ("warning", f"no reviewing model: gpt-5.1: {error}")
    assert done.metadata["tier"] == "gpt-4-turbo"


def test_when_all_are_down_the_note_says_so_and_two_were_asked(desk):
    desk.advisor = Picky(down=("gpt-5.1", "gpt-4-turbo", "gpt-4"))
    assert ask(desk, built_by="") == (None, "no reviewing model: gpt-4-turbo: the model is gone")
    assert [tier for tier, _ in desk.advisor.asked] == ["gpt-5.1", "gpt-4-turbo"]


@pytest.mark.parametrize("kind", [FailureKind.BAD_REQUEST, FailureKind.REFUSAL, FailureKind.TIMEOUT])
def test_before_the_judge_a_reviewer_that_answers_unusably_fails_the_change(desk, kind):
    desk.advisor = Picky(down=("gpt-5.1", "gpt-4-turbo"), error=ModelFailure(kind, "no usable answer"))
    assert ask(desk)[0] is None
    review, _ = ask(desk, Stage.JUDGE)
    assert review is not None
    assert review.unusable == "gpt-4-turbo: no usable answer"
    assert {event.metadata["review"] for event in desk.events(EventType.CHANGE_REVIEWED)} == {None}


def test_before_the_judge_reviewers_that_are_down_leave_the_rules_alone(desk):
    desk.advisor = Picky(down=("gpt-5.1", "gpt-4-turbo"))
    assert ask(desk, Stage.JUDGE)[0] is None


def test_a_tier_that_stays_out_tonight_is_not_asked(desk):
    keep_out(desk, night_of(), Tier.GPT_5_1, GONE, issue=3)
    assert ask(desk)[1] == "reviewed by gpt-4-turbo"


def test_faults_of_the_reviewer_are_treated_as_its_own(desk):
    desk.advisor = Picky()
    healer = AttemptHealer(desk, night_of(), 12, "night-7/12/1", Tier.GPT_4, Ladder())
    ask(desk, healer=healer)
    ((tier, used),) = desk.advisor.asked
    assert (tier, used.tier, used.attempt) == ("gpt-5.1", "gpt-5.1", "night-7/12/1")


def test_a_lost_claim_ends_everything(desk):
    desk.advisor.opinion = FenceLost("another worker holds #12")
    with pytest.raises(FenceLost):
        ask(desk)


def test_settings_may_ask_for_no_review_or_name_the_reviewer(desk):
    assert ask(desk, gates=GateRules(review=False)) == (None, "settings ask for no review")
    assert ask(desk, gates=GateRules(reviewer_tier="gpt-4-turbo"))[1] == "reviewed by gpt-4-turbo"


def facts(tier: str, price: str | None, model: str = "") -> TierFacts:
    usd = Decimal(price) if price else None
    return TierFacts(tier, model or tier, "http://models.invalid", input_usd=usd, output_usd=usd)


UP = {"gpt-4": "", "gpt-4-turbo": "", "gpt-5.1": "", "local-builder": ""}


def test_the_dearest_other_model_reviews_first_and_the_local_one_last():
    known = {
        "gpt-4": facts("gpt-4", "5"),
        "gpt-4-turbo": facts("gpt-4-turbo", "3"),
        "gpt-5.1": facts("gpt-5.1", "1"),
    }
    assert reviewers(UP, known, "gpt-5.1") == (("gpt-4", "gpt-4-turbo", "local-builder"), "")


def test_the_builders_model_under_another_name_comes_last():
    known = {"gpt-4": facts("gpt-4", "1", "m"), "gpt-5.1": facts("gpt-5.1", "9", "m")}
    assert reviewers(UP, known, "gpt-4")[0] == ("gpt-4-turbo", "local-builder", "gpt-5.1")


def test_a_wanted_reviewer_that_built_the_change_gives_way_to_another_tier():
    assert "gpt-4" not in reviewers(UP, {}, "gpt-4", "gpt-4")[0]
    assert reviewers(UP, {}, "gpt-4", "gpt-4") == reviewers(UP, {}, "gpt-4")


@pytest.mark.parametrize(
    ("available", "wanted", "why"),
    [
        ({"gpt-4": ""}, "", "no other tier can be used"),
        ({"gpt-4": "", "gpt-5.1": "no key"}, "gpt-5.1", "gpt-5.1 cannot be used: no key"),
        (UP, "gpt-9", "settings do not name it"),
    ],
)
def test_why_nobody_can_review_is_said(available, wanted, why):
    tiers, said = reviewers(available, {}, "gpt-4", wanted)
    assert tiers == ()
    assert why in said


def test_no_file_pushes_another_out_of_the_reviewers_sight():
    large = "diff --git a/big b/big\n" + "+x\n" * 9000
    small = "diff --git a/small b/small\n+the point of it\n"
    told = shown(large + small, 2000)
    assert "+the point of it" in told
    assert "more characters of this file]" in told
    assert len(told) < 2200
    assert shown(small, 2000) == small


@given(st.lists(st.text("+x\n ", max_size=60), max_size=6), st.integers(0, 200))
def test_what_is_shown_never_grows(parts, room):
    diff = "".join(f"diff --git a/f b/f\n{part}\n" for part in parts)
    assert len(shown(diff, room)) <= max(room, 0) + len(parts) * 60
