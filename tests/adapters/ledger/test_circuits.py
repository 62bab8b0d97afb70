"""A breaker per endpoint, shared by every worker."""

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.events import EventQuery, EventType

ENDPOINT = "https://models.example/v1"


def fail(database, times=5, kind="timeout"):
    return [database.circuits.failed(ENDPOINT, kind) for _ in range(times)]


def open_it(database, clock):
    """Fail five times, from the first to the last just long enough."""
    fail(database, 4)
    clock.forward(seconds=15)
    return fail(database, 1) == [True]


def told(database):
    query = EventQuery(types=(EventType.CIRCUIT_OPENED, EventType.CIRCUIT_CLOSED), oldest_first=True)
    return [event.type.value for event in database.ledger.events(query)]


def test_five_failures_in_a_row_open_the_breaker_and_are_an_event(database, clock):
    assert database.circuits.why_open(ENDPOINT) == ""
    assert open_it(database, clock)
    reason = database.circuits.why_open(ENDPOINT)
    assert "has not answered since 2026-03-14 02:00:15 UTC (timeout); it is tried again in 60 s" in reason
    assert database.circuits.why_open("https://other.example/v1") == ""
    assert told(database) == ["circuit_opened"]
    (event,) = database.ledger.events(EventQuery())
    assert (event.repository, event.night) == ("", "")
    assert event.metadata == {"endpoint": ENDPOINT, "kind": "timeout", "failures": 5}


def test_one_blip_in_many_builds_at_once_does_not_open_it(database, clock):
    assert fail(database, 40) == [False] * 40
    clock.forward(seconds=14)
    assert fail(database, 40) == [False] * 40
    clock.forward(seconds=1)
    assert fail(database, 1) == [True]


def test_another_process_sees_the_same_breaker(database, url, clock):
    open_it(database, clock)
    assert LedgerDatabase(url, now=clock).circuits.why_open(ENDPOINT)


def test_an_answer_between_failures_starts_the_count_again(database):
    fail(database, 4)
    assert not database.circuits.answered(ENDPOINT)
    assert fail(database, 4) == [False] * 4
    assert told(database) == []


@pytest.mark.parametrize("kind", ["rate_limit", "auth", "insufficient_quota", "model_gone", "bad_request"])
def test_a_refusal_is_an_answer_too(database, kind):
    fail(database, 4)
    assert not database.circuits.failed(ENDPOINT, kind)
    assert fail(database, 4) == [False] * 4


@pytest.mark.parametrize("kind", ["stuck", "over_budget"])
def test_what_is_not_about_the_endpoint_changes_nothing(database, clock, kind):
    fail(database, 4)
    clock.forward(seconds=15)
    assert not database.circuits.failed(ENDPOINT, kind)
    assert fail(database, 1) == [True]


def test_five_failures_that_are_spread_over_more_than_ten_minutes_do_not_open_it(database, clock):
    for _ in range(12):
        assert fail(database, 1) == [False]
        clock.forward(minutes=2, seconds=31)


def test_after_a_minute_one_probe_is_let_through_and_the_others_wait(database, clock):
    open_it(database, clock)
    clock.forward(seconds=59)
    assert "in 1 s" in database.circuits.why_open(ENDPOINT)
    clock.forward(seconds=1)
    assert database.circuits.why_open(ENDPOINT) == ""
    assert "in 60 s" in database.circuits.why_open(ENDPOINT)


def test_an_answered_probe_closes_the_breaker(database, clock):
    open_it(database, clock)
    clock.forward(seconds=60)
    assert database.circuits.why_open(ENDPOINT) == ""
    assert database.circuits.answered(ENDPOINT)
    assert not database.circuits.answered(ENDPOINT)
    assert database.circuits.why_open(ENDPOINT) == ""
    assert told(database) == ["circuit_opened", "circuit_closed"]
    assert fail(database, 4) == [False] * 4


def test_a_probe_that_is_refused_with_a_reason_closes_the_breaker(database, clock):
    open_it(database, clock)
    clock.forward(seconds=60)
    database.circuits.why_open(ENDPOINT)
    assert not database.circuits.failed(ENDPOINT, "auth")
    assert told(database) == ["circuit_opened", "circuit_closed"]


def test_each_probe_that_fails_doubles_the_wait_up_to_a_quarter_of_an_hour(database, clock):
    open_it(database, clock)
    for seconds in (60, 120, 240, 480, 900, 900):
        clock.forward(seconds=seconds - 1)
        assert "tried again in 1 s" in database.circuits.why_open(ENDPOINT)
        clock.forward(seconds=1)
        assert database.circuits.why_open(ENDPOINT) == ""
        assert fail(database, 1) == [False]
    assert told(database) == ["circuit_opened"]


def test_late_failures_of_requests_sent_before_it_opened_do_not_lengthen_the_wait(database, clock):
    open_it(database, clock)
    fail(database, 20)
    assert "tried again in 60 s" in database.circuits.why_open(ENDPOINT)


def test_a_probe_that_is_never_heard_of_again_is_followed_by_another(database, clock):
    open_it(database, clock)
    for _ in range(3):
        clock.forward(seconds=60)
        assert database.circuits.why_open(ENDPOINT) == ""
        assert database.circuits.why_open(ENDPOINT)


def test_a_clock_that_is_put_back_does_not_keep_the_breaker_open(database, clock):
    open_it(database, clock)
    clock.forward(days=-1)
    assert database.circuits.why_open(ENDPOINT) == ""


def test_no_password_in_an_endpoint_is_kept_or_shown(database, raw, clock):
    endpoint = "https://user:hunter2secret@models.example/v1?key=hunter2secret"
    for _ in range(5):
        database.circuits.failed(endpoint, "transport")
        clock.forward(seconds=4)
    assert "hunter2" not in database.circuits.why_open(endpoint)
    assert raw("SELECT endpoint FROM circuits") == [(ENDPOINT,)]
    assert all("hunter2" not in event.description for event in database.ledger.events(EventQuery()))
