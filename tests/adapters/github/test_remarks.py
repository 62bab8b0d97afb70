"""What people say on a pull request, over HTTP; and asking them to look again."""

import pytest

from include.overnight.adapters.github.remarks import read_remarks
from include.overnight.adapters.github.wire import Wire
from include.overnight.domain.following import RemarkKind

from .pushing import push


@pytest.fixture
def pull(forge, writer, pantry):
    push(forge, "overnight/1-add-x")
    made = writer.put_pull_request(
        pantry, head="overnight/1-add-x", base="main", title="x", body="x", draft=False
    )
    forge.forge.add_collaborator("acme/pantry", "ann", "write")
    return forge.forge.pull_request("acme/pantry", made.number)


@pytest.fixture
def remarks(client, pantry, pull):
    return lambda login="night-owl": read_remarks(Wire(client), pantry, pull.number, login)


def test_comments_reviews_and_threads_come_in_one_line_oldest_first(forge, pull, remarks):
    scene, issue = forge.forge, forge.forge.issue("acme/pantry", pull.number)
    comment = scene.comment(issue, "mallory", "@overnight fix", association="NONE")
    review = scene.review(pull, "ann", "CHANGES_REQUESTED", "Nearly.")
    thread = scene.review_comment(pull, "ann", "Blue?", "x.py", 7)
    said = remarks()
    assert [one.id for one in sorted(said, key=lambda one: one.at)] == [one.id for one in said]
    found = {one.id: one for one in said}
    assert set(found) == {comment.id, review.id, thread.id}
    assert (found[comment.id].kind, found[comment.id].association) == (RemarkKind.COMMENT, "NONE")
    assert (found[review.id].state, found[review.id].body) == ("CHANGES_REQUESTED", "Nearly.")
    told = found[thread.id]
    assert (told.kind, told.path, told.line, told.state) == (RemarkKind.THREAD, "x.py", 7, "")
    assert told.url
    assert told.association == "COLLABORATOR"


def test_an_answer_in_a_thread_knows_what_began_it(forge, pull, client, pantry, remarks):
    began = forge.forge.review_comment(pull, "ann", "Blue?", "x.py", 7)
    path = f"/repos/acme/pantry/pulls/{pull.number}/comments/{began.id}/replies"
    made = Wire(client).write("POST", path, {"body": "I meant green."})
    assert {one.id: one.thread for one in remarks("somebody-else")} == {began.id: None, made["id"]: began.id}


def test_bots_and_our_marked_texts_are_left_out_and_a_person_with_our_token_is_heard(
    forge, pull, writer, pantry, remarks
):
    issue = forge.forge.issue("acme/pantry", pull.number)
    forge.forge.comment(issue, "ci[bot]", "@overnight fix", association="MEMBER")
    writer.put_comment(pantry, pull.number, "answer/1", "Done.", None)
    ours = forge.forge.comment(issue, "night-owl", "@overnight fix blue", association="MEMBER")
    assert [one.id for one in remarks()] == [ours.id]


def test_more_than_a_page_of_remarks_is_read(forge, pull, remarks):
    issue = forge.forge.issue("acme/pantry", pull.number)
    for number in range(103):
        forge.forge.comment(issue, "ann", f"{number}", association="MEMBER")
    assert len(remarks()) == 103


def test_who_reviewed_is_asked_to_look_again_once_and_who_cannot_is_skipped(forge, pull, writer, pantry):
    for _ in range(2):
        writer.ask_again(pantry, pull.number, ("ann", "mallory"), "round-1")
    assert forge.forge.pull_request("acme/pantry", pull.number).reviewers == ("ann",)
    asked = [one for one in forge.requests("POST") if one.path.endswith("/requested_reviewers")]
    assert [one.status for one in asked].count(201) == 1
