"""One comment for the lifetime of an issue, whatever happens on the way."""

import pytest

from demo.forge import Fault
from include.overnight.domain.errors import Forbidden, NotFound, Unreachable

MARK = "<!-- overnight:issue/1 -->"


@pytest.fixture
def issue(forge):
    return forge.forge.create_issue("acme/pantry", "An issue")


def bodies(forge, issue):
    return [comment.body for comment in forge.forge.comments(issue)]


def writes(forge):
    return [entry for entry in forge.requests() if entry.method in ("POST", "PATCH", "DELETE")]


def test_a_comment_is_created_with_its_hidden_mark_and_cleaned(forge, writer, pantry, issue):
    number = writer.put_comment(pantry, 1, "issue/1", "The password is hunter2", None)
    assert bodies(forge, issue) == [f"{MARK}\nThe password is [redacted]"]
    assert number == forge.forge.comments(issue)[0].id


def test_it_is_edited_in_place_by_its_id(forge, writer, pantry, issue):
    first = writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert writer.put_comment(pantry, 1, "issue/1", "Night two", first) == first
    assert bodies(forge, issue) == [f"{MARK}\nNight two"]


def test_it_is_found_by_its_mark_when_the_id_is_lost_or_gone(forge, writer, pantry, issue):
    first = writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert writer.put_comment(pantry, 1, "issue/1", "Night two", None) == first
    assert writer.put_comment(pantry, 1, "issue/1", "Night three", 999_999_999) == first
    assert bodies(forge, issue) == [f"{MARK}\nNight three"]


def test_the_same_text_again_is_no_write(forge, writer, pantry, issue):
    first = writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    forge.forge.journal.clear()
    writer.put_comment(pantry, 1, "issue/1", "Night one\n", first)
    assert writes(forge) == []


def test_a_mark_that_somebody_else_wrote_is_not_ours(forge, writer, pantry, issue):
    forge.forge.comment(issue, "eve", f"{MARK}\nI am the bot", association="NONE")
    forge.forge.comment(issue, "night-owl", f"A person quoting {MARK}")
    writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert bodies(forge, issue)[:2] == [f"{MARK}\nI am the bot", f"A person quoting {MARK}"]
    assert bodies(forge, issue)[2] == f"{MARK}\nNight one"


def test_an_id_of_another_issues_comment_is_not_edited(forge, writer, pantry, issue):
    other = forge.forge.create_issue("acme/pantry", "Another")
    theirs = writer.put_comment(pantry, 2, "issue/2", "Elsewhere", None)
    writer.put_comment(pantry, 1, "issue/1", "Here", theirs)
    assert bodies(forge, other) == ["<!-- overnight:issue/2 -->\nElsewhere"]
    assert bodies(forge, issue) == [f"{MARK}\nHere"]


@pytest.mark.parametrize(
    "loss", [{"status": 502}, {"status": 504}, {"reset": True}, {"status": 200, "body": "<x>"}]
)
def test_an_answer_lost_after_the_create_makes_no_second_comment(loss, forge, writer, pantry, issue, slept):
    forge.order(Fault("/issues/1/comments$", method="POST", when="after", **loss))
    number = writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert [comment.id for comment in forge.forge.comments(issue)] == [number]
    assert len(slept) == 1


def test_a_create_that_was_not_performed_is_repeated(forge, writer, pantry, issue):
    forge.order(Fault("/issues/1/comments$", method="POST", when="before", status=502, times=2))
    writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert len(bodies(forge, issue)) == 1


def test_a_limit_is_honoured_before_the_write_is_repeated(forge, writer, pantry, issue, slept):
    limit = {
        "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    }
    forge.order(Fault("/comments$", method="POST", status=403, headers={"Retry-After": "0"}, body=limit))
    forge.order(Fault("/comments$", method="POST", status=403, body=limit))
    writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert slept == [0.0, 120.0]
    assert len(bodies(forge, issue)) == 1


def test_a_server_that_stays_away_is_unreachable_in_the_end(forge, writer, pantry, issue, slept):
    forge.order(Fault("/comments", status=503, times=99))
    with pytest.raises(Unreachable):
        writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert len(slept) == 3


def test_too_long_a_text_is_cut_with_a_note(forge, writer, pantry, issue):
    writer.put_comment(pantry, 1, "issue/1", "ä" * 100_000, None)
    (body,) = bodies(forge, issue)
    assert len(body) <= 65_536
    assert "Overnight cut this text: it had 100,000 characters" in body


@pytest.mark.parametrize(
    "message",
    ["Unable to create comment because issue is locked.", "Repository was archived so is read-only."],
)
def test_a_closed_door_is_forbidden_and_not_knocked_at_again(message, forge, writer, pantry, issue, slept):
    forge.order(Fault("/comments$", method="POST", status=403, body={"message": message}))
    with pytest.raises(Forbidden, match=message[:20]):
        writer.put_comment(pantry, 1, "issue/1", "Night one", None)
    assert slept == []


def test_an_archived_repository_takes_no_comment(forge, writer, pantry, issue):
    forge.forge.change_repository("acme/pantry", archived=True)
    with pytest.raises(Forbidden, match="archived"):
        writer.put_comment(pantry, 1, "issue/1", "Night one", None)


def test_an_issue_that_is_gone_is_not_found(forge, writer, pantry, issue):
    forge.forge.delete_issue(issue)
    with pytest.raises(NotFound):
        writer.put_comment(pantry, 1, "issue/1", "Night one", None)
