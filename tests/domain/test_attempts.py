"""Which tier comes next: one row a rule."""

import pytest

from include.overnight.domain.attempts import MOST_ATTEMPTS, next_step
from include.overnight.domain.changes import Attempt, Outcome

ALL = {"gpt-4": "", "gpt-4-turbo": "", "gpt-5.1": "", "local-builder": "DESKTOP_BUILDER_ENABLED is not true"}
LOCAL = {**ALL, "local-builder": ""}
RED, GONE, KILLED = Outcome.GATES_FAILED, Outcome.UNAVAILABLE, Outcome.KILLED


def history(*attempts):
    return tuple(
        Attempt(number, tier, outcome, reason="because") for number, (tier, outcome) in enumerate(attempts, 1)
    )


@pytest.mark.parametrize(
    ("attempts", "base", "available", "tier"),
    [
        ((), "gpt-4", ALL, "gpt-4"),
        ((), "gpt-5.1", ALL, "gpt-5.1"),
        ((), "gpt-5.1", {**ALL, "gpt-5.1": "no key"}, "gpt-4-turbo"),
        ((), "gpt-4", {**LOCAL, "gpt-4": "no key"}, "local-builder"),
        ((("gpt-4", RED),), "gpt-4", ALL, "gpt-4"),
        ((("gpt-4", RED), ("gpt-4", RED)), "gpt-4", ALL, "gpt-4-turbo"),
        ((("gpt-4", RED), ("gpt-4", KILLED)), "gpt-4", ALL, "gpt-4"),
        ((("gpt-5.1", GONE),), "gpt-5.1", ALL, "gpt-4-turbo"),
        ((("gpt-5.1", GONE), ("gpt-4-turbo", GONE)), "gpt-5.1", ALL, "gpt-4"),
        ((("gpt-5.1", GONE), ("gpt-4-turbo", GONE), ("gpt-4", GONE)), "gpt-5.1", LOCAL, "local-builder"),
        ((("gpt-4", RED), ("gpt-4", RED), ("gpt-4-turbo", GONE)), "gpt-4", ALL, "gpt-4"),
    ],
)
def test_the_history_of_attempts_decides_the_tier(attempts, base, available, tier):
    step = next_step(history(*attempts), base, available)
    assert step.tier == tier, step.reason
    assert step.reason


def test_with_every_tier_down_the_issue_is_parked_and_not_failed():
    step = next_step(history(("gpt-4", GONE)), "gpt-4", ALL)
    assert (step.tier, step.parked) == (None, True)


def test_above_the_top_the_issue_has_failed():
    red = [(tier, RED) for tier in ("gpt-4", "gpt-4-turbo", "gpt-5.1") for _ in range(2)]
    step = next_step(history(*red), "gpt-4", ALL)
    assert (step.tier, step.parked) == (None, False)
    assert "6 attempts, none green: because" in step.reason


def test_over_budget_ends_it_with_the_limit_named():
    last = Attempt(1, "gpt-4", Outcome.OVER_BUDGET, reason="$1 an attempt is spent")
    assert next_step((last,), "gpt-4", ALL).reason == "$1 an attempt is spent"


def test_without_healing_there_is_one_attempt_and_without_escalation_the_entry_tier_alone():
    assert next_step(history(("gpt-4", RED)), "gpt-4", ALL, heal=False).tier is None
    assert next_step((), "gpt-5.1", ALL, escalation=False).tier == "gpt-4"
    assert next_step(history(("gpt-4", RED), ("gpt-4", RED)), "gpt-4", ALL, escalation=False).tier is None


def test_attempts_are_bounded_whatever_happens():
    killed = history(*([("gpt-4", KILLED)] * MOST_ATTEMPTS))
    assert next_step(killed, "gpt-4", ALL).tier is None
