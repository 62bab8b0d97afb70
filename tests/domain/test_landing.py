"""What landed, and what checks say of it."""

from datetime import UTC, datetime
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.following import Check, CheckState
from include.overnight.domain.landing import (
    Colour,
    Landed,
    Merge,
    Probe,
    colour_of,
    next_probe,
    red_checks,
    steps_of,
)
from include.overnight.services.bisecting import broken_in, first_broken

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUCCESS, FAILURE, PENDING, NEUTRAL, EXPECTED = (
    CheckState.SUCCESS,
    CheckState.FAILURE,
    CheckState.PENDING,
    CheckState.NEUTRAL,
    CheckState.EXPECTED,
)


@pytest.mark.parametrize(
    ("checks", "colour"),
    [
        ((), Colour.UNKNOWN),
        ((("ci", SUCCESS, False), ("docs", NEUTRAL, False)), Colour.GREEN),
        ((("ci", SUCCESS, False), ("docs", PENDING, False)), Colour.PENDING),
        ((("ci", FAILURE, False), ("docs", PENDING, False)), Colour.RED),
        ((("ci", SUCCESS, True), ("nightly", FAILURE, False)), Colour.GREEN),
        ((("ci", FAILURE, True), ("nightly", SUCCESS, False)), Colour.RED),
        ((("ci", PENDING, True), ("nightly", FAILURE, False)), Colour.PENDING),
        ((("ci", SUCCESS, True), ("lint", EXPECTED, True)), Colour.PENDING),
        ((("ci", FAILURE, True), ("lint", EXPECTED, True)), Colour.RED),
        ((("nightly", SUCCESS, False), ("ci", EXPECTED, True)), Colour.PENDING),
        ((("ci", EXPECTED, True),), Colour.UNKNOWN),
    ],
)
def test_required_checks_count_alone_and_all_of_them_where_none_is_required(checks, colour):
    assert colour_of(Check(name, state, required) for name, state, required in checks) is colour


def test_failed_checks_are_named_in_order():
    checks = [Check("b", FAILURE), Check("a", FAILURE), Check("c", SUCCESS)]
    assert red_checks(checks) == ("a", "b")


def landed(*shas):
    return [Landed(sha, (before,), f"work {sha}") for before, sha in zip(("0", *shas), shas, strict=False)]


def merge(sha):
    return Merge(1, 5, "night-1", sha, "h", NOON)


def test_a_rebase_of_ours_is_one_step_and_other_peoples_commits_are_steps_of_their_own():
    steps = steps_of(landed("a", "b", "c", "d"), [merge("c")], {"c": 2})
    assert [(step.before, step.sha, step.commits) for step in steps] == [
        ("0", "a", 1),
        ("a", "c", 2),
        ("c", "d", 1),
    ]
    assert [bool(step.merge) for step in steps] == [False, True, False]


def test_a_rebase_that_began_before_the_stretch_is_cut_at_its_edge():
    (step,) = steps_of(landed("a", "b"), [merge("b")], {"b": 9})
    assert (step.before, step.commits) == ("0", 2)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_a_bisection_finds_the_first_broken_step_in_at_most_log2_runs(case):
    count, first = case
    steps = steps_of(landed(*(str(number) for number in range(1, count + 1))), (), {})
    runs = []

    def probe(step):
        runs.append(step.sha)
        return Probe(step.sha, "", ("t",) if steps.index(step) >= first else ("another",))

    assert first_broken(steps, ("t",), probe) is steps[first]
    assert len(runs) <= ceil(log2(count)) if count > 1 else not runs
    assert next_probe(count - 1, count) is None


@pytest.mark.parametrize(
    ("results", "broken"),
    [
        ({"build": {"exit_code": 2}, "test": {"exit_code": 1}}, ("the build command",)),
        ({"test": {"exit_code": 1, "tests": {"b": "failed", "a": "failed", "c": "passed"}}}, ("a", "b")),
        ({"test": {"exit_code": 1, "tests": {}}}, ("the test command",)),
        ({"test": {"exit_code": 0, "tests": {"a": "passed"}}, "lint": {"exit_code": 1}}, ()),
        ({"build": {"exit_code": 0}}, ()),
    ],
)
def test_what_a_run_says_is_broken(results, broken):
    assert broken_in(results) == broken
