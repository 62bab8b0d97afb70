"""An issue whose models are silent rests for them, and is not parked for an outage that passes."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from include.overnight.domain.changes import Attempt, Outcome
from include.overnight.domain.events import EventType
from include.overnight.domain.models import LADDER, TierFacts
from include.overnight.services.resting import rested

from .desks import night_of, small_desk

ENDPOINT = "http://models.invalid/v1"
RED = Attempt(1, "gpt-4", Outcome.GATES_FAILED, "red", feedback="mend it")
SILENT = Attempt(2, "gpt-4", Outcome.UNAVAILABLE, "no answer", failure="transport")


@pytest.fixture
def desk(tmp_path):
    with small_desk(tmp_path) as desk:
        desk.facts = {tier: TierFacts(tier, tier, ENDPOINT) for tier in LADDER}
        yield desk


def silence(desk):
    for _ in range(5):
        desk.circuits.failed(ENDPOINT, "transport")
        desk.clock.sleep(4)
    desk.clock.slept.clear()


def shop(desk, **order):
    return SimpleNamespace(
        desk=desk,
        night=night_of(**order),
        planned=SimpleNamespace(base_tier="gpt-4", tokens_needed=0),
        issue=SimpleNamespace(number=12),
        hold=SimpleNamespace(check=lambda: None),
        claim=None,
        attempts_before=0,
        rest_seconds=900.0,
        attempt_id=lambda number: f"night-7/12/{number}",
    )


def test_it_rests_until_the_probe_and_forgets_what_the_outage_ended(desk):
    silence(desk)
    mine = shop(desk)
    assert rested(mine, (RED, SILENT)) == (RED,)
    assert 55 <= sum(desk.clock.slept) <= 60
    assert mine.attempts_before == 1, "the next attempt is still the third"
    (event,) = desk.events(EventType.AUTO_HEAL)
    assert event.description.startswith("#12 rests: http://models.invalid/v1 has not answered since")


def test_an_answer_that_somebody_else_got_ends_the_rest(desk):
    silence(desk)
    mine = shop(desk)
    mine.hold.check = lambda: desk.circuits.answered(ENDPOINT)
    assert rested(mine, (SILENT,)) == ()
    assert desk.clock.slept == [5.0]


def test_a_rest_has_an_end(desk):
    silence(desk)
    mine = shop(desk)
    mine.hold.check = lambda: desk.circuits.why_open(ENDPOINT)  # somebody probes whenever it may be done
    assert rested(mine, (SILENT,)) is None
    assert 235 <= sum(desk.clock.slept) <= 240
    assert rested(shop(desk), (SILENT,)) is None, "and nobody else rests for an endpoint that stays silent"
    assert sum(desk.clock.slept) <= 240


@pytest.mark.parametrize("ends", ["stop", "deadline"])
def test_a_stopped_night_and_one_at_its_end_rest_no_more(desk, ends):
    silence(desk)
    deadline = desk.clock.now() + timedelta(seconds=8) if ends == "deadline" else None
    mine = shop(desk, deadline=deadline)
    if ends == "stop":
        mine.hold.check = lambda: desk.records.remember("stop/night-7", {"who": "ann", "now": False})
    assert rested(mine, (SILENT,)) is None
    assert sum(desk.clock.slept) == (5 if ends == "stop" else 10)


def test_what_no_rest_mends_is_not_waited_for(desk):
    assert rested(shop(desk), (SILENT,)) is None, "no breaker is open"
    silence(desk)
    desk.tiers = dict.fromkeys(LADDER, "no key")
    assert rested(shop(desk), (SILENT,)) is None
    desk.tiers = dict.fromkeys(LADDER, "")
    dear = Attempt(1, "gpt-4", Outcome.OVER_BUDGET, "$1 is spent", failure="over_budget_night")
    assert rested(shop(desk), (dear,)) is None
    assert desk.clock.slept == []
