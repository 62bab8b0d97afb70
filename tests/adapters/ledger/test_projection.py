"""What pages read equals the fold of the events, after every append."""

import pytest

from include.overnight.domain.errors import SettingsError
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.nights import fold, totals

from .builders import (
    NIGHT,
    OTHER_NIGHT,
    REPOSITORY,
    attempted,
    built,
    completed,
    ended,
    event,
    judged,
    planned,
    started,
)


def folded(ledger, night=NIGHT):
    return fold(ledger.events(EventQuery(night=night, limit=None, oldest_first=True)))


def test_the_projection_equals_the_fold_after_every_event_of_a_night(database, clock):
    story = [
        event(EventType.GOVERNANCE_NOTE, "before the start"),
        started(),
        planned(7, 3, 12),
        attempted(7, "gates_failed"),
        attempted(7),
        built(7),
        judged(7),
        ended(7),
        ended(3, "blocked"),
        event(issue=1000),
        completed(),
        ended(12, "failed"),
    ]
    for each in story:
        database.ledger.append(each)
        clock.forward(seconds=30)
        assert database.ledger.night(NIGHT) == folded(database.ledger)
    night = database.ledger.night(NIGHT)
    assert [issue.number for issue in night.issues] == [7, 3, 12]
    assert night.issue(7).pull_request == 77
    assert len(night.issue(7).attempts) == 2
    assert night.cycles == ("#4 → #9 → #4",)
    assert totals(night)["by_status"]["blocked"] == 1
    assert database.ledger.rebuild() == ()


def test_one_append_of_many_events_moves_the_projection_like_many_appends(database):
    numbers = range(1, 301)
    database.ledger.append(
        started(),
        planned(*numbers),
        *(ended(n, "skipped") for n in numbers),
        started(OTHER_NIGHT),
        completed(),
    )
    night = database.ledger.night(NIGHT)
    assert night == folded(database.ledger)
    assert {issue.status for issue in night.issues} == {"skipped"}
    assert database.ledger.night(OTHER_NIGHT).status == "running"


def test_a_second_plan_replaces_the_first(database):
    database.ledger.append(started(), planned(7, 3), ended(7))
    database.ledger.append(planned(3))
    assert [issue.number for issue in database.ledger.night(NIGHT).issues] == [3]
    database.ledger.append(planned())
    assert database.ledger.night(NIGHT).issues == ()
    assert database.ledger.rebuild() == ()


def test_an_unknown_night_is_none(database):
    assert database.ledger.night("nothing") is None


def test_one_issue_of_a_night_can_be_asked_for_alone(database):
    database.ledger.append(started(), planned(7, 3), ended(7))
    assert database.ledger.issue(NIGHT, 7) == database.ledger.night(NIGHT).issue(7)
    assert database.ledger.issue(NIGHT, 8) is None
    assert database.ledger.issue(OTHER_NIGHT, 7) is None


def test_nights_come_newest_first_with_the_status_of_their_issues(database, clock):
    for name in ("first", "second", "third"):
        database.ledger.append(
            started(name), planned(7, night=name), attempted(7, night=name), ended(7, night=name)
        )
        clock.forward(days=1)
    database.ledger.append(event(night="elsewhere", issue=1))
    assert [night.id for night in database.ledger.nights()] == ["elsewhere", "third", "second", "first"]
    assert [night.id for night in database.ledger.nights(REPOSITORY, limit=2)] == ["elsewhere", "third"]
    assert database.ledger.nights("R_other") == ()
    first = database.ledger.nights()[-1]
    assert (first.full_name, first.issues[0].status, first.issues[0].pull_request) == (
        "acme/pantry",
        "pull_request",
        77,
    )
    assert first.issues[0].attempts == ()


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("UPDATE nights SET status = 'skipped'", "differs from its events in status"),
        ("UPDATE night_issues SET status = 'failed' WHERE number = 3", "differs from its events in #3"),
        ("DELETE FROM night_issues WHERE number = 7", "differs from its events in #7"),
        ("DELETE FROM nights", "is not in the projection"),
        (f"UPDATE nights SET id = '{OTHER_NIGHT}'", "is not in the projection"),
    ],
)
def test_a_rebuild_says_what_differed_and_repairs_it(database, raw, statement, difference):
    database.ledger.append(started(), planned(7, 3), ended(7), completed())
    before = database.ledger.night(NIGHT)
    raw(statement)
    assert f"night {NIGHT}: {difference}" in database.ledger.rebuild()
    assert database.ledger.night(NIGHT) == before
    assert database.ledger.rebuild() == ()
    assert database.ledger.night(OTHER_NIGHT) is None


def test_a_tombstoned_payload_leaves_the_projection_too(database, raw):
    database.ledger.append(started(), planned(7, 3))
    leaked = database.ledger.append(built(7), ended(7, "sk-leaked"))[1]
    database.ledger.tombstone(leaked.id, who="ada", why="a key was in it")
    night = database.ledger.night(NIGHT)
    assert (night.issue(7).branch, night.issue(7).status) == ("overnight/7-x", "")
    assert raw("SELECT count(*) FROM night_issues WHERE status = 'sk-leaked'") == [(0,)]
    database.ledger.append(ended(7, "failed"))
    assert database.ledger.night(NIGHT).issue(7).status == "failed"
    assert database.ledger.rebuild() == ()


def test_an_event_without_what_its_type_needs_is_refused(database):
    database.ledger.append(started(), planned(7))
    with pytest.raises(SettingsError, match="'status'"):
        database.ledger.append(event(EventType.ISSUE_EXECUTION_COMPLETED, issue=7))
