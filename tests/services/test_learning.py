"""Attempts on record become trials; what says nothing about a model is left out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from include.overnight.domain.events import Event, EventType
from include.overnight.domain.learning import LearningRules
from include.overnight.domain.track_records import records
from include.overnight.services.learning import trials

from .little_desk import NOW, LittleDesk

REPOSITORY = "R_1"


@pytest.fixture
def desk(tmp_path):
    return LittleDesk(tmp_path)


def finish(desk, outcome="accepted", *, dry_run=False, repository=REPOSITORY, at=None, **more):
    """Record the end of an attempt."""
    data = {
        "tier": "gpt-4",
        "outcome": outcome,
        "cost_usd": 0.07,
        "failure": "",
        "sequence_type": "build",
        "complexity": "medium",
    }
    event = Event(
        EventType.ATTEMPT_FINISHED,
        "an attempt",
        repository=repository,
        night="night",
        issue=1,
        dry_run=dry_run,
        at=at,
        metadata={key: value for key, value in (data | more).items() if value is not None},
    )
    desk.ledger.append(event)


def test_an_attempt_becomes_a_trial_with_its_cents_exactly(desk):
    finish(desk, tier="gpt-5.1", complexity="high")
    (trial,) = trials(desk, REPOSITORY, NOW)
    assert (trial.sequence_type, trial.complexity, trial.tier) == ("build", "high", "gpt-5.1")
    assert (trial.accepted, trial.cost_usd) == (True, Decimal("0.07"))


@pytest.mark.parametrize("outcome", ["gates_failed", "refused", "stuck", "timed_out", "over_budget"])
def test_an_attempt_that_the_model_failed_counts_against_its_tier(desk, outcome):
    finish(desk, outcome, failure="over_budget_attempt" if outcome == "over_budget" else "")
    assert [trial.accepted for trial in trials(desk, REPOSITORY, NOW)] == [False]


@pytest.mark.parametrize(
    ("outcome", "more"),
    [
        ("unavailable", {}),
        ("killed", {}),
        ("over_budget", {"failure": "over_budget_night"}),
        ("over_budget", {"failure": "over_budget_month"}),
        ("accepted", {"dry_run": True}),
        ("accepted", {"repository": "R_2"}),
        ("accepted", {"sequence_type": None}),
        ("accepted", {"complexity": None}),
    ],
)
def test_what_says_nothing_about_a_model_here_is_left_out(desk, outcome, more):
    finish(desk, outcome, **more)
    assert trials(desk, REPOSITORY, NOW) == ()


def test_old_attempts_are_forgotten(desk):
    finish(desk, at=NOW - timedelta(days=40))
    finish(desk, "stuck", at=NOW - timedelta(days=10))
    assert len(trials(desk, REPOSITORY, NOW)) == 2
    assert [one.accepted for one in trials(desk, REPOSITORY, NOW, LearningRules(days=30))] == [False]


def test_a_repositorys_history_adds_up(desk):
    for outcome in ("accepted", "gates_failed", "accepted"):
        finish(desk, outcome)
    (record,) = records(trials(desk, REPOSITORY, NOW))
    assert record.sentence() == "2 of 3 on gpt-4, $0.10 each"
