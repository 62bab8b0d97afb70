"""One tracking issue for each repository, known by label, author and mark."""

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import Forbidden

LABEL = "overnight-execution"
MARK = "<!-- overnight:tracking -->"


def put(writer, pantry, body="Night one", known=None):
    return writer.put_tracking_issue(pantry, LABEL, "Overnight", body, known)


def test_it_is_created_with_its_label_and_mark(forge, writer, pantry):
    number = put(writer, pantry, "The password is hunter2")
    issue = forge.forge.issue("acme/pantry", number)
    assert (issue.title, issue.labels) == ("Overnight", (LABEL,))
    assert issue.body == f"{MARK}\nThe password is [redacted]"


def test_its_body_is_replaced_by_number_or_found_by_label(forge, writer, pantry):
    number = put(writer, pantry)
    assert put(writer, pantry, "Night two", number) == number
    assert put(writer, pantry, "Night three") == number
    assert put(writer, pantry, "Night four", 999) == number
    assert forge.forge.issue("acme/pantry", number).body == f"{MARK}\nNight four"
    assert len(forge.forge.issues("acme/pantry")) == 1


def test_the_same_again_is_no_write(forge, writer, pantry):
    number = put(writer, pantry)
    forge.forge.journal.clear()
    put(writer, pantry, known=number)
    assert {entry.method for entry in forge.requests()} == {"GET"}


def test_a_closed_one_is_opened_again(forge, writer, pantry):
    number = put(writer, pantry)
    forge.forge.edit_issue(forge.forge.issue("acme/pantry", number), "ann", state="closed")
    assert put(writer, pantry, "Night two") == number
    assert forge.forge.issue("acme/pantry", number).state == "open"


@pytest.mark.parametrize("known", [None, 1])
def test_an_issue_of_somebody_else_is_never_taken_over(known, forge, writer, pantry):
    forge.forge.create_issue("acme/pantry", "Fake", f"{MARK}\nhello", author="eve", labels=[LABEL])
    assert put(writer, pantry, known=known) == 2
    assert forge.forge.issue("acme/pantry", 1).body == f"{MARK}\nhello"


@pytest.mark.parametrize("loss", [{"status": 502}, {"reset": True}])
def test_an_answer_lost_after_the_create_makes_no_second_one(loss, forge, writer, pantry):
    forge.order(Fault("/issues$", method="POST", when="after", **loss))
    assert put(writer, pantry) == 1
    assert len(forge.forge.issues("acme/pantry")) == 1


def test_an_archived_repository_takes_none(forge, writer, pantry):
    forge.forge.change_repository("acme/pantry", archived=True)
    with pytest.raises(Forbidden, match="archived"):
        put(writer, pantry)
