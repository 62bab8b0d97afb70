"""State, milestone and base: written when they differ, and never over a person's choice."""

import pytest

from .pushing import push

HEAD = "overnight/1-add-x"


@pytest.fixture
def number(forge, writer, pantry):
    push(forge, "overnight/0-first")
    for _ in range(2):  # commits of equal content would be one and the same
        push(forge, HEAD)
    made = writer.put_pull_request(
        pantry, head=HEAD, base="overnight/0-first", title="x", body="x", draft=False
    )
    forge.forge.journal.clear()
    return made.number


def writes(forge):
    return [entry for entry in forge.requests() if entry.method != "GET"]


def test_a_base_is_moved_once(forge, writer, pantry, number):
    writer.put_base(pantry, number, "main")
    writer.put_base(pantry, number, "main")
    assert forge.forge.pull_request("acme/pantry", number).base == "main"
    assert len(writes(forge)) == 1


def test_closing_and_opening_again_are_one_write_each(forge, writer, pantry, number):
    for step in (writer.close, writer.close, writer.reopen, writer.reopen):
        step(pantry, number)
    assert forge.forge.issue("acme/pantry", number).state == "open"
    assert len(writes(forge)) == 2


def test_a_milestone_is_set_where_there_is_none_and_a_persons_choice_stays(forge, writer, pantry, number):
    for title in ("Spring", "Summer"):
        forge.forge.create_milestone("acme/pantry", title)
    writer.put_milestone(pantry, number, 1)
    writer.put_milestone(pantry, number, 2)
    assert forge.forge.issue("acme/pantry", number).milestone == 1
    assert len(writes(forge)) == 1
