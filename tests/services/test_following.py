"""Open pull requests are followed until they are merged or closed: on a real forge, with real git."""

from dataclasses import replace

import pytest

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.services.following import Followed, follow_pull_requests, repositories_to_follow
from include.overnight.services.learning import trials
from include.overnight.services.revising import answered, pending
from include.overnight.settings.orders import make_order

from ..fakes import writes
from ..staging import REPOSITORY, TOKEN, open_stage
from .reviewed import posted

GOOD = writes("colour.py", "def colour():\n    return 'red'\n")
READY = "draft_pull_requests = false"
WORKFLOW = "on:\n  pull_request:\n  merge_group:\njobs: {}\n"


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def order_of(desk):
    return make_order(desk.settings, REPOSITORY, "", trigger="cli", now=desk.clock.now())


def follow(desk) -> Followed:
    return follow_pull_requests(desk, order_of(desk))


def published(stage, settings=READY):
    """Return desk, issue and pull request as a night leaves them."""
    talk = posted(stage, settings)
    return talk.desk, talk.issue, talk.pull


def built(stage, settings=READY):
    """Run a night that opens one pull request; return desk, issue and pull request."""
    issue = stage.issue("Add a colour")
    desk = stage.desk({issue: [GOOD]}, settings=settings)
    stage.night(desk)
    (pull,) = stage.forge.pull_requests(REPOSITORY)
    return desk, issue, pull


def events(desk, *types):
    query = EventQuery(types=types, limit=None, oldest_first=True)
    return desk.ledger.events(query)


def written(desk):
    return len(events(desk))


def comment_on(stage, issue):
    (comment,) = stage.forge.comments(stage.forge.issue(REPOSITORY, issue))
    return comment.body


def labels_of(stage, issue):
    return {name for name in stage.forge.issue(REPOSITORY, issue).labels if name.startswith("overnight: ")}


def test_without_an_open_pull_request_github_is_not_asked(stage):
    desk = stage.desk()
    stage.running.forge.journal.clear()
    assert repositories_to_follow(desk) == ()
    assert stage.running.requests("GET") == []


def test_a_merged_one_is_noted_once_and_the_issue_is_told(stage):
    desk, issue, pull = built(stage)
    assert repositories_to_follow(desk) == (REPOSITORY,)
    follow(desk)
    assert "left to people: nothing guards the branch" in comment_on(stage, issue)
    stage.forge.merge(pull, "ann")
    (row,) = follow(desk).rows
    assert (row.issue, row.number, row.state, row.changed) == (issue, pull.number, "merged by ann", True)
    (event,) = events(desk, EventType.PULL_REQUEST_MERGED)
    assert (event.issue, event.metadata["pull_request"], event.metadata["by"]) == (issue, pull.number, "ann")
    assert event.metadata["sha"] == stage.forge.pull_request(REPOSITORY, pull.number).merge_sha
    assert "merged by ann" in comment_on(stage, issue)
    assert labels_of(stage, issue) == set()
    assert repositories_to_follow(desk) == ()
    before = written(desk)
    assert follow(desk).rows == ()
    assert written(desk) == before


def test_one_that_a_person_closed_stays_closed_and_teaches(stage):
    desk, _, pull = published(stage)
    stage.forge.edit_issue(pull, "octocat", state="closed")
    (row,) = follow(desk).rows
    assert row.state == "closed by octocat"
    (event,) = events(desk, EventType.PULL_REQUEST_CLOSED)
    assert event.metadata["ours"] is False
    assert stage.forge.fresh(pull).state == "closed"


def test_one_that_was_closed_and_opened_again_is_followed_again(stage):
    desk, _, pull = published(stage)
    stage.forge.edit_issue(pull, "octocat", state="closed")
    assert follow(desk).rows[0].state == "closed by octocat"
    assert follow(desk).rows == ()
    stage.forge.edit_issue(pull, "ann", state="open")
    assert repositories_to_follow(desk) == (REPOSITORY,)
    assert follow(desk).rows[0].state == "open again"
    assert follow(desk).rows[0].state.startswith("left to people: nothing guards the branch")
    stage.forge.merge(pull, "ann")
    assert follow(desk).rows[0].state == "merged by ann"
    assert len(events(desk, EventType.PULL_REQUEST_REOPENED)) == 1


def test_what_we_closed_and_a_person_opened_again_is_not_closed_a_second_time(stage):
    desk, _, pull = published(stage)
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "failure")
    follow(desk)
    (revision,) = pending(desk, events(desk, EventType.CHANGE_PUBLISHED)[0].repository)
    answered(desk, desk.tracker.repository("acme", "box").node_id, revision, "unchanged", "gates test failed")
    assert follow(desk).rows[0].state == "closed by Overnight: required checks are red: ci"
    stage.forge.edit_issue(pull, "ann", state="open")
    follow(desk)
    assert follow(desk).rows[0].state == "left to people: required checks are red: ci"
    assert stage.forge.fresh(pull).state == "open"


def test_where_nothing_guards_the_branch_it_is_left_to_people_with_the_reason(stage):
    desk, _, _ = published(stage)
    (row,) = follow(desk).rows
    assert row.state.startswith("left to people: nothing guards the branch")
    before = written(desk)
    (row,) = follow(desk).rows
    assert row.changed is False
    assert written(desk) == before


def test_a_branch_with_a_queue_takes_it_and_it_merges(stage):
    stage.forge.commit(REPOSITORY, "main", {".github/workflows/ci.yml": WORKFLOW}, "CI", "ann")
    desk, _, pull = published(stage)
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    (row,) = follow(desk).rows
    assert row.state == "waits for ci"
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "success")
    followed = follow(desk)
    assert followed.rows[0].state == "in the merge queue, 1st"
    assert followed.moving == (pull.number,)
    assert events(desk, EventType.PULL_REQUEST_ENQUEUED)[0].metadata["head_sha"] == pull.head_sha
    stage.forge.protect(REPOSITORY, "main")
    stage.forge.change_repository(REPOSITORY, queues_held=False)
    assert follow(desk).rows[0].state.startswith("merged")
    assert len(events(desk, EventType.PULL_REQUEST_ENQUEUED)) == 1


def queue_up(stage, desk, pull, contexts=("ci",)):
    """Give main a queue and let the pull request wait in it."""
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    stage.forge.protect(REPOSITORY, "main", contexts=contexts)
    for context in contexts:
        stage.forge.set_status(REPOSITORY, pull.head_sha, context, "success")
    (row,) = follow(desk).rows
    assert row.state == "in the merge queue, 1st", row


def test_one_that_failed_in_the_queue_gets_one_more_attempt_and_is_closed_with_words(stage):
    stage.forge.commit(REPOSITORY, "main", {".github/workflows/ci.yml": WORKFLOW}, "CI", "ann")
    desk, issue, pull = built(stage)
    queue_up(stage, desk, pull)
    assert "in the merge queue, 1st" in comment_on(stage, issue)
    stage.forge.leave_queue(stage.forge.pull_request(REPOSITORY, pull.number), "github", "FAILED_CHECKS")
    (row,) = follow(desk).rows
    assert row.state == "failed in the merge queue: another attempt is asked for"
    (left,) = events(desk, EventType.PULL_REQUEST_DEQUEUED)
    assert left.metadata["because"] == "FAILED_CHECKS"
    (revision,) = pending(desk, left.repository)
    assert (revision.issue, revision.pull_request, revision.head_sha) == (issue, pull.number, pull.head_sha)
    before = written(desk)
    assert follow(desk).rows[0].changed is False
    assert written(desk) == before

    answered(desk, left.repository, revision, "unchanged", "gates test failed")
    (row,) = follow(desk).rows
    assert row.state == "closed by Overnight: it left the merge queue: FAILED_CHECKS"
    fresh = stage.forge.fresh(pull)
    assert fresh.state == "closed"
    (told,) = stage.forge.comments(fresh)
    assert "it left the merge queue: FAILED_CHECKS" in told.body
    (closed,) = events(desk, EventType.PULL_REQUEST_CLOSED)
    assert closed.metadata["ours"] is True
    assert "closed by Overnight: it left the merge queue" in comment_on(stage, issue)
    assert labels_of(stage, issue) == {"overnight: failed"}
    assert follow(desk).rows == ()


def test_one_that_a_person_took_out_of_the_queue_is_left_to_people(stage):
    desk, _, pull = published(stage)
    queue_up(stage, desk, pull)
    stage.forge.leave_queue(stage.forge.pull_request(REPOSITORY, pull.number), "ann", "MANUAL")
    assert follow(desk).rows[0].state == "left to people: it left the merge queue: MANUAL"
    assert follow(desk).rows[0].changed is False


def test_a_queue_that_no_workflow_runs_for_is_not_used_and_the_reason_told(stage):
    stage.forge.commit(REPOSITORY, "main", {".github/workflows/ci.yml": "on: push\n"}, "CI", "ann")
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    desk, _, pull = built(stage)
    assert "no workflow of main runs for the merge queue" in stage.forge.fresh(pull).body
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "success")
    (row,) = follow(desk).rows
    assert "no workflow of main runs for the merge queue" in row.state
    assert "add `merge_group:`" in row.state


def test_red_required_checks_ask_for_another_attempt_that_is_told_what_is_red(stage):
    desk, _, pull = published(stage)
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "failure")
    (row,) = follow(desk).rows
    assert row.state == "required checks are red: ci: another attempt is asked for"
    (revision,) = pending(desk, events(desk, EventType.CHANGE_PUBLISHED)[0].repository)
    assert "- ci" in revision.feedback


def test_auto_merge_is_asked_for_where_checks_and_reviews_guard_the_branch(stage):
    stage.forge.change_repository(REPOSITORY, allow_auto_merge=True)
    desk, _, pull = published(stage, f'{READY}\nmerge_method = "squash"')
    stage.forge.add_collaborator(REPOSITORY, "overnight-bot", "admin")
    stage.forge.allow(TOKEN, "overnight-bot", "admin")
    stage.forge.add_collaborator(REPOSITORY, "ann", "write")
    stage.forge.protect(REPOSITORY, "main", contexts=["ci"], approvals=1)
    (row,) = follow(desk).rows
    assert row.state == "merges by itself once everything required is there"
    assert stage.forge.pull_request(REPOSITORY, pull.number).auto_merge == "squash"
    assert follow(desk).rows[0].changed is False
    stage.forge.set_status(REPOSITORY, pull.head_sha, "ci", "success")
    stage.forge.review(pull, "ann", "APPROVED")
    assert follow(desk).rows[0].state.startswith("merged")


def test_the_policy_leave_leaves_even_a_queue_alone(stage):
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    desk, _, _ = published(stage, f'{READY}\nmerge_policy = "leave"')
    assert follow(desk).rows[0].state == "left to people: the policy is leave"


def test_what_somebody_pushed_to_is_left_alone(stage):
    stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    desk, _, pull = published(stage)
    stage.forge.commit(REPOSITORY, pull.head, {"colour.py": "RED = 1\n"}, "Mine", "ann")
    (row,) = follow(desk).rows
    assert row.state.startswith("left to people: somebody pushed")
    assert events(desk, EventType.PULL_REQUEST_ENQUEUED) == ()


@pytest.mark.slow
def test_they_are_drafts_until_the_first_is_accepted_and_what_a_person_made_a_draft_stays_one(stage):
    first, second = stage.issue("Add a colour"), stage.issue("Add a shade")
    shade = writes("shade.py", "def shade():\n    return 'dark'\n")
    desk = stage.desk({first: [GOOD], second: [shade]})
    stage.night(desk)
    pulls = {one.number: one for one in stage.forge.pull_requests(REPOSITORY)}
    assert all(one.draft for one in pulls.values())
    assert {row.state for row in follow(desk).rows} == {
        "left to people: it is a draft: it goes on once somebody marks it as ready"
    }
    number, other = sorted(pulls)
    desk.writer.mark_ready(
        desk.tracker.repository("acme", "box"), desk.tracker.pull_request_from(
            desk.tracker.repository("acme", "box"), pulls[number].head
        )
    )  # fmt: skip
    stage.forge.merge(stage.forge.pull_request(REPOSITORY, number), "ann")
    rows = {row.number: row for row in follow(desk).rows}
    assert rows[number].state == "merged by ann"
    assert stage.forge.pull_request(REPOSITORY, other).draft is False
    third = stage.issue("Add a tint")
    desk.scripted.scripts = {third: [writes("tint.py", "def tint():\n    return 'light'\n")]}
    stage.night(desk)
    newest = max(stage.forge.pull_requests(REPOSITORY), key=lambda one: one.number)
    assert newest.draft is False


def test_an_archived_or_vanished_repository_is_one_clear_reason(stage):
    desk, _, _ = published(stage)
    stage.forge.change_repository(REPOSITORY, archived=True)
    assert "archived" in follow(desk).problem
    gone = replace(order_of(desk), name="gone")
    assert "does not exist" in follow_pull_requests(desk, gone).problem


def test_a_renamed_repository_is_followed_under_its_new_name(stage):
    desk, _, pull = published(stage)
    stage.forge.merge(pull, "ann")
    stage.forge.rename_repository(REPOSITORY, "crate")
    assert follow(desk).rows[0].state == "merged by ann"


def test_an_issue_that_a_night_works_on_is_left_alone_for_now(stage):
    desk, issue, pull = published(stage)
    stage.forge.merge(pull, "ann")
    repository = desk.tracker.repository("acme", "box")
    claim = desk.claims.claim(repository.node_id, issue, "another night", 60)
    assert follow(desk).rows[0].changed is False
    desk.claims.release(claim)
    assert follow(desk).rows[0].changed is True


def test_what_was_closed_counts_as_not_accepted_in_learning(stage):
    desk, issue, pull = built(stage)
    node = desk.tracker.repository("acme", "box").node_id
    assert [one.accepted for one in trials(desk, node, desk.clock.now())] == [True]
    stage.forge.edit_issue(pull, "octocat", state="closed")
    follow(desk)
    assert [one.accepted for one in trials(desk, node, desk.clock.now())] == [False]
    assert "closed by octocat" in comment_on(stage, issue)
