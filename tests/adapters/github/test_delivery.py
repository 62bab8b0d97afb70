"""With an outbox: each word goes out once, whoever says it, and whatever is lost on the way."""

import multiprocessing
import os
import signal

import pytest

from demo.forge import Fault
from include.overnight.adapters.github import GitHubAccess, Pace, connect
from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.errors import FenceLost, Forbidden, Unreachable

from .boxed import outbox_in, writer_on
from .conftest import TOKEN
from .pushing import push

HEAD = "overnight/1-add-x"
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def boxed(tmp_path):
    return outbox_in(tmp_path)


@pytest.fixture
def outbox(boxed):
    return boxed[0].outbox


@pytest.fixture
def writer(client, patience, outbox):
    return writer_on(client, patience, outbox)


@pytest.fixture
def issue(forge):
    return forge.forge.create_issue("acme/pantry", "An issue").number


def said(forge, number):
    return [comment.body for comment in forge.forge.comments(forge.forge.issue("acme/pantry", number))]


def posts(forge, end):
    return [entry for entry in forge.requests("POST") if entry.path.endswith(end)]


def put(writer, pantry, **changes):
    wanted = {"head": HEAD, "base": "main", "title": "Add x", "body": "Closes #1", "draft": False, **changes}
    return writer.put_pull_request(pantry, **wanted)


def test_a_confirmed_comment_is_not_written_again_and_a_persons_edit_of_it_stays(
    forge, writer, client, patience, outbox, pantry, issue
):
    first = writer.put_comment(pantry, issue, "issue", "Text", None)
    comment = forge.forge.comments(forge.forge.issue("acme/pantry", issue))[0]
    forge.forge.journal.clear()
    assert writer_on(client, patience, outbox).put_comment(pantry, issue, "issue", "Text", None) == first
    assert {entry.method for entry in forge.requests()} == {"GET"}
    assert said(forge, issue) == [comment.body]


def test_a_newer_word_edits_the_comment_that_the_outbox_knows(forge, writer, pantry, issue):
    first = writer.put_comment(pantry, issue, "issue", "Text", None)
    assert writer.put_comment(pantry, issue, "issue", "More text", None) == first
    assert len(said(forge, issue)) == 1
    assert "More text" in said(forge, issue)[0]


@pytest.mark.parametrize("loss", [{"status": 502}, {"reset": True}])
def test_what_was_lost_for_good_is_found_again_by_the_next_caller(
    loss, forge, writer, client, patience, outbox, pantry, issue
):
    forge.order(Fault("/comments$", method="POST", when="after", **loss))
    forge.order(Fault(r"/comments(\?|$)", times=20, status=502))
    with pytest.raises(Unreachable):
        writer.put_comment(pantry, issue, "issue", "Text", None)
    (open_,) = outbox.unsettled(pantry.node_id)
    assert (open_.tries, open_.result) == (1, "")
    forge.forge.faults.clear()
    writer_on(client, patience, outbox).put_comment(pantry, issue, "issue", "Text", None)
    assert len(said(forge, issue)) == 1
    assert outbox.unsettled() == ()


def test_a_refusal_is_on_record_with_githubs_reason_and_the_next_try_may_do_better(
    forge, writer, outbox, pantry, issue
):
    locked = {"message": "Unable to create comment because issue is locked."}
    forge.order(Fault("/comments$", method="POST", status=403, body=locked))
    with pytest.raises(Forbidden, match="locked"):
        writer.put_comment(pantry, issue, "issue", "Text", None)
    assert outbox.unsettled() == ()
    assert writer.put_comment(pantry, issue, "issue", "Text", None)


def test_a_pull_request_is_opened_once_and_told_as_it_stands_now(
    forge, writer, client, patience, outbox, pantry
):
    push(forge, HEAD)
    first = put(writer, pantry)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", first.number), "ann", body="By hand")
    again = put(writer_on(client, patience, outbox), pantry)
    assert (again.number, again.state) == (first.number, "open")
    assert forge.forge.issue("acme/pantry", first.number).body == "By hand"
    forge.forge.merge(forge.forge.pull_request("acme/pantry", first.number), "ann")
    assert put(writer, pantry).merged


def test_one_that_a_person_closed_meanwhile_is_not_taken_for_open(forge, writer, pantry):
    push(forge, HEAD)
    first = put(writer, pantry)
    forge.forge.edit_issue(forge.forge.pull_request("acme/pantry", first.number), "ann", state="closed")
    with pytest.raises(Forbidden, match="closed by ann"):
        put(writer, pantry)
    assert len(posts(forge, "/pulls")) == 1


def test_labels_are_looked_at_each_time_because_people_change_them(forge, writer, pantry, issue):
    writer.put_labels(pantry, issue, ["a"], [])
    forge.forge.unlabelled(forge.forge.issue("acme/pantry", issue), "a", "ann")
    writer.put_labels(pantry, issue, ["a"], [])
    assert forge.forge.issue("acme/pantry", issue).labels == ("a",)


def test_a_worker_that_lost_the_issue_writes_nothing(forge, writer, boxed, pantry, issue):
    claims = LedgerDatabase(boxed[1]).claims
    old = claims.claim(pantry.node_id, issue, "night-1", 300)
    claims.claim(pantry.node_id, issue, "night-1", 300)
    forge.forge.journal.clear()
    with pytest.raises(FenceLost):
        writer.under(old).put_comment(pantry, issue, "issue", "Text", None)
    assert said(forge, issue) == []


def _comment(url, ledger, repository, number, text, die):
    client = connect(GitHubAccess(url, token=TOKEN), pace=Pace.unhurried())
    from include.overnight.adapters.github import Patience

    outbox = LedgerDatabase(ledger).outbox
    writer = writer_on(client, Patience(), outbox)
    if die:
        outbox.__class__.confirm = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    writer.put_comment(repository, number, "issue", text, None)


def test_eight_workers_at_once_write_one_comment(forge, boxed, pantry, issue):
    arguments = (forge.url, boxed[1], pantry, issue, "Text", False)
    workers = [FORK.Process(target=_comment, args=arguments) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 8
    assert len(said(forge, issue)) == 1
    assert len(posts(forge, "/comments")) == 1


def test_a_worker_killed_between_write_and_confirmation_is_followed_without_a_second_write(
    forge, boxed, outbox, writer, pantry, issue
):
    worker = FORK.Process(target=_comment, args=(forge.url, boxed[1], pantry, issue, "Text", True))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert len(outbox.unsettled()) == 1
    writer.put_comment(pantry, issue, "issue", "Text", None)
    assert len(posts(forge, "/comments")) == 1
    assert outbox.unsettled() == ()
