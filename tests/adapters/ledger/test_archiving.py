"""Old nights leave the database, and what proves them stays."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from include.overnight.adapters.ledger import LedgerDatabase, downgrade, upgrade
from include.overnight.domain.errors import NotFound, SettingsError
from include.overnight.domain.events import EventQuery, EventType

from .builders import NIGHT, OTHER_NIGHT, REPOSITORY, attempted, completed, event, planned, started
from .test_incremental import pem


@pytest.fixture
def ledger(database, clock):
    """A night that ended two months before one that still runs."""
    database.ledger.append(started(), planned(7), attempted(7), completed())
    clock.forward(days=60)
    database.ledger.append(started(OTHER_NIGHT), event(night=OTHER_NIGHT))
    return database.ledger


def leave(ledger, stream=NIGHT):
    """Let a stream leave as the service does, without storage: its root, its lines, whether it left."""
    lines = tuple(ledger.lines(stream))
    root = replace(ledger.root_of(stream, lines), uri="file:///archive/1", manifest_sha256="0" * 64)
    assert ledger.prove(root, lines) == ""
    digest = sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    return root, lines, ledger.leave(root, digest)


def test_only_nights_that_ended_or_fell_silent_are_closed(ledger, clock):
    assert [one.stream for one in ledger.closed_streams(clock())] == [NIGHT]
    clock.forward(days=6)
    assert [one.stream for one in ledger.closed_streams(clock())] == [NIGHT]
    clock.forward(days=2)
    assert [one.stream for one in ledger.closed_streams(clock())] == [NIGHT, OTHER_NIGHT]


def test_a_night_that_left_takes_its_rows_along_and_everything_still_verifies(ledger, raw):
    before = ledger.night(NIGHT)
    root, lines, left = leave(ledger)
    assert left
    assert (root.first, root.seq, root.count, root.repository) == (1, 4, 4, REPOSITORY)
    assert raw(f"SELECT count(*) FROM events WHERE stream = '{NIGHT}'") == [(0,)]
    assert raw("SELECT count(*) FROM payloads") == raw("SELECT count(*) FROM events")
    assert ledger.verify() == ledger.checkpoint() == ledger.verify_new() == ()
    assert ledger.prove(root, lines) == ""
    assert ledger.closed_streams(root.ends_at.replace(year=2030)) == ledger.closed_streams(root.ends_at)
    assert ledger.night(NIGHT) == before
    assert ledger.rebuild() == ()
    assert ledger.events(EventQuery(night=NIGHT)) == ()
    (note,) = ledger.events(EventQuery(types=(EventType.GOVERNANCE_NOTE,)))
    assert note.description == f"4 events of stream {NIGHT} archived in file:///archive/1"


def test_a_night_leaves_once(ledger):
    root, lines, left = leave(ledger)
    digest = sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert left
    assert not ledger.leave(root, digest)
    assert len(ledger.archived()) == 1


def test_a_word_that_comes_late_goes_on_after_the_root_and_can_leave_as_well(ledger, raw):
    leave(ledger)
    ledger.append(event(EventType.PULL_REQUEST_MERGED, "merged", issue=7))
    assert raw(f"SELECT seq FROM events WHERE stream = '{NIGHT}'") == [(5,)]
    assert ledger.verify() == ledger.verify_new() == ()
    root, _, left = leave(ledger)
    assert left
    assert (root.first, root.seq) == (5, 5)
    assert ledger.verify() == ()
    assert [(one.first, one.seq) for one in ledger.archived(EventQuery(night=NIGHT))] == [(1, 4), (5, 5)]
    raw(f"DELETE FROM heads WHERE stream = '{NIGHT}'", guards=False)
    assert len(ledger.verify()) == 1


@pytest.mark.parametrize("change", ["event", "tombstone"])
def test_a_night_that_changed_while_it_was_read_stays(ledger, change):
    lines = tuple(ledger.lines(NIGHT))
    root = ledger.root_of(NIGHT, lines)
    digest = sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    if change == "event":
        ledger.append(event())
    else:
        ledger.tombstone(json.loads(lines[2])["id"], who="ada", why="a leak")
    assert not ledger.leave(root, digest)
    assert ledger.archived() == ()
    assert ledger.verify() == ()


def test_a_tombstone_holds_in_the_archive_too(ledger):
    first, *_ = (json.loads(line)["id"] for line in ledger.lines(NIGHT))
    ledger.tombstone(first, who="ada", why="a leak")
    root, lines, left = leave(ledger)
    assert left
    assert json.loads(lines[0])["body"] is None
    assert ledger.prove(root, lines) == ""
    with pytest.raises(NotFound):
        ledger.tombstone(first, who="ada", why="again")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda lines: lines[:2], "events 3 to 4 are missing at its end"),
        (lambda lines: lines[1:], "event 1 is missing"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "event 1 is missing"),
        (lambda lines: [*lines[:2], lines[2].replace("gpt-4", "gpt-5"), lines[3]], "its payload was changed"),
        (lambda lines: [lines[0], "{}", *lines[2:]], "the line after event 1 is no archived event"),
        (lambda lines: [lines[0], "no json", *lines[2:]], "the line after event 1 is no archived event"),
    ],
)
def test_archived_lines_that_were_changed_are_found_and_named(ledger, change, wrong):
    root, lines, _ = leave(ledger)
    changed = change(list(lines))
    assert changed != list(lines)
    assert wrong in ledger.prove(root, changed)


def test_deleting_a_night_and_its_root_is_not_archiving(ledger, raw):
    raw(f"DELETE FROM events WHERE stream = '{NIGHT}'", guards=False)
    assert ledger.verify() == (f"stream {NIGHT}: events 1 to 4 are missing at its end",)


def test_with_a_key_a_root_that_nobody_signed_is_named(ledger, url, clock, raw):
    key = Ed25519PrivateKey.generate()
    signing = LedgerDatabase(url, now=clock, key=pem(key)).ledger
    assert leave(signing)[2]
    assert signing.verify() == ()
    clock.forward(days=30)
    assert leave(ledger, OTHER_NIGHT)[2]
    findings = signing.verify()
    assert any(one.startswith("stream governance") and one.endswith("is not signed") for one in findings)


def test_queries_know_what_they_ran_into(ledger, clock):
    leave(ledger)
    left = ledger.archived()[0]
    assert ledger.archived(EventQuery(since=left.ends_at)) == (left,)
    assert ledger.archived(EventQuery(until=left.begins_at)) == ()
    assert ledger.archived(EventQuery(repository="R_other")) == ()
    assert ledger.archived(EventQuery(night=OTHER_NIGHT)) == ()


def test_a_schema_that_cannot_hold_roots_is_refused_while_there_are_some(fresh_url, clock):
    ledger = LedgerDatabase(fresh_url, now=clock).ledger
    ledger.append(started(), completed())
    assert leave(ledger)[2]
    with pytest.raises(SettingsError, match="1 parts of streams are archived, and schema 0003 cannot hold"):
        downgrade(fresh_url, "0003")
    assert ledger.verify() == ()


def test_the_way_back_to_0003_and_forth_keeps_history_and_counts_it_anew(fresh_url, clock):
    ledger = LedgerDatabase(fresh_url, now=clock).ledger
    ledger.append(started(), event(), completed())
    before = ledger.count(EventQuery(limit=None))
    downgrade(fresh_url, "0003")
    upgrade(fresh_url)
    assert ledger.count(EventQuery(limit=None)) == before
    assert ledger.verify() == ()
    ledger.append(event())
    assert ledger.count(EventQuery(limit=None)).total == before.total + 1
