"""What people say and what goes wrong while pull requests are followed: one clear reason each."""

from dataclasses import replace

import pytest

from include.overnight.domain.errors import RepositoryUnusable, Unreachable
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.revisions import Revision, RevisionCause
from include.overnight.services import following, following_missing
from include.overnight.services.appraising import Asked, looks
from include.overnight.services.following import follow_pull_requests, repositories_to_follow
from include.overnight.services.following_missing import UNSEEN
from include.overnight.services.revising import answered, ask_for_revision, pending
from include.overnight.settings import load_settings
from include.overnight.settings.orders import make_order

from ..staging import REPOSITORY, TOKEN, open_stage
from .reviewed import posted


@pytest.fixture
def talk(tmp_path):
    with open_stage(tmp_path) as stage:
        stage.forge.add_collaborator(REPOSITORY, "ann", "write")
        yield posted(stage)


def follow(talk, name=REPOSITORY):
    return follow_pull_requests(
        talk.desk, make_order(talk.desk.settings, name, "", trigger="cli", now=talk.desk.clock.now())
    )


def state_of(talk):
    (row,) = follow(talk).rows
    return row.state


def count(talk, *types):
    return len(talk.desk.ledger.events(EventQuery(types=types, limit=None)))


def green_queue(talk):
    talk.stage.forge.change_repository(REPOSITORY, queues=("main",), queues_held=True)
    talk.stage.forge.protect(REPOSITORY, "main", contexts=["ci"])
    talk.stage.forge.set_status(REPOSITORY, talk.pull.head_sha, "ci", "success")


def is_open(talk):
    return talk.stage.forge.fresh(talk.pull).state == "open"


def spent(talk):
    """Let the pull request have had its one attempt for red checks."""
    told = (talk.issue, talk.pull.number, RevisionCause.QUEUE, "red", talk.pull.head_sha)
    assert ask_for_revision(talk.desk, talk.repository, Revision(*told))
    (revision,) = pending(talk.desk, talk.node)
    answered(talk.desk, talk.node, revision, "unchanged", "gate test failed")


def test_stop_is_heard_before_anything_is_done(talk):
    green_queue(talk)
    spent(talk)
    talk.says("@overnight stop")
    assert state_of(talk) == "left to people: ann asked Overnight to leave it alone"
    talk.stage.forge.set_status(REPOSITORY, talk.pull.head_sha, "ci", "failure")
    assert state_of(talk) == "left to people: ann asked Overnight to leave it alone"
    assert count(talk, EventType.PULL_REQUEST_ENQUEUED, EventType.PULL_REQUEST_CLOSED) == 0
    assert is_open(talk)


def test_what_somebody_wants_changed_is_neither_merged_nor_closed_before_it_was(talk):
    green_queue(talk)
    spent(talk)
    talk.says("@overnight fix the colour")
    asked = f"revision of #{talk.pull.number}: ann asked for a change"
    assert state_of(talk) == f"waits for its next attempt: {asked}"
    talk.stage.forge.set_status(REPOSITORY, talk.pull.head_sha, "ci", "failure")
    assert state_of(talk) == "required checks are red: ci: another attempt is asked for"
    assert count(talk, EventType.PULL_REQUEST_ENQUEUED) == 0
    assert is_open(talk)


def test_a_stranger_stops_nothing(talk):
    green_queue(talk)
    talk.says("@overnight stop", author="mallory", association="NONE")
    assert state_of(talk) == "in the merge queue, 1st"


def test_a_lost_permission_is_told_once_with_githubs_reason(talk):
    green_queue(talk)
    talk.stage.forge.allow(TOKEN, "overnight-bot", "read")
    state = state_of(talk)
    assert state.startswith("left to people: ")
    assert "pull requests: read and write" in state
    written = count(talk)
    assert state_of(talk) == state
    assert count(talk) == written


def test_a_base_that_was_rewritten_under_a_change_nothing_is_kept_of_is_left_to_people_with_the_reason(talk):
    bare = talk.stage.forge.bare(REPOSITORY)
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "ann"), ("EMAIL", "ann@example.org"))
    }
    root = bare.git("commit-tree", "-m", "all anew", "main^{tree}", environment=who).stdout.strip()
    bare.update_branch("main", root)
    talk.stage.forge.synchronize(REPOSITORY, "ann")
    assert state_of(talk).startswith("left to people: nothing is kept of its commits any more")
    written = count(talk)
    follow(talk)
    assert count(talk) == written


def test_a_branch_that_somebody_deleted_closes_it_and_nothing_is_pushed_again(talk):
    talk.stage.forge.bare(REPOSITORY).delete_ref(f"refs/heads/{talk.pull.head}")
    talk.stage.forge.synchronize(REPOSITORY, "ann")
    assert state_of(talk) == "closed by ann"
    assert follow(talk).rows == ()
    assert f"refs/heads/{talk.pull.head}" not in talk.stage.forge.bare(REPOSITORY).refs()


def test_a_repository_that_was_renamed_is_found_under_its_new_name(talk):
    talk.stage.forge.rename_repository(REPOSITORY, "crate")
    assert repositories_to_follow(talk.desk, ["acme/crate"]) == (REPOSITORY,)
    talk.desk.records.remember("repository/acme/crate", {"node_id": talk.node})
    assert "acme/crate" in repositories_to_follow(talk.desk, ["acme/crate"])
    settings = talk.stage.home / "overnight.toml"
    settings.write_text(settings.read_text().replace(REPOSITORY, "acme/crate"))
    talk.desk = replace(talk.desk, settings=load_settings(settings, {}))
    (row,) = follow(talk, "acme/crate").rows
    assert row.state.startswith("left to people: nothing guards the branch")


def test_one_that_github_does_not_show_any_more_is_closed_in_the_ledger_in_the_end(talk, monkeypatch):
    real = type(talk.desk.follower).standings
    monkeypatch.setattr(following_missing, "LOOKS", 3)
    monkeypatch.setattr(type(talk.desk.follower), "standings", lambda *_: ())
    for _ in range(2):
        assert state_of(talk) == UNSEEN
    monkeypatch.setattr(type(talk.desk.follower), "standings", real)
    assert state_of(talk) != UNSEEN
    monkeypatch.setattr(type(talk.desk.follower), "standings", lambda *_: ())
    for _ in range(2):
        assert state_of(talk) == UNSEEN
    assert count(talk, EventType.PULL_REQUEST_CLOSED) == 0
    assert state_of(talk) == f"closed: {UNSEEN}"
    assert follow(talk).rows == ()
    assert count(talk, EventType.PULL_REQUEST_CLOSED) == 1


def test_what_fails_with_one_is_its_own_row_and_a_passing_fault_is_raised_in_the_end(talk, monkeypatch):
    def fails(*_):
        raise RepositoryUnusable("strange")

    monkeypatch.setattr(following, "decide", fails)
    assert state_of(talk) == "later: strange"

    def hangs(*_):
        raise Unreachable("down")

    monkeypatch.setattr(following, "decide", hangs)
    with pytest.raises(Unreachable, match="down"):
        follow(talk)


def test_a_repository_that_runs_dry_by_now_is_written_nothing(talk):
    green_queue(talk)
    talk.says("@overnight explain")
    order = make_order(talk.desk.settings, REPOSITORY, "", trigger="cli", now=talk.desk.clock.now())
    talk.stage.running.forge.journal.clear()
    followed = follow_pull_requests(talk.desk, replace(order, dry_run=True))
    assert followed.rows[0].state.startswith("left to people: the repository is set to dry runs")
    verbs = [one for one in talk.stage.running.requests("POST") if "mutation" in str(one.body)]
    assert (verbs, talk.stage.running.requests("PATCH"), talk.answers()) == ([], [], [])


def test_the_branch_that_only_held_a_joined_base_is_deleted_when_nothing_goes_into_it(talk):
    forge, joint = talk.stage.forge, "overnight/base-of-1"
    sha = forge.commit(REPOSITORY, joint, {"one.py": "ONE = 1\n"}, "Join", "overnight-bot")
    head = forge.commit(REPOSITORY, "overnight/1-x", {"two.py": "TWO = 2\n"}, "Two", "overnight-bot")
    proposal = {"title": "Two", "head": "overnight/1-x", "base": joint}
    pull = forge.create_pull_request(REPOSITORY, "overnight-bot", **proposal)
    talk.desk.records.record_publication(talk.node, f"branch/{joint}", sha)
    talk.desk.records.record_publication(talk.node, "branch/overnight/1-x", head)
    (known,) = talk.desk.ledger.events(EventQuery(types=(EventType.CHANGE_PUBLISHED,), limit=None))
    document = {"pull_request": pull.number, "branch": "overnight/1-x", "head_sha": head, "base": joint}
    talk.desk.ledger.append(replace(known, id="", at=None, metadata=document, description="published too"))
    follow(talk)
    assert forge.pull_request(REPOSITORY, pull.number).base == "main"
    assert is_open(talk)
    assert f"refs/heads/{joint}" not in forge.bare(REPOSITORY).refs()


def test_the_doctor_tells_what_keeps_the_queue_from_working_and_the_fix(talk):
    forge = talk.stage.forge
    forge.commit(REPOSITORY, "main", {".github/workflows/ci.yml": "on: push\n"}, "CI", "ann")
    forge.change_repository(REPOSITORY, queues=("main",))
    forge.protect(REPOSITORY, "main", contexts=["ci"])
    told = {one.name: one for one in looks(talk.desk, Asked(merge_policies={REPOSITORY: "enqueue"}))}
    found = told[f"merging {REPOSITORY}"]
    assert (found.passed, found.caution) == (True, True)
    assert "add `merge_group:`" in found.detail
    others = Asked(merge_policies={REPOSITORY: "leave", "acme/gone": "enqueue"})
    assert [one for one in looks(talk.desk, others) if one.name.startswith("merging")] == []
