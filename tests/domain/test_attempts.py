"""Which tier comes next: one row a rule."""

from dataclasses import replace

import pytest

from include.overnight.domain.attempts import MOST_ATTEMPTS, Situation, next_step
from include.overnight.domain.changes import Attempt, Outcome
from include.overnight.domain.errors import FailureKind

ALL = Situation(
    {"gpt-4": "", "gpt-4-turbo": "", "gpt-5.1": "", "local-builder": "DESKTOP_BUILDER_ENABLED is not true"},
    {"gpt-4": 128_000, "gpt-4-turbo": 400_000, "gpt-5.1": 400_000},
)
LOCAL = replace(ALL, available={**ALL.available, "local-builder": ""})
RED, GONE, KILLED = Outcome.GATES_FAILED, Outcome.UNAVAILABLE, Outcome.KILLED
STUCK, REFUSED = Outcome.STUCK, Outcome.REFUSED


def without(situation, tier, why="no key"):
    return replace(situation, available={**situation.available, tier: why})


def history(*attempts):
    return tuple(
        Attempt(number, tier, outcome, reason="because") for number, (tier, outcome) in enumerate(attempts, 1)
    )


@pytest.mark.parametrize(
    ("attempts", "base", "situation", "tier"),
    [
        ((), "gpt-4", ALL, "gpt-4"),
        ((), "gpt-5.1", ALL, "gpt-5.1"),
        ((), "gpt-5.1", without(ALL, "gpt-5.1"), "gpt-4-turbo"),
        ((), "gpt-4", without(LOCAL, "gpt-4"), "local-builder"),
        ((("gpt-4", RED),), "gpt-4", ALL, "gpt-4"),
        ((("gpt-4", RED), ("gpt-4", RED)), "gpt-4", ALL, "gpt-4-turbo"),
        ((("gpt-4", RED), ("gpt-4", KILLED)), "gpt-4", ALL, "gpt-4"),
        ((("gpt-5.1", GONE),), "gpt-5.1", ALL, "gpt-4-turbo"),
        ((("gpt-5.1", GONE), ("gpt-4-turbo", GONE)), "gpt-5.1", ALL, "gpt-4"),
        ((("gpt-5.1", GONE), ("gpt-4-turbo", GONE), ("gpt-4", GONE)), "gpt-5.1", LOCAL, "local-builder"),
        ((("gpt-4", RED), ("gpt-4", RED), ("gpt-4-turbo", GONE)), "gpt-4", ALL, "gpt-4"),
        ((("gpt-5.1", STUCK),), "gpt-5.1", ALL, "gpt-4-turbo"),
        ((("gpt-5.1", REFUSED), ("gpt-4-turbo", STUCK)), "gpt-5.1", ALL, "gpt-4"),
        ((("gpt-4", STUCK),), "gpt-4", ALL, "gpt-4-turbo"),
        ((("gpt-4", STUCK),), "gpt-4", LOCAL, "local-builder"),
        ((("gpt-4", STUCK), ("local-builder", STUCK)), "gpt-4", LOCAL, "gpt-4-turbo"),
    ],
)
def test_the_history_of_attempts_decides_the_tier(attempts, base, situation, tier):
    step = next_step(history(*attempts), base, situation)
    assert step.tier == tier, step.reason
    assert step.reason


def test_climbing_is_justified_as_complex_reasoning_and_nothing_else_is():
    climbed = next_step(history(("gpt-4", RED), ("gpt-4", RED)), "gpt-4", ALL)
    assert (climbed.tag, climbed.came_from) == ("complex_reasoning", "gpt-4")
    assert next_step((), "gpt-5.1", ALL).tag == ""
    assert next_step(history(("gpt-5.1", GONE)), "gpt-5.1", ALL).tag == ""


def test_a_conversation_too_long_for_a_tier_goes_to_the_smallest_larger_window():
    full = Attempt(1, "gpt-4", GONE, "too long", failure=str(FailureKind.CONTEXT_EXHAUSTED))
    step = next_step((full,), "gpt-4", ALL)
    assert (step.tier, step.tag) == ("gpt-4-turbo", "context_fit")


SMALL = replace(ALL, misfits=frozenset({"gpt-4-turbo"}))


def test_moves_leave_out_what_does_not_fit_while_something_else_does():
    red = history(("gpt-4", RED), ("gpt-4", RED))
    assert next_step(red, "gpt-4", SMALL).tier == "gpt-5.1"
    assert next_step(history(("gpt-5.1", GONE)), "gpt-5.1", SMALL).tier == "gpt-4"
    assert next_step(history(("gpt-5.1", STUCK)), "gpt-5.1", SMALL).tier == "gpt-4"
    alone = without(without(SMALL, "gpt-4"), "gpt-5.1")
    assert next_step((), "gpt-5.1", alone).tier == "gpt-4-turbo", "better than none"


def test_without_a_larger_window_it_goes_down():
    full = Attempt(1, "gpt-5.1", GONE, "too long", failure=str(FailureKind.CONTEXT_EXHAUSTED))
    assert next_step((full,), "gpt-5.1", ALL).tier == "gpt-4-turbo"


def test_with_every_tier_down_the_issue_is_parked_and_not_failed():
    step = next_step(history(("gpt-4", GONE)), "gpt-4", ALL)
    assert (step.tier, step.parked) == (None, True)


def red_to_the_top():
    return history(*[(tier, RED) for tier in ("gpt-4", "gpt-4-turbo", "gpt-5.1") for _ in range(2)])


def test_above_the_top_the_issue_has_failed():
    step = next_step(red_to_the_top(), "gpt-4", LOCAL)
    assert (step.tier, step.parked) == (None, False)
    assert "6 attempts, none green: because" in step.reason


def test_above_the_top_the_local_builder_is_tried_when_settings_say_so():
    assert next_step(red_to_the_top(), "gpt-4", replace(LOCAL, local_above_top=True)).tier == "local-builder"


def test_over_budget_ends_it_with_the_limit_named():
    last = Attempt(1, "gpt-4", Outcome.OVER_BUDGET, reason="$1 an attempt is spent")
    assert next_step((last,), "gpt-4", ALL).reason == "$1 an attempt is spent"


def test_without_healing_there_is_one_attempt_and_without_escalation_the_entry_tier_alone():
    assert next_step(history(("gpt-4", RED)), "gpt-4", replace(ALL, heal=False)).tier is None
    entry_alone = replace(ALL, escalation=False)
    assert next_step((), "gpt-5.1", entry_alone).tier == "gpt-4"
    assert next_step(history(("gpt-4", RED), ("gpt-4", RED)), "gpt-4", entry_alone).tier is None


def test_attempts_are_bounded_whatever_happens():
    killed = history(*([("gpt-4", KILLED)] * MOST_ATTEMPTS))
    assert next_step(killed, "gpt-4", ALL).tier is None
