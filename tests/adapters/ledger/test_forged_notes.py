"""Whoever can write everything but holds no key finds no note of the ledger that excuses a forgery."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.chain import GOVERNANCE, HEADS
from include.overnight.adapters.ledger.notes import ACKNOWLEDGED, ARCHIVED, REMOVED, root_said
from include.overnight.adapters.ledger.writing import draft, write
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.events import Event, EventType

from .builders import NIGHT, OTHER_NIGHT, completed, event, started
from .test_archiving import leave
from .test_incremental import pem


@pytest.fixture
def signing(url, clock):
    """A ledger with a key, in which everything was committed."""
    ledger = LedgerDatabase(url, now=clock, key=pem(Ed25519PrivateKey.generate())).ledger
    ledger.append(started(), event(), completed())
    ledger.append(event(night="", description="of no night"))
    assert ledger.checkpoint() == ()
    return ledger


def forge(ledger, metadata, stream=GOVERNANCE):
    """Write a note at the end of its chain, as somebody without the key can."""
    store = ledger._store
    with store.write() as connection:
        note = draft(store, Event(EventType.GOVERNANCE_NOTE, "forged", metadata=metadata), stream)
        write(connection, [note], store.now())


def rewrite(raw, stream=NIGHT):
    raw(f"UPDATE events SET severity = 'critical' WHERE stream = '{stream}' AND seq = 2", guards=False)


def test_an_acknowledgement_that_nobody_signed_excuses_nothing(signing, raw):
    anchor = signing.anchor()
    rewrite(raw)
    (finding,) = signing.verify(anchor=anchor)
    forge(signing, {ACKNOWLEDGED: finding, "who": "ada", "why": "trust me"})
    found = signing.verify(anchor=anchor)
    assert finding in found
    assert found[1].startswith("stream governance")
    assert found[1].endswith("is not signed")
    assert signing.acknowledged() == {}
    assert signing.checkpoint() == found


def test_a_signed_acknowledgement_counts_and_is_told(signing, raw):
    rewrite(raw)
    (finding,) = signing.verify()
    signing.acknowledge(finding, who="ada", why="a bad disk")
    assert signing.verify() == signing.checkpoint() == signing.verify_new() == ()
    assert signing.acknowledged() == {finding: "ada: a bad disk"}


def test_an_archiving_that_nobody_signed_lets_no_night_go(signing, raw):
    anchor, lines = signing.anchor(), tuple(signing.lines(NIGHT))
    root = root_said(signing.root_of(NIGHT, lines))
    raw(f"DELETE FROM events WHERE stream = '{NIGHT}'", guards=False)
    forge(signing, {ARCHIVED: {NIGHT: root}})
    for findings in (signing.verify(anchor=anchor), signing.checkpoint()):
        assert f"stream {NIGHT}: events 1 to 3 are missing at its end" in findings
        assert any(one.startswith("stream governance") and one.endswith("is not signed") for one in findings)


@pytest.mark.parametrize("stream", [HEADS, GOVERNANCE])
def test_a_stream_that_never_leaves_is_not_excused_by_a_root_even_without_a_key(database, raw, stream):
    ledger = database.ledger
    ledger.append(started(), event(), completed())
    ledger.append(event(night=""))
    assert ledger.checkpoint() == ()
    root = root_said(ledger.root_of(stream, tuple(ledger.lines(stream))))
    raw(f"DELETE FROM events WHERE stream = '{stream}'", guards=False)
    forge(ledger, {ARCHIVED: {stream: root}})
    assert any(one.startswith(f"stream {stream}: event") and "missing" in one for one in ledger.verify())


def test_a_root_that_was_never_committed_excuses_nothing_even_without_a_key(database, raw):
    database.ledger.append(started(OTHER_NIGHT), event(night=OTHER_NIGHT))
    root = root_said(database.ledger.root_of(OTHER_NIGHT, tuple(database.ledger.lines(OTHER_NIGHT))))
    raw(f"DELETE FROM events WHERE stream = '{OTHER_NIGHT}'", guards=False)
    forge(database.ledger, {ARCHIVED: {OTHER_NIGHT: root}})
    found = database.ledger.verify()
    assert found[0].endswith("was never committed to the stream heads")
    assert found[1].startswith(f"stream {OTHER_NIGHT}: events 1 to 2 are missing")


def test_commitments_are_neither_emptied_nor_believed_to_be(signing, raw):
    (commitment, *_) = raw("SELECT id FROM events WHERE stream = 'heads' ORDER BY seq")
    with pytest.raises(SettingsError, match="own note"):
        signing.tombstone(commitment.id, who="eve", why="a leak")
    raw(
        "UPDATE payloads SET body = NULL, salt = '' WHERE event IN (SELECT id FROM events WHERE "
        "stream = 'heads')",
        guards=False,
    )
    for row in raw("SELECT id FROM events WHERE stream = 'heads'"):
        forge(signing, {REMOVED: row.id})
    rewrite(raw)
    assert any(
        one.startswith("stream heads") and one.endswith("gone without a tombstone")
        for one in signing.verify()
    )


def test_notes_of_the_ledger_are_not_emptied_and_other_payloads_still_are(signing, raw):
    removed = signing.tombstone(signing.append(event(night=""))[0].id, who="ada", why="a leak")
    assert signing.verify() == ()
    with pytest.raises(SettingsError, match="own note"):
        signing.tombstone(removed.id, who="eve", why="a leak")


def test_a_second_commitment_of_the_same_place_does_not_replace_the_first(database, raw):
    database.ledger.append(started(), event(), completed())
    forge(database.ledger, {HEADS: {NIGHT: [3, "f" * 64]}}, HEADS)
    assert database.ledger.verify() == ()


def test_what_stood_before_the_key_came_still_counts_and_what_left_after_it_too(database, url, clock):
    database.ledger.append(started(), event(), completed())
    assert leave(database.ledger)[2]
    later = LedgerDatabase(url, now=clock, key=pem(Ed25519PrivateKey.generate())).ledger
    later.append(started(OTHER_NIGHT), completed(OTHER_NIGHT))
    assert leave(later, OTHER_NIGHT)[2]
    assert later.verify() == later.checkpoint() == later.verify_new() == ()
