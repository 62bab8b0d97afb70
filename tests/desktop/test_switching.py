"""Switching on a real ledger: however many workers look, a switch is one event and a trial one attempt."""

from datetime import timedelta

import pytest

from include.overnight.domain.desktops import Finding, health_of
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.models import LADDER
from include.overnight.domain.switching import Phase, Primary, SwitchRules
from include.overnight.services.switching import (
    builder_health,
    builder_standing,
    check_builders,
    choose_builder,
)

RULES = SwitchRules(failures=2, healthy_checks=2, stable_for=timedelta(minutes=30))
READY = health_of((Finding("local model", True, "answers"),))
BROKEN = health_of((Finding("local model", False, "does not answer"),))


def attempt(room, outcome, tier=LADDER[0], builder="openai"):
    room.house.clock.sleep(60)
    metadata = {
        "outcome": outcome,
        "tier": str(tier),
        "reason": "HTTP 503",
        "number": 1,
        "builder": builder,
    }
    event = Event(EventType.ATTEMPT_FINISHED, "attempt", metadata=metadata, at=room.house.clock.now())
    room.house.ledger.append(event)


def check(room, wrong="", health=READY):
    room.house.clock.sleep(1800)
    return check_builders(room.house, lambda: wrong, RULES, health).phase


def switches(room):
    return [(one.metadata["from"], one.metadata["to"]) for one in room.events(EventType.BUILDER_SWITCH)]


@pytest.fixture
def on_desktop(room):
    for _ in range(2):
        attempt(room, "unavailable")
    assert check(room, "HTTP 503") is Phase.DESKTOP
    return room


@pytest.fixture
def on_trial(on_desktop):
    check(on_desktop)
    assert check(on_desktop) is Phase.TRIAL
    return on_desktop


def test_work_goes_to_the_desktop_after_failures_in_a_row_and_back_after_a_trial(on_trial):
    assert choose_builder(on_trial.house, "night/1/1").desktop is False
    attempt(on_trial, "accepted")
    assert check(on_trial) is Phase.PRIMARY
    assert switches(on_trial) == [("primary", "desktop"), ("desktop", "trial"), ("trial", "primary")]
    assert choose_builder(on_trial.house, "night/1/2").desktop is False


def test_of_all_attempts_one_gets_the_trial_and_keeps_it(on_trial):
    assert [choose_builder(on_trial.house, f"night/{number}/1").desktop for number in (1, 2, 3, 1)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_trial_that_fails_goes_back_to_the_desktop_and_another_can_follow(on_trial):
    choose_builder(on_trial.house, "night/1/1")
    attempt(on_trial, "unavailable")
    assert check(on_trial) is Phase.DESKTOP
    assert check(on_trial) is Phase.DESKTOP
    assert check(on_trial) is Phase.TRIAL
    assert choose_builder(on_trial.house, "night/2/1").desktop is False


def test_a_trial_waits_for_an_attempt_and_ends_when_that_never_answers(on_trial):
    assert [check(on_trial) for _ in range(6)] == [Phase.TRIAL] * 6
    choose_builder(on_trial.house, "night/1/1")
    assert [check(on_trial) for _ in range(4)] == [Phase.TRIAL] * 3 + [Phase.DESKTOP]


def test_the_same_switch_seen_twice_is_one_event(on_desktop):
    (event,) = on_desktop.events(EventType.BUILDER_SWITCH)
    on_desktop.house.ledger.append(event)
    assert len(on_desktop.events(EventType.BUILDER_SWITCH)) == 1
    assert event.severity is Severity.WARNING
    assert event.metadata["failures"] == 2


def test_nobody_is_sent_to_a_desktop_that_cannot_build(room):
    for _ in range(3):
        attempt(room, "unavailable")
    assert check(room, "HTTP 503", BROKEN) is Phase.PRIMARY
    assert builder_standing(room.house).failures == 3


def test_a_desktop_that_breaks_down_gives_the_work_back(on_desktop):
    assert check(on_desktop, "HTTP 503", BROKEN) is Phase.TRIAL


def test_a_copilot_that_is_down_sends_nobody_away_from_the_models(room):
    for _ in range(2):
        attempt(room, "unavailable", builder="copilot")
    assert check(room) is Phase.PRIMARY
    found = check_builders(room.house, lambda: "HTTP 503", RULES, READY, Primary.COPILOT)
    assert found.phase is Phase.DESKTOP
    assert builder_standing(room.house).phase is Phase.PRIMARY
    assert choose_builder(room.house, "night/1/1", primary=Primary.COPILOT).desktop
    assert not choose_builder(room.house, "night/1/1").desktop


def test_switches_and_checks_have_a_chain_of_their_own(on_trial):
    assert on_trial.house.ledger.verify("desktop/builder") == ()
    assert on_trial.house.ledger.verify() == ()


def test_the_desktops_builder_is_ready_only_with_model_and_sandbox(room):
    health = builder_health(room.house)
    assert not health.ready
    assert health.issues[0] == "local model: off"
    assert {finding.check for finding in health.findings} == {"local model", "sandbox"}
