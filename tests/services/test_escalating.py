"""A seat on a tier: whose exemption holds, and what runs when a seat is refused."""

from dataclasses import replace

import pytest

from include.overnight.domain.attempts import Step
from include.overnight.domain.models import LADDER, RULES, Tier, TierFacts
from include.overnight.domain.orders import Limits
from include.overnight.domain.plans import Classification, Complexity, PlannedIssue, SequenceType
from include.overnight.services.choosing import Chooser
from include.overnight.services.escalating import take_seat
from include.overnight.services.planning import _with_tier

from .desks import ISSUE, night_of, small_desk
from .little_desk import NOW

PLAIN = PlannedIssue(
    12, "x", "", 0, Classification(SequenceType.BUILD, Complexity.LOW, "given", "given"), base_tier="gpt-4"
)
CLIMB = Step(Tier.GPT_4_TURBO, "gpt-4 stayed red", tag="complex_reasoning", came_from="gpt-4")
NOTHING_LEFT = {"limits": Limits(escalations_per_hour=0), "model_rules": RULES}


@pytest.fixture
def desk(tmp_path):
    with small_desk(tmp_path) as desk:
        desk.facts = {tier: TierFacts(tier, tier, "http://x", 400_000, 0, 0) for tier in LADDER}
        yield desk


def planned(desk, *labels):
    """Return the issue as a night plans it with these labels."""
    night = night_of(**NOTHING_LEFT)
    chooser = Chooser(night.order, desk.facts, frozenset(LADDER), (), 0)
    return _with_tier(chooser, PLAIN, replace(ISSUE, labels=labels), (), NOW)


def test_an_issue_that_is_labelled_a_danger_climbs_although_the_quota_is_used_up(desk):
    issue = planned(desk, "security")
    assert (issue.base_tier, issue.exempt) == ("gpt-4", False)
    seat = take_seat(desk, night_of(**NOTHING_LEFT), issue, CLIMB, (), None)
    assert (seat.tier, seat.exempt) == (Tier.GPT_4_TURBO, True)
    assert "the issue is labelled `security`" in seat.granted


def test_any_other_issue_stays_where_it_is_and_a_rules_exemption_is_its_own_tiers(desk):
    for issue in (planned(desk), replace(PLAIN, exempt=True)):
        seat = take_seat(desk, night_of(**NOTHING_LEFT), issue, CLIMB, (), None)
        assert (seat.tier, seat.exempt) == (Tier.GPT_4, False)
        assert "quota_exhausted" in seat.reason


def test_a_refused_seat_gives_way_to_a_tier_that_fits_the_issue(desk):
    desk.facts |= {"gpt-4-turbo": TierFacts("gpt-4-turbo", "m", "http://x", 8_192, 0, 0)}
    top, issue = replace(CLIMB, tier=Tier.GPT_5_1), replace(PLAIN, tokens_needed=20_000)
    seat = take_seat(desk, night_of(**NOTHING_LEFT), issue, top, (), None)
    assert (seat.tier, "gpt-4-turbo" in seat.reason) == (Tier.GPT_4, False)
