"""Which words are said once, and which are compared with what GitHub has."""

import pytest

from include.overnight.domain.outbox import Entry, Intent, WriteKind, WriteState, digest_of


def entry(kind, state):
    return Entry(Intent("R_1", kind, "12", digest_of("text")), state)


@pytest.mark.parametrize(
    ("kind", "state", "done"),
    [
        (WriteKind.COMMENT, WriteState.CONFIRMED, True),
        (WriteKind.COMMENT, WriteState.INTENDED, False),
        (WriteKind.COMMENT, WriteState.REFUSED, False),
        (WriteKind.PULL_REQUEST, WriteState.CONFIRMED, True),
        (WriteKind.LABELS, WriteState.CONFIRMED, False),
        (WriteKind.TRACKING_ISSUE, WriteState.CONFIRMED, False),
        (WriteKind.ENQUEUE, WriteState.CONFIRMED, False),
    ],
)
def test_a_confirmed_word_is_not_said_again_and_a_state_is_looked_at_each_time(kind, state, done):
    assert entry(kind, state).done is done


def test_a_digest_covers_every_part_and_any_text():
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert digest_of("\ud800") == digest_of("\ud800")
    assert Intent("R_1", WriteKind.LABELS, "12", "x").name == "R_1/labels/12"
