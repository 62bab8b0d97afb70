"""The append-only event store, on SQLite and on PostgreSQL."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.engine import open_engine
from include.overnight.adapters.ledger.failures import speaking_sql
from include.overnight.domain.errors import FenceLost, Forbidden, NotFound, SettingsError
from include.overnight.domain.events import EventQuery, EventType, Severity

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY, completed, event, started


def texts(events):
    return [each.description for each in events]


def test_what_is_written_comes_back_with_an_id_and_its_moment(database, clock):
    (written,) = database.ledger.append(
        event(
            issue=42,
            attempt=f"{NIGHT}/42/1",
            metadata={"cost": Decimal("0.10"), "files": ("a", "b")},
            dry_run=True,
        )
    )
    assert written.at == clock.moment
    assert written.id.count("-") == 4
    assert written.metadata == {"cost": "0.10", "files": ["a", "b"]}
    assert database.ledger.events(EventQuery(night=NIGHT)) == (written,)


def test_a_moment_in_another_zone_is_kept_in_utc_and_a_naive_one_is_refused(database):
    there = datetime(2026, 3, 14, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    database.ledger.append(event(at=there))
    (stored,) = database.ledger.events(EventQuery())
    assert stored.at == there
    assert stored.at.tzinfo == UTC
    with pytest.raises(SettingsError, match="no time zone"):
        database.ledger.append(event(at=datetime(2026, 3, 14, tzinfo=UTC).replace(tzinfo=None)))


def test_any_text_can_be_stored(database):
    hostile = "NUL \x00, half a pair \ud800, right-to-left \u202e, 'quote'; DROP TABLE events; -- %s %(x)s 🌙"
    database.ledger.append(event(description=hostile, metadata={hostile: [hostile]}))
    (stored,) = database.ledger.events(EventQuery())
    assert (stored.description, stored.metadata) == (hostile, {hostile: [hostile]})
    assert database.ledger.verify() == ()


def test_a_value_that_no_column_takes_is_refused_as_ours(database, url):
    bad = event(attempt="half a pair \ud800" if url.startswith("sqlite") else "NUL \x00")
    with pytest.raises(SettingsError, match="cannot store"):
        database.ledger.append(bad)


def test_nothing_is_stored_before_the_redactor_has_seen_it(url):
    def clean(value):
        return json.loads(json.dumps(value).replace("ghs_secret", "[redacted]"))

    database = LedgerDatabase(url, clean=clean)
    (written,) = database.ledger.append(
        event(description="token ghs_secret", metadata={"env": ["ghs_secret"]})
    )
    database.records.remember("base", {"log": "ghs_secret"})
    assert written.description == "token [redacted]"
    assert database.ledger.events(EventQuery())[0].metadata == {"env": ["[redacted]"]}
    assert database.records.recall("base") == {"log": "[redacted]"}


def test_an_append_stores_all_its_events_or_none(database):
    broken = event(EventType.NIGHT_PLANNED, metadata={"issues": [{"number": 1}], "exclusions": []})
    with pytest.raises(SettingsError, match="lacks what its type needs"):
        database.ledger.append(event(), broken)
    assert database.ledger.events(EventQuery()) == ()
    assert database.ledger.verify() == ()


def test_appending_nothing_writes_nothing(database):
    assert database.ledger.append() == ()


def test_an_event_repeated_under_its_id_is_stored_once(database):
    first = database.ledger.append(event(id="retry-1", description="first"))
    again = database.ledger.append(event(id="retry-1", description="again"), event(description="new"))
    assert again[0] == first[0]
    assert texts(database.ledger.events(EventQuery(oldest_first=True))) == ["first", "new"]


def test_events_keep_the_order_they_were_appended_in(database):
    database.ledger.append(*(event(description=str(n)) for n in range(25)))
    assert texts(database.ledger.events(EventQuery(night=NIGHT, oldest_first=True))) == [
        str(n) for n in range(25)
    ]
    assert texts(database.ledger.events(EventQuery(limit=3))) == ["24", "23", "22"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (EventQuery(), ["e", "d", "c", "b", "a"]),
        (EventQuery(oldest_first=True, limit=2), ["a", "b"]),
        (EventQuery(limit=None), ["e", "d", "c", "b", "a"]),
        (EventQuery(types=(EventType.QUOTA_REFUSED,)), ["b"]),
        (EventQuery(types=(EventType.QUOTA_REFUSED, EventType.DESKTOP_SYNC)), ["e", "b"]),
        (EventQuery(severity=Severity.ERROR), ["c"]),
        (EventQuery(repository=REPOSITORY), ["d", "c", "b", "a"]),
        (EventQuery(repository=""), ["e"]),
        (EventQuery(night=OTHER_NIGHT), ["d"]),
        (EventQuery(night=""), ["e"]),
        (EventQuery(issue=7), ["c", "b"]),
        (EventQuery(dry_run=True), ["d"]),
        (EventQuery(dry_run=False, night=OTHER_NIGHT), []),
        (EventQuery(since=datetime(2026, 3, 14, 2, 2, tzinfo=UTC)), ["e", "d", "c"]),
        (EventQuery(until=datetime(2026, 3, 14, 2, 2, tzinfo=UTC)), ["b", "a"]),
    ],
)
def test_a_query_narrows_by_every_field(database, clock, query, expected):
    for each in (
        event(description="a"),
        event(EventType.QUOTA_REFUSED, "b", issue=7),
        event(description="c", severity=Severity.ERROR, issue=7),
        event(description="d", night=OTHER_NIGHT, dry_run=True),
        event(EventType.DESKTOP_SYNC, "e", "", metadata={"desktop": "foreman-app"}),
    ):
        if each.type is EventType.DESKTOP_SYNC:
            each = type(each)(each.type, each.description, metadata=each.metadata)
        database.ledger.append(each)
        clock.forward(minutes=1)
    assert texts(database.ledger.events(query)) == expected


def test_events_are_counted_by_severity_and_type(database):
    database.ledger.append(started(), event(), event(severity=Severity.ERROR), completed())
    counts = database.ledger.count(EventQuery(limit=1))
    assert counts.total == 4
    assert counts.by_severity == {"info": 3, "warning": 0, "error": 1, "critical": 0}
    assert counts.by_type["checkpoint_saved"] == 2


@pytest.mark.parametrize("name", ["governance", "heads", "desktop/foreman-app"])
def test_a_night_cannot_pose_as_another_stream(database, name):
    with pytest.raises(SettingsError, match="names a stream"):
        database.ledger.append(event(night=name))


def test_streams_are_the_night_the_desktop_and_governance(database, raw):
    desktop = {"desktop": "foreman-app"}
    database.ledger.append(
        event(),
        event(EventType.DESKTOP_SYNC, night="", metadata=desktop),
        event(EventType.DESKTOP_SYNC, night=""),
        event(EventType.THROTTLE_OPENED, night="", metadata=desktop),
    )
    streams = [row[0] for row in raw("SELECT stream FROM events ORDER BY id")]
    assert sorted(streams) == sorted([NIGHT, "desktop/foreman-app", "governance", "governance"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET severity = 'info'",
        "DELETE FROM events",
        "DELETE FROM payloads",
        "UPDATE payloads SET body = '{}'",
        "UPDATE payloads SET salt = ''",
    ],
)
def test_the_database_itself_refuses_to_change_history(database, raw, url, statement):
    database.ledger.append(event())
    with pytest.raises(Forbidden, match="append-only"), speaking_sql(open_engine(url).url):
        raw(statement)
    assert database.ledger.verify() == ()


def test_replacing_a_row_in_place_is_refused_too(database, raw, path_of):
    statement = "INSERT OR REPLACE INTO events SELECT * FROM events" if path_of else "TRUNCATE events"
    database.ledger.append(event())
    with pytest.raises(Exception, match="append-only"):
        raw(statement)


def test_a_worker_that_lost_its_claim_writes_nothing(database):
    mine = database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    database.ledger.append(event(description="mine"), claim=mine)
    theirs = database.claims.claim(REPOSITORY, 42, NIGHT, 60)
    with pytest.raises(FenceLost, match=r"fence 1 .*held by night .* with fence 2"):
        database.ledger.append(event(description="late"), claim=mine)
    database.ledger.append(event(description="theirs"), claim=theirs)
    database.claims.release(theirs)
    with pytest.raises(FenceLost, match="held by nobody"):
        database.ledger.append(event(description="after the end"), claim=theirs)
    assert texts(database.ledger.events(EventQuery(oldest_first=True))) == ["mine", "theirs"]


def test_a_tombstone_removes_a_payload_and_the_chain_still_verifies(database, raw):
    leaked, _ = database.ledger.append(
        event(description="key sk-leaked", metadata={"k": "sk-leaked"}), event()
    )
    database.ledger.tombstone(leaked.id, who="ada", why="a key was in it")
    (removed,) = database.ledger.events(EventQuery(night=NIGHT, oldest_first=True, limit=1))
    assert (removed.description, removed.metadata) == ("[removed]", {"tombstoned": True})
    assert removed.id == leaked.id
    (note,) = database.ledger.events(EventQuery(night=""))
    assert (note.metadata["who"], note.metadata["payload_removed"]) == ("ada", leaked.id)
    assert raw("SELECT count(*) FROM payloads WHERE body LIKE '%sk-leaked%'") == [(0,)]
    assert database.ledger.verify() == ()


def test_a_tombstoned_payload_leaves_no_trace_in_a_sqlite_file(database, path_of):
    if path_of is None:
        return
    (leaked,) = database.ledger.append(event(description="sk-leaked-" * 50))
    database.ledger.tombstone(leaked.id, who="ada", why="a key was in it")
    assert b"sk-leaked-" not in path_of.read_bytes()


def test_a_tombstone_needs_an_event_a_name_and_a_reason(database):
    (written,) = database.ledger.append(event())
    with pytest.raises(NotFound, match="no event"):
        database.ledger.tombstone("nothing", who="ada", why="x")
    with pytest.raises(SettingsError, match="who does this and why"):
        database.ledger.tombstone(written.id, who=" ", why="x")
    database.ledger.tombstone(written.id, who="ada", why="x")
    with pytest.raises(NotFound):
        database.ledger.tombstone(written.id, who="ada", why="x")


@pytest.mark.parametrize("key", ["payload_removed", "acknowledged"])
def test_a_note_cannot_pose_as_a_tombstone_or_an_acknowledgement(database, key):
    with pytest.raises(SettingsError, match="their own commands"):
        database.ledger.append(event(EventType.GOVERNANCE_NOTE, night="", metadata={key: "x"}))
