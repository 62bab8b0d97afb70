"""Verification goes on where it last found all whole, and keys decide whose marks count."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.writing import COMMIT_EVERY
from include.overnight.domain.errors import SettingsError

from .builders import NIGHT, OTHER_NIGHT, completed, event, started


def pem(key):
    if isinstance(key, Ed25519PrivateKey | X25519PrivateKey):
        return key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


@pytest.fixture
def key():
    return Ed25519PrivateKey.generate()


@pytest.fixture
def signing(url, clock, key):
    """A ledger with a key, one night written and verified."""
    ledger = LedgerDatabase(url, now=clock, key=pem(key)).ledger
    ledger.append(started(), event(), completed())
    assert ledger.verify_new() == ()
    return ledger


@pytest.fixture
def ledger(database):
    database.ledger.append(started(), event(), completed())
    assert database.ledger.verify_new() == ()
    return database.ledger


def test_what_was_verified_is_not_read_again_and_what_is_new_is(ledger, raw):
    raw(f"UPDATE events SET attempt = 'x' WHERE stream = '{NIGHT}' AND seq = 2", guards=False)
    ledger.append(event(), event(night=OTHER_NIGHT))
    assert ledger.verify_new() == ()
    assert len(ledger.verify()) == 1
    ledger.append(event())
    raw(f"UPDATE events SET attempt = 'x' WHERE stream = '{NIGHT}' AND seq = 5", guards=False)
    (finding,) = ledger.verify_new()
    assert f"stream {NIGHT}, event 5" in finding
    assert ledger.verify_new() == (finding,)


def test_a_cut_end_is_found_without_reading_the_rest(ledger, raw):
    raw(f"DELETE FROM events WHERE stream = '{NIGHT}' AND seq = 3", guards=False)
    (finding,) = ledger.verify_new()
    assert finding == f"stream {NIGHT}: event 3, which was verified before, is missing"


def test_a_head_put_back_and_an_end_rewritten_are_found(ledger, raw):
    raw(f"UPDATE heads SET seq = 2 WHERE stream = '{NIGHT}'", guards=False)
    assert "its head says event 2" in ledger.verify_new()[0]
    raw(f"UPDATE events SET hash = 'x' WHERE stream = '{NIGHT}' AND seq = 3", guards=False)
    assert "is not the event that was verified before" in ledger.verify_new()[0]


def test_a_whole_verification_is_a_place_to_go_on_from_too(database, raw):
    database.ledger.append(started())
    assert database.ledger.checkpoint() == ()
    assert raw(f"SELECT seq FROM verified WHERE stream = '{NIGHT}'") == [(1,)]


def test_a_long_stream_is_committed_before_it_ends(database, raw):
    for _ in range(2):
        database.ledger.append(*(event(night=OTHER_NIGHT) for _ in range(COMMIT_EVERY // 2)))
    assert raw("SELECT stream, seq FROM commitments") == [(OTHER_NIGHT, COMMIT_EVERY)]
    raw(f"DELETE FROM events WHERE stream = '{OTHER_NIGHT}' AND seq > 990", guards=False)
    raw(f"UPDATE heads SET seq = 990 WHERE stream = '{OTHER_NIGHT}'", guards=False)
    assert database.ledger.verify() == (f"stream {OTHER_NIGHT}: events 991 to 1000 are missing at its end",)


def test_commitments_are_signed_and_an_auditor_needs_the_public_half_alone(signing, key, url):
    auditor = LedgerDatabase(url).ledger
    auditor.use_key(pem(key.public_key()))
    assert auditor.verify() == ()
    stranger = LedgerDatabase(url, key=pem(Ed25519PrivateKey.generate())).ledger
    (finding,) = stranger.verify()
    assert "its signature is not that of key" in finding


def test_a_commitment_without_a_signature_after_signed_ones_is_named(signing, url, clock):
    LedgerDatabase(url, now=clock).ledger.append(started(OTHER_NIGHT), completed(OTHER_NIGHT))
    (finding,) = signing.verify()
    assert finding.startswith("stream heads, event 2 (")
    assert finding.endswith("): is not signed")


def test_a_key_that_came_later_does_not_condemn_what_was_written_before(database, url, key):
    database.ledger.append(started(), completed())
    later = LedgerDatabase(url, key=pem(key)).ledger
    assert later.verify() == ()
    later.append(started(OTHER_NIGHT), completed(OTHER_NIGHT))
    assert later.verify() == ()


def test_with_a_key_a_forged_mark_of_verification_counts_for_nothing(signing, raw):
    raw(f"UPDATE events SET attempt = 'x' WHERE stream = '{NIGHT}' AND seq = 2", guards=False)
    assert signing.verify_new() == ()
    raw("UPDATE verified SET signature = 'AAAA'")
    assert "event 2" in signing.verify_new()[0]


@pytest.mark.parametrize(
    "text", ["nonsense", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", "AAAA"]
)
def test_what_is_no_key_is_refused_without_being_shown(url, text):
    with pytest.raises(SettingsError, match="openssl genpkey -algorithm ed25519") as caught:
        LedgerDatabase(url, key=text)
    assert text not in str(caught.value)


def test_a_key_of_another_kind_is_refused(url):
    with pytest.raises(SettingsError, match="not an Ed25519 key"):
        LedgerDatabase(url, key=pem(X25519PrivateKey.generate()))


def test_a_tail_brings_each_event_once_and_nothing_while_nothing_is_new(database):
    database.ledger.append(started())
    nothing, places = database.ledger.tail()
    assert nothing == ()
    database.ledger.append(event(description="a"), event(night="", description="b"), completed())
    found, places = database.ledger.tail(places)
    assert [one.description for one in found if one.night] == ["a", "2 of 2 issues"]
    assert len(found) == 3
    assert database.ledger.tail(places)[0] == ()


def test_counts_are_exact_with_and_without_counters(database):
    from include.overnight.domain.events import EventQuery, EventType, Severity

    database.ledger.append(started(), event(), event(), completed(), event(night=""))
    every = database.ledger.count(EventQuery(limit=None))
    assert every == database.ledger.count(EventQuery(limit=None, dry_run=False))
    assert (every.total, every.by_type["checkpoint_saved"]) == (5, 3)
    assert database.ledger.count(EventQuery(night="")).total == 1
    assert database.ledger.count(EventQuery(night=NIGHT, types=(EventType.CHECKPOINT_SAVED,))).total == 2
    assert database.ledger.count(EventQuery(severity=Severity.ERROR)).total == 0
