"""Answers in the threads of a review: once each, in the thread they belong to."""

import pytest

from demo.forge import Fault

from .pushing import push


@pytest.fixture
def thread(forge, writer, pantry):
    push(forge, "overnight/1-add-x")
    made = writer.put_pull_request(
        pantry, head="overnight/1-add-x", base="main", title="x", body="x", draft=False
    )
    pull = forge.forge.pull_request("acme/pantry", made.number)
    return made.number, forge.forge.review_comment(pull, "ann", "@overnight fix this", "x.py", 1).id


def answers(forge):
    home = forge.forge.repository("acme/pantry").id
    known = forge.forge.world.store.review_comments
    return [one for one in known if one.in_reply_to and one.repository == home]


@pytest.mark.parametrize("loss", [None, {"status": 502}, {"reset": True}])
def test_a_thread_is_answered_once(loss, forge, writer, pantry, thread):
    number, comment = thread
    if loss:
        forge.order(Fault("/replies$", method="POST", when="after", **loss))
    first = writer.put_reply(pantry, number, comment, "fix/1", "Done.")
    assert writer.put_reply(pantry, number, comment, "fix/1", "Done.") == first
    (answer,) = answers(forge)
    assert (answer.in_reply_to, answer.author) == (comment, "night-owl")
    assert "Done." in answer.body


def test_another_round_is_another_answer(forge, writer, pantry, thread):
    number, comment = thread
    for round_ in (1, 2):
        writer.put_reply(pantry, number, comment, f"fix/{round_}", f"Round {round_}.")
    assert len(answers(forge)) == 2
