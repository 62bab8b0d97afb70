from __future__ import annotations

import pytest

from include.overnight.domain.errors import FailureKind
from include.overnight.domain.healing import (
    LONGEST_WAIT,
    STAYING,
    TREATMENTS,
    Action,
    Ladder,
    after_failure,
    after_red,
    down,
    larger_window,
    regenerates_plan,
    up,
)
from include.overnight.domain.models import LADDER, Tier

K, T, A = FailureKind, Tier, Action
WINDOWS = {T.GPT_4: 128_000, T.GPT_4_TURBO: 128_000, T.GPT_5_1: 400_000, T.LOCAL_BUILDER: 32_000}
PAID = Ladder(windows=WINDOWS, local_reason="DESKTOP_BUILDER_ENABLED is not set")
FULL = Ladder((*LADDER, T.LOCAL_BUILDER), WINDOWS)

ROWS = [
    (K.TRANSPORT, [A.RETRY_SAME, A.RETRY_SAME, A.RETRY_SAME, A.DOWN]),
    (K.RATE_LIMIT, [A.WAIT, A.WAIT, A.DOWN]),
    (K.INSUFFICIENT_QUOTA, [A.DOWN]),
    (K.AUTH, [A.DOWN]),
    (K.CONTEXT_EXHAUSTED, [A.COMPACT, A.LARGER_WINDOW]),
    (K.TIMEOUT, [A.RETRY_SAME, A.DOWN]),
    (K.MODEL_GONE, [A.DOWN]),
    (K.REFUSAL, [A.NUDGE, A.DOWN]),
    (K.STUCK, [A.NUDGE, A.DOWN]),
    (K.OVER_BUDGET, [A.GIVE_UP]),
    (K.BAD_REQUEST, [A.DOWN]),
]


def test_every_kind_of_failure_has_its_treatment() -> None:
    assert set(TREATMENTS) == set(FailureKind) == {kind for kind, _ in ROWS}


@pytest.mark.parametrize(
    ("kind", "actions"), ROWS, ids=lambda value: str(value) if isinstance(value, K) else ""
)
def test_each_kind_is_treated_by_its_row(kind: FailureKind, actions: list[Action]) -> None:
    steps = [after_failure(kind, times, T.GPT_4_TURBO, FULL) for times in range(1, len(actions) + 1)]
    assert [step.action for step in steps] == actions
    assert all(step.reason for step in steps)


def test_a_failing_provider_goes_down_rung_by_rung_to_the_local_builder_and_then_parks() -> None:
    tiers, tier = [], T.GPT_5_1
    while True:
        step = after_failure(K.AUTH, 1, tier, FULL)
        if step.tier is None:
            break
        tiers.append(tier := step.tier)
    assert tiers == [T.GPT_4_TURBO, T.GPT_4, T.LOCAL_BUILDER]
    assert step.action is A.PARK


def test_without_a_local_builder_the_issue_parks_and_says_why() -> None:
    step = after_failure(K.AUTH, 1, T.GPT_4, PAID)
    assert step.action is A.PARK
    assert step.reason == (
        "auth on gpt-4, and no tier is left below it; "
        "local-builder is not used: DESKTOP_BUILDER_ENABLED is not set"
    )


@pytest.mark.parametrize("kind", [K.MODEL_GONE, K.AUTH, K.INSUFFICIENT_QUOTA])
def test_what_cannot_mend_itself_tonight_is_remembered(kind: FailureKind) -> None:
    assert after_failure(kind, 1, T.GPT_5_1, FULL).remember


def test_a_passing_fault_is_not_remembered() -> None:
    assert not after_failure(K.TRANSPORT, 9, T.GPT_5_1, FULL).remember


def test_backoff_doubles_and_jitter_lengthens_it_by_at_most_a_half() -> None:
    waits = [after_failure(K.TRANSPORT, times, T.GPT_4, FULL).wait_seconds for times in (1, 2, 3)]
    assert waits == [2.0, 4.0, 8.0]
    assert after_failure(K.TRANSPORT, 2, T.GPT_4, FULL, jitter=1.0).wait_seconds == 6.0
    assert after_failure(K.TRANSPORT, 2, T.GPT_4, FULL, jitter=99.0).wait_seconds == 6.0


def test_a_rate_limit_waits_as_told() -> None:
    assert after_failure(K.RATE_LIMIT, 1, T.GPT_4, FULL, retry_after=37.5).wait_seconds == 37.5


def test_a_provider_that_asks_for_too_long_a_wait_loses_its_turn() -> None:
    step = after_failure(K.RATE_LIMIT, 1, T.GPT_4_TURBO, FULL, retry_after=LONGEST_WAIT + 1)
    assert (step.action, step.tier, step.wait_seconds) == (A.DOWN, T.GPT_4, None)
    assert "asks to wait 121 s" in step.reason


def test_an_exhausted_context_looks_for_a_larger_window_up_or_down() -> None:
    step = after_failure(K.CONTEXT_EXHAUSTED, 2, T.GPT_4, FULL)
    assert (step.action, step.tier, step.tag) == (A.LARGER_WINDOW, T.GPT_5_1, "context_fit")
    assert larger_window(T.LOCAL_BUILDER, FULL) is T.GPT_4


def test_without_a_larger_window_the_next_tier_is_tried() -> None:
    step = after_failure(K.CONTEXT_EXHAUSTED, 2, T.GPT_5_1, FULL)
    assert (step.action, step.tier) == (A.DOWN, T.GPT_4_TURBO)


@pytest.mark.parametrize(
    ("red", "tier", "ladder", "action", "goes_to", "tag"),
    [
        (1, T.GPT_4, FULL, A.RETRY_SAME, T.GPT_4, ""),
        (2, T.GPT_4, FULL, A.UP, T.GPT_4_TURBO, "complex_reasoning"),
        (2, T.GPT_4_TURBO, FULL, A.UP, T.GPT_5_1, "complex_reasoning"),
        (2, T.GPT_4, Ladder((T.GPT_4, T.GPT_5_1)), A.UP, T.GPT_5_1, "complex_reasoning"),
        (2, T.GPT_5_1, FULL, A.GIVE_UP, None, ""),
        (2, T.GPT_5_1, Ladder(FULL.available, local_above_top=True), A.UP, T.LOCAL_BUILDER, ""),
        (2, T.GPT_5_1, Ladder(LADDER, local_above_top=True), A.GIVE_UP, None, ""),
        (2, T.LOCAL_BUILDER, Ladder(FULL.available, local_above_top=True), A.GIVE_UP, None, ""),
        (2, T.GPT_4, Ladder((T.GPT_4, T.LOCAL_BUILDER)), A.GIVE_UP, None, ""),
    ],
)
def test_a_change_that_stays_red_goes_up(red, tier, ladder, action, goes_to, tag) -> None:
    step = after_red(red, tier, ladder)
    assert (step.action, step.tier, step.tag) == (action, goes_to, tag)


def test_tiers_that_are_away_are_stepped_over() -> None:
    assert down(T.GPT_5_1, (T.GPT_4,)) is T.GPT_4
    assert down(T.GPT_4, (T.GPT_5_1,)) is None
    assert up(T.GPT_4, (T.GPT_5_1, T.LOCAL_BUILDER)) is T.GPT_5_1
    assert up(T.GPT_5_1, FULL.available) is None


def test_the_plan_is_written_anew_after_every_second_failure() -> None:
    assert [failed for failed in range(6) if regenerates_plan(failed)] == [2, 4]


def test_a_failure_that_says_when_to_come_back_is_not_retried_earlier() -> None:
    early = after_failure(K.TRANSPORT, 1, T.GPT_4, FULL, retry_after=30.0)
    late = after_failure(K.TRANSPORT, 3, T.GPT_4, FULL, retry_after=1.0)
    assert (early.action, early.wait_seconds) == (A.RETRY_SAME, 30.0)
    assert late.wait_seconds == 8.0
    assert after_failure(K.TRANSPORT, 1, T.GPT_4, FULL, retry_after=LONGEST_WAIT + 1).action is A.DOWN


def test_what_stays_on_its_tier_says_so() -> None:
    for kind in K:
        step = after_failure(kind, 1, T.GPT_5_1, FULL)
        assert (step.action in STAYING) == (step.tier is T.GPT_5_1)
