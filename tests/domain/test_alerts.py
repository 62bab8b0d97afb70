"""Which events people are told of, grouped and rate-limited."""

from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.domain.alerts import RULES, AlertState, decide, queries, read_from
from include.overnight.domain.events import Event, EventType, Severity

NOW = datetime(2026, 3, 14, 8, tzinfo=UTC)


def event(id_, kind=EventType.THROTTLE_OPENED, severity=Severity.WARNING, minutes=0, **more):
    return Event(kind, f"what {id_} says", severity, id=id_, at=NOW + timedelta(minutes=minutes), **more)


def test_events_of_one_kind_and_repository_are_one_alert():
    alerts, _ = decide([event("a"), event("b"), event("c", repository="R_2")], AlertState(), NOW)
    assert [(alert.count, alert.latest.id) for alert in alerts] == [(2, "b"), (1, "c")]
    assert "(2 times): `what b says`" in alerts[0].sentence()


def test_the_loudest_comes_first_and_critical_ones_always_apply():
    quiet = event("q", EventType.ISSUE_EXECUTION_FAILED, Severity.ERROR)
    loud = event("l", EventType.ISSUE_EXECUTION_FAILED, Severity.CRITICAL)
    alerts, _ = decide([event("w"), quiet, loud], AlertState(), NOW)
    assert [alert.latest.id for alert in alerts] == ["l", "w"]


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        (EventType.CHECKPOINT_SAVED, Severity.INFO),
        (EventType.GATE_JUDGED, Severity.WARNING),
        (EventType.NIGHT_PLANNED, Severity.INFO),
    ],
)
def test_what_no_rule_wants_is_not_told(kind, severity):
    assert decide([event("a", kind, severity)], AlertState(), NOW)[0] == ()


def test_a_dry_run_alarms_nobody():
    assert decide([event("a", dry_run=True)], AlertState(), NOW)[0] == ()


def test_nothing_is_told_twice_and_what_is_held_back_is_counted_in_the_next():
    first, state = decide([event("a")], AlertState(), NOW)
    again, state = decide([event("a"), event("b", minutes=5)], state, NOW + timedelta(minutes=10))
    later, state = decide([event("b", minutes=5), event("c", minutes=400)], state, NOW + timedelta(hours=7))
    assert (len(first), again) == (1, ())
    assert [(alert.count, alert.held) for alert in later] == [(1, 1)]
    assert decide([], state, NOW + timedelta(hours=8))[0] == ()


def test_an_event_that_is_written_late_is_still_read():
    _, state = decide([event("a")], AlertState(), NOW)
    assert read_from(state, NOW) < NOW
    late, _ = decide([event("late", EventType.CIRCUIT_OPENED, minutes=-3), event("a")], state, NOW)
    assert [alert.latest.id for alert in late] == ["late"]


def test_an_events_words_are_quoted_and_cannot_leave_their_quotes():
    hostile = Event(EventType.THROTTLE_OPENED, "` @everyone\n# big", Severity.WARNING, id="x", at=NOW)
    (alert,), _ = decide([hostile], AlertState(), NOW)
    assert alert.sentence().endswith("`' @everyone # big`")


def test_what_is_remembered_does_not_grow_for_ever():
    state = AlertState()
    for day in range(40):
        events = [
            event(f"{day}/{number}", minutes=1440 * day, repository=f"R_{day}") for number in range(100)
        ]
        _, state = decide(events, state, NOW + timedelta(days=day))
    assert len(state.seen) <= 2_000
    assert len(state.told) <= 8


def test_a_flood_is_told_once_however_many_events_share_a_moment():
    flood = [event(str(number)) for number in range(2_500)]
    _, state = decide(flood, AlertState(), NOW)
    again, state = decide([*flood, event("new", EventType.CIRCUIT_OPENED)], state, NOW + timedelta(hours=7))
    assert [alert.latest.id for alert in again] == ["new"]


def test_a_clock_that_ran_ahead_silences_nothing_that_comes_after():
    _, state = decide([event("ahead", minutes=9_999)], AlertState(), NOW)
    assert state.cursor == NOW
    assert read_from(state, NOW) < NOW


def test_no_more_is_asked_for_than_rules_may_tell_and_all_of_that():
    asked = queries(AlertState(), NOW)
    assert {query.limit for query in asked} == {None}
    assert EventType.ISSUE_EXECUTION_SKIPPED not in asked[0].types
    assert EventType.ROLLBACK_OPENED in asked[0].types
    assert [query.severity for query in asked[1:]] == [Severity.ERROR, Severity.CRITICAL]


def test_every_rule_has_a_name_of_its_own():
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_settings_make_alerts_quiet_by_name_and_by_severity():
    from include.overnight.domain.alerts import RULES, chosen

    rules = chosen(RULES, Severity.ERROR, ["a person is asked"])
    asked = next(rule for rule in rules if rule.name == "a person is asked")
    money = next(rule for rule in rules if rule.name == "a budget is used up")
    assert not asked.tells(Event(EventType.APPROVAL_REQUESTED, "?", Severity.CRITICAL))
    assert not money.tells(Event(EventType.BUDGET_REFUSED, "no", Severity.WARNING))
    assert money.tells(Event(EventType.BUDGET_REFUSED, "no", Severity.ERROR))
    with pytest.raises(ValueError, match="no alert is called 'nonsense'"):
        chosen(RULES, Severity.INFO, ["nonsense"])
