"""Whoever can write to the database, past our code and its triggers, is found out."""

import re

import pytest

from include.overnight.adapters.ledger.chain import GENESIS, link
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.events import EventQuery, EventType

from .builders import NIGHT, OTHER_NIGHT, completed, event, planned, started

MIDDLE = f"stream = '{NIGHT}' AND seq = 2"


@pytest.fixture
def ledger(database):
    """Two nights; the first has ended, so that its head is committed."""
    database.ledger.append(started(), event(issue=7, description="second"), event(), completed())
    database.ledger.append(started(OTHER_NIGHT), event(night=OTHER_NIGHT))
    assert database.ledger.verify() == ()
    return database.ledger


@pytest.mark.parametrize(
    "change",
    [
        "type = 'quota_refused'",
        "severity = 'critical'",
        "at = '2025-01-01T00:00:00.000000+00:00'",
        "at = 'yesterday'",
        "repository = 'R_other'",
        "night = 'other'",
        "issue = 8",
        "issue = NULL",
        "attempt = 'other/1/1'",
        "dry_run = true",
        "schema_version = 2",
        "id = 'other'",
        "digest = 'other'",
        "hash = 'other'",
    ],
)
def test_a_changed_column_is_found_and_named(ledger, raw, change):
    assert raw(f"UPDATE events SET {change} WHERE {MIDDLE}", guards=False) == 1
    (finding,) = ledger.verify()
    assert re.match(rf"stream {NIGHT}, event 2 \(.*\): was changed after it was written", finding)


@pytest.mark.parametrize("change", ["body = '{}'", "salt = 'other'"])
def test_a_changed_payload_is_found_and_named(ledger, raw, change):
    one = f"event = (SELECT id FROM events WHERE {MIDDLE})"
    assert raw(f"UPDATE payloads SET {change} WHERE {one}", guards=False) == 1
    (finding,) = ledger.verify()
    assert re.match(rf"stream {NIGHT}, event 2 \(.*\): its payload was changed", finding)


@pytest.mark.parametrize("statement", ["DELETE FROM payloads", "UPDATE payloads SET body = NULL, salt = ''"])
def test_a_payload_removed_without_a_tombstone_is_found(ledger, raw, statement):
    raw(f"{statement} WHERE event = (SELECT id FROM events WHERE {MIDDLE})", guards=False)
    (finding,) = ledger.verify()
    assert finding.endswith("its payload is gone without a tombstone")


def test_only_the_first_bad_event_of_each_stream_is_named(ledger, raw):
    raw("UPDATE events SET severity = 'critical' WHERE stream <> 'heads'", guards=False)
    findings = ledger.verify()
    assert [re.match(r"stream (\S+), event (\d)", finding).groups() for finding in findings] == [
        (NIGHT, "1"),
        (OTHER_NIGHT, "1"),
    ]


def test_a_deleted_event_is_found(ledger, raw):
    raw(f"DELETE FROM events WHERE {MIDDLE}", guards=False)
    (finding,) = ledger.verify()
    assert finding.startswith(f"stream {NIGHT}: event 2 is missing before event 3 (")
    ledger.acknowledge(finding, who="ada", why="a bad disk")
    assert ledger.verify() == ()
    raw(f"DELETE FROM events WHERE stream = '{NIGHT}' AND seq = 3", guards=False)
    assert f"stream {NIGHT}: events 2 to 3 are missing before event 4 (" in ledger.verify()[0]


def test_a_dropped_tail_is_found_by_the_head(ledger, raw):
    raw(f"DELETE FROM events WHERE stream = '{OTHER_NIGHT}' AND seq = 2", guards=False)
    assert ledger.verify() == (f"stream {OTHER_NIGHT}: event 2 is missing at its end",)


def cut(raw, stream, seq):
    """Drop a stream's tail and make its head fit, as a careful forger would."""
    raw(f"DELETE FROM events WHERE stream = '{stream}' AND seq > {seq}", guards=False)
    tip = f"(SELECT hash FROM events WHERE stream = '{stream}' AND seq = {seq})"
    raw(f"UPDATE heads SET seq = {seq}, hash = {tip} WHERE stream = '{stream}'", guards=False)


def test_a_dropped_tail_with_a_forged_head_is_found_by_the_committed_heads(ledger, raw):
    cut(raw, NIGHT, 2)
    assert ledger.verify() == (f"stream {NIGHT}: events 3 to 4 are missing at its end",)
    assert ledger.verify(NIGHT) == ledger.verify()


def test_a_whole_stream_that_was_dropped_is_found(ledger, raw):
    raw(f"DELETE FROM events WHERE stream = '{NIGHT}'", guards=False)
    raw(f"DELETE FROM heads WHERE stream = '{NIGHT}'", guards=False)
    raw(f"DELETE FROM commitments WHERE stream = '{NIGHT}'", guards=False)
    assert ledger.verify() == (f"stream {NIGHT}: events 1 to 4 are missing at its end",)
    assert ledger.verify(NIGHT) == ledger.verify()


def test_an_open_stream_is_protected_from_the_next_checkpoint_on(ledger, raw):
    assert ledger.checkpoint() == ()
    cut(raw, OTHER_NIGHT, 1)
    assert ledger.verify() == (f"stream {OTHER_NIGHT}: event 2 is missing at its end",)


def test_a_checkpoint_of_a_broken_ledger_commits_nothing(ledger, raw):
    cut(raw, NIGHT, 2)
    before = raw("SELECT seq FROM heads WHERE stream = 'heads'")
    assert ledger.checkpoint() == ledger.verify() != ()
    assert raw("SELECT seq FROM heads WHERE stream = 'heads'") == before


def test_an_anchor_kept_outside_proves_even_the_committed_heads(ledger, raw):
    ledger.checkpoint()
    anchor = ledger.anchor()
    assert ledger.verify(anchor=anchor) == ()
    cut(raw, "heads", 1)
    cut(raw, OTHER_NIGHT, 1)
    assert ledger.verify() == ()
    assert ledger.verify(anchor=anchor) == ("stream heads: event 2 is missing at its end",)


def test_a_stream_rewritten_from_its_start_is_found_by_the_committed_heads(ledger, raw):
    previous = GENESIS
    for row in raw(f"SELECT * FROM events WHERE stream = '{NIGHT}' ORDER BY seq"):
        forged = dict(row._mapping) | {"severity": "info", "attempt": "forged"}
        forged["dry_run"] = bool(forged["dry_run"])
        previous = link(previous, forged)
        at = f"WHERE stream = '{NIGHT}' AND seq = {row.seq}"
        raw(f"UPDATE events SET attempt = 'forged', hash = '{previous}' {at}", guards=False)
    raw(f"UPDATE heads SET hash = '{previous}' WHERE stream = '{NIGHT}'", guards=False)
    (finding,) = ledger.verify()
    assert finding.endswith("is not the event committed to the stream heads")


def test_one_stream_can_be_verified_alone(ledger, raw):
    raw(f"UPDATE events SET severity = 'critical' WHERE {MIDDLE}", guards=False)
    assert ledger.verify(OTHER_NIGHT) == ()
    assert len(ledger.verify(NIGHT)) == 1
    assert ledger.verify("never written") == ()


@pytest.mark.parametrize("anchor", ["deadbeef", "1:fff", "1:" + "F" * 64, "0:" + "f" * 64, "x:" + "f" * 64])
def test_what_is_no_anchor_is_refused_and_not_ignored(ledger, anchor):
    with pytest.raises(SettingsError, match="write SEQ:HASH"):
        ledger.verify(anchor=anchor)


def test_an_anchor_is_compared_though_one_stream_is_looked_at(ledger):
    assert ledger.verify(NIGHT, anchor=ledger.anchor()) == ()
    (finding,) = ledger.verify(NIGHT, anchor="1:" + "f" * 64)
    assert finding.startswith("stream heads, event 1 (")


def test_a_finding_is_acknowledged_by_a_named_person_and_the_rest_of_the_stream_still_counts(ledger, raw):
    raw(f"UPDATE events SET severity = 'critical' WHERE {MIDDLE}", guards=False)
    (finding,) = ledger.verify()
    ledger.acknowledge(finding, who="ada", why="restored from a backup")
    assert ledger.verify() == ()
    (note,) = ledger.events(EventQuery(types=(EventType.GOVERNANCE_NOTE,)))
    assert "ada" in note.description
    raw(f"UPDATE events SET severity = 'critical' WHERE stream = '{NIGHT}' AND seq = 4", guards=False)
    (later,) = ledger.verify()
    assert "event 4" in later
    with pytest.raises(SettingsError, match="who"):
        ledger.acknowledge(later, who="", why="")


def test_committed_heads_are_kept_out_of_sight_and_not_repeated(ledger, raw):
    assert ledger.events(EventQuery(types=(EventType.GOVERNANCE_NOTE,))) == ()
    assert ledger.events(EventQuery(night="")) == ()
    ledger.checkpoint()
    ledger.checkpoint()
    assert raw("SELECT seq FROM heads WHERE stream = 'heads'") == [(2,)]


def test_a_night_that_goes_on_after_its_end_stays_whole(ledger):
    ledger.append(event(EventType.PULL_REQUEST_MERGED, "merged", issue=7))
    ledger.append(planned())
    assert ledger.checkpoint() == ()
    assert ledger.verify() == ()
