"""Who builds: folded from events, so that every worker sees the same."""

from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.domain.events import Event, EventType
from include.overnight.domain.switching import (
    Phase,
    Signal,
    Standing,
    SwitchRules,
    fold_standing,
    next_switch,
    signal_of,
    why_staying,
)

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
RULES = SwitchRules(failures=2, healthy_checks=2, stable_for=timedelta(minutes=60))
DOWN = ("local model: does not answer",)


def attempt(outcome, tier="gpt-4", reason="HTTP 500"):
    metadata = {"outcome": outcome, "tier": tier, "reason": reason}
    return Event(EventType.ATTEMPT_FINISHED, "attempt", metadata=metadata, at=NOW)


def check(healthy, desktop="builder"):
    metadata = {"desktop": desktop, "primary_healthy": healthy}
    return Event(EventType.DESKTOP_HEALTH_CHECK, "check", metadata=metadata, at=NOW)


def switched(to, at=NOW):
    return Event(EventType.BUILDER_SWITCH, "switch", metadata={"to": to}, at=at, id=f"switch-to-{to}")


def due(*events, now=NOW, issues=()):
    return next_switch(fold_standing(events), RULES, now, issues)


FAILED, FINE = attempt("unavailable"), attempt("gates_failed")
LATER = NOW + timedelta(hours=1)
ON_DESKTOP, ON_TRIAL = switched("desktop"), switched("trial")
TAKEN = Event(EventType.GOVERNANCE_NOTE, "taken", metadata={"trial": ON_TRIAL.id}, at=NOW)


@pytest.mark.parametrize(
    ("event", "signal"),
    [
        (FAILED, Signal.FAILED),
        (FINE, Signal.ANSWERED),
        (attempt("accepted"), Signal.ANSWERED),
        (attempt("over_budget"), None),
        (attempt("killed"), None),
        (attempt("unavailable", "local-builder"), None),
        (check(True), Signal.HEALTHY),
        (check(False), Signal.UNHEALTHY),
        (check(True, "laptop"), None),
        (Event(EventType.NIGHT_PLANNED, "x"), None),
    ],
)
def test_what_an_event_says_about_the_primary_builder(event, signal):
    assert signal_of(event) is signal


@pytest.mark.parametrize(
    ("events", "now", "issues", "to"),
    [
        ([], NOW, (), None),
        ([FAILED], NOW, (), None),
        ([FAILED, FAILED], NOW, (), Phase.DESKTOP),
        ([FAILED, FINE, FAILED], NOW, (), None),
        ([FAILED, FAILED], NOW, DOWN, None),
        ([ON_DESKTOP, check(True), check(True)], LATER, (), Phase.TRIAL),
        ([ON_DESKTOP, check(True), check(True)], NOW, (), None),
        ([ON_DESKTOP, check(True)], LATER, (), None),
        ([ON_DESKTOP, check(True), check(False), check(True)], LATER, (), None),
        ([ON_DESKTOP], NOW, DOWN, Phase.TRIAL),
        ([ON_TRIAL], NOW, (), None),
        ([ON_TRIAL, FINE], NOW, (), Phase.PRIMARY),
        ([ON_TRIAL, FAILED], NOW, (), Phase.DESKTOP),
        ([ON_TRIAL], NOW + timedelta(hours=20), (), None),
        ([ON_TRIAL, TAKEN], NOW + timedelta(hours=1), (), None),
        ([ON_TRIAL, TAKEN], NOW + timedelta(hours=2), (), Phase.DESKTOP),
        ([ON_DESKTOP, TAKEN, ON_TRIAL], NOW + timedelta(hours=2), (), None),
        ([FAILED, FAILED, ON_DESKTOP, ON_TRIAL, FINE, switched("primary")], NOW, (), None),
    ],
)
def test_a_switch_is_made_when_it_is_due_and_says_why(events, now, issues, to):
    switch = due(*events, now=now, issues=issues)
    assert (switch.to if switch else None) == to
    assert switch is None or switch.reason


def test_the_reason_of_a_switch_names_what_failed():
    assert due(FAILED, FAILED).reason == "the primary builder failed 2 times in a row: HTTP 500"


def test_a_switch_begins_all_counts_anew():
    standing = fold_standing([FAILED, FAILED, ON_DESKTOP])
    assert standing == Standing(Phase.DESKTOP, NOW, "switch-to-desktop")


@pytest.mark.parametrize(
    ("standing", "issues", "words"),
    [
        (Standing(failures=1), (), "1 of 2 failures"),
        (Standing(failures=2), DOWN, "the desktop is not ready: local model"),
        (Standing(Phase.DESKTOP, healthy=1), (), "healthy 1 of 2 times"),
        (Standing(Phase.TRIAL), (), "one attempt tries"),
    ],
)
def test_standing_still_is_explained_too(standing, issues, words):
    assert words in why_staying(standing, RULES, issues)
