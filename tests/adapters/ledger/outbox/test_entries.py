"""What is meant is written down first; what is confirmed is not done again; what was lost is taken up."""

import multiprocessing
import os
import signal
import threading
import time

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.outbox import SqlOutbox
from include.overnight.adapters.ledger.store import Store
from include.overnight.domain.errors import Contended, FenceLost
from include.overnight.domain.outbox import Intent, WriteKind, WriteState, digest_of

FORK = multiprocessing.get_context("fork")


def intent(text="Hello", kind=WriteKind.COMMENT, target="12/issue", repository="R_1"):
    return Intent(repository, kind, target, digest_of(text))


def test_a_word_is_meant_then_confirmed_and_then_done(box, clock):
    meant = box.outbox.intend(intent())
    assert (meant.state, meant.tries, meant.done) == (WriteState.INTENDED, 1, False)
    assert [entry.intent for entry in box.outbox.unsettled("R_1")] == [intent()]
    box.outbox.confirm(intent(), "4711")
    again = box.outbox.intend(intent())
    assert (again.done, again.result, again.confirmed_at) == (True, "4711", clock.moment)
    assert box.outbox.unsettled() == ()


def test_another_word_under_the_same_key_keeps_the_id_of_the_last_one(box):
    box.outbox.intend(intent())
    box.outbox.confirm(intent(), "4711")
    newer = box.outbox.intend(intent("Hello again"))
    assert (newer.done, newer.result, newer.tries) == (False, "4711", 1)


def test_a_late_confirmation_does_not_settle_a_newer_word(box):
    box.outbox.intend(intent())
    box.outbox.intend(intent("newer"))
    box.outbox.confirm(intent(), "4711")
    (open_,) = box.outbox.unsettled()
    assert (open_.intent, open_.result) == (intent("newer"), "4711")


def test_a_word_that_was_lost_is_counted_when_it_is_taken_up_again(box):
    box.outbox.intend(intent())
    assert box.outbox.intend(intent()).tries == 2


def test_a_refused_word_says_why_and_may_be_tried_again(box):
    box.outbox.intend(intent())
    box.outbox.refuse(intent(), "the conversation is locked")
    assert box.outbox.unsettled() == ()
    assert not box.outbox.intend(intent()).done


def test_kinds_and_targets_and_repositories_are_keys_of_their_own(box):
    for one in (
        intent(),
        intent(kind=WriteKind.LABELS),
        intent(target="13/issue"),
        intent(repository="R_2"),
    ):
        assert box.outbox.intend(one).tries == 1
    assert len(box.outbox.unsettled()) == 4
    assert len(box.outbox.unsettled("R_2")) == 1


def test_who_lost_the_issue_means_nothing_more(box, box_url, clock):
    claims = LedgerDatabase(box_url, now=clock).claims
    old = claims.claim("R_1", 12, "night-1", 300)
    box.outbox.intend(intent(), claim=old)
    claims.claim("R_1", 12, "night-1", 300)
    with pytest.raises(FenceLost):
        box.outbox.intend(intent("more"), claim=old)
    (open_,) = box.outbox.unsettled()
    assert open_.intent == intent()


def test_a_secret_in_a_refusal_is_not_stored(box_url, clock):
    outbox = LedgerDatabase(box_url, lambda value: value.replace("hunter2", "[redacted]"), clock).outbox
    outbox.intend(intent())
    outbox.refuse(intent(), "hunter2 \0 refused")
    outbox.intend(intent())  # a NUL or a secret would have raised or stayed


def test_two_workers_do_not_hold_one_key_at_once(box_url):
    first, second = SqlOutbox(Store(box_url)), SqlOutbox(Store(box_url), patience=0.1)
    with first.alone(intent()):
        with pytest.raises(Contended, match="another worker is writing"), second.alone(intent()):
            pass
        with second.alone(intent(target="13/issue")):
            pass
    with second.alone(intent("another word, the same key")):
        pass


def test_the_next_worker_goes_on_as_soon_as_the_key_is_free(box_url):
    outbox, order = SqlOutbox(Store(box_url)), []

    def work(name):
        with outbox.alone(intent()):
            order.append(f"{name} in")
            time.sleep(0.05)
            order.append(f"{name} out")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [line.split()[1] for line in order] == ["in", "out"] * 3


def _hold_for_ever(url, ready):
    outbox = SqlOutbox(Store(url))
    with outbox.alone(intent()):
        outbox.intend(intent())
        ready.set()
        time.sleep(60)


def test_a_killed_worker_leaves_no_hold_and_its_word_is_taken_up(box_url):
    ready = FORK.Event()
    worker = FORK.Process(target=_hold_for_ever, args=(box_url, ready))
    worker.start()
    assert ready.wait(20)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    outbox = SqlOutbox(Store(box_url), patience=10)
    with outbox.alone(intent()):
        assert outbox.intend(intent()).tries == 2
