"""Stacks of pull requests while they are followed: moved, replayed, judged again where they changed."""

from dataclasses import replace

import pytest

from include.overnight.domain.events import EventType
from include.overnight.services.publications import change_at
from include.overnight.services.revising import pending

from ..fakes import writes
from ..staging import REPOSITORY, open_stage
from .test_following import GOOD, READY, built, events, follow, published, written


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def stacked(stage, second_deed, settings=READY):
    """Run a night that opens two pull requests, one on the other; return desk and both."""
    first = stage.issue("Add a colour")
    second = stage.issue("Add a shade", f"Depends on #{first}")
    desk = stage.desk({first: [GOOD], second: [second_deed]}, settings=settings)
    stage.night(desk)
    lower, upper = sorted(stage.forge.pull_requests(REPOSITORY), key=lambda one: one.base != "main")
    assert upper.base == lower.head
    return desk, lower, upper


SHADE_TEST = """\
import unittest
from colour import colour


class ShadeTest(unittest.TestCase):
    def test_a_colour_has_a_shade(self):
        self.assertEqual(colour(), "red")
"""
SHADE = writes("shade.py", "def shade():\n    return 'dark'\n")


def test_a_stack_waits_and_is_moved_and_replayed_when_its_base_was_squashed(stage):
    desk, lower, upper = stacked(stage, SHADE)
    rows = {row.number: row for row in follow(desk).rows}
    assert rows[upper.number].state == f"waits for #{lower.number}, on which it is stacked"
    stage.forge.commit(REPOSITORY, "main", {"NEWS.md": "news\n"}, "News", "ann")
    stage.forge.merge(lower, "ann", method="squash")
    rows = {row.number: row for row in follow(desk).rows}
    assert rows[lower.number].state == "merged by ann"
    moved = stage.forge.pull_request(REPOSITORY, upper.number)
    assert moved.base == "main"
    git = stage.forge.bare(REPOSITORY)
    assert git.contains(moved.head_sha, git.branch("main"))
    assert len(git.commits(f"main..{moved.head}")) == 1
    (retargeted,) = events(desk, EventType.PULL_REQUEST_RETARGETED)
    assert (retargeted.metadata["from"], retargeted.metadata["base"]) == (lower.head, "main")
    (rebased,) = events(desk, EventType.PULL_REQUEST_REBASED)
    assert (rebased.metadata["pushed"], rebased.metadata["head_sha"]) == (True, moved.head_sha)
    # What the memory gate follows from any later commit back to the attempt that made it.
    (replay,) = events(desk, EventType.CHANGE_REBASED)
    assert (replay.metadata["from_sha"], replay.metadata["head_sha"]) == (upper.head_sha, moved.head_sha)
    judged = [one for one in events(desk, EventType.CHANGE_JUDGED) if one.issue == rebased.issue]
    assert len(judged) == 1  # the same patch: nothing to judge again
    before = written(desk)
    follow(desk)
    assert written(desk) == before


def test_what_stands_on_one_that_went_into_another_ones_branch_waits_for_that_one(stage):
    desk, _, lower = published(stage)
    (told,), on = events(desk, EventType.CHANGE_PUBLISHED), lower.head
    pulls = []
    for name in ("shade", "tint"):
        issue, branch = stage.issue(f"Add a {name}"), f"overnight/x-{name}"
        sha = stage.forge.commit(REPOSITORY, branch, {f"{name}.py": "X = 1\n"}, name, "overnight-bot")
        pulls.append(
            stage.forge.create_pull_request(REPOSITORY, "overnight-bot", title=name, head=branch, base=on)
        )
        data = {"pull_request": pulls[-1].number, "branch": branch, "head_sha": sha, "base": on}
        desk.ledger.append(replace(told, id="", issue=issue, metadata=data))
        on = branch
    middle, upper = pulls
    stage.forge.merge(middle, "ann")
    rows = {row.number: row.state for row in follow(desk).rows}
    assert rows[middle.number] == "merged by ann"
    assert rows[upper.number] == f"waits for #{lower.number}, on which it is stacked"
    assert stage.forge.pull_request(REPOSITORY, upper.number).base == middle.head


@pytest.mark.slow
def test_a_stack_whose_base_was_merged_with_nothing_else_is_not_pushed_again(stage):
    desk, lower, upper = stacked(stage, SHADE)
    stage.forge.merge(lower, "ann")
    follow(desk)
    moved = stage.forge.pull_request(REPOSITORY, upper.number)
    assert (moved.base, moved.head_sha) == ("main", upper.head_sha)
    (rebased,) = events(desk, EventType.PULL_REQUEST_REBASED)
    assert rebased.metadata["pushed"] is False
    assert change_at(desk, rebased.repository, rebased.issue, upper.head_sha) is not None


@pytest.mark.slow
def test_a_stack_whose_base_was_closed_goes_on_without_it_when_it_holds_alone(stage):
    desk, lower, upper = stacked(stage, SHADE)
    stage.forge.edit_issue(lower, "octocat", state="closed")
    follow(desk)
    moved = stage.forge.pull_request(REPOSITORY, upper.number)
    assert moved.base == "main"
    git = stage.forge.bare(REPOSITORY)
    assert [commit.sha for commit in git.commits(f"main..{moved.head}")] == [moved.head_sha]
    (rebased,) = events(desk, EventType.PULL_REQUEST_REBASED)
    judged = [one for one in events(desk, EventType.CHANGE_JUDGED) if one.issue == rebased.issue]
    assert len(judged) == 2


@pytest.mark.slow
def test_a_stack_that_needs_a_closed_base_asks_for_a_revision(stage):
    tinted = writes("colour.py", "def colour():\n    return 'dark red'\n")
    desk, lower, upper = stacked(stage, tinted)
    stage.forge.edit_issue(lower, "octocat", state="closed")
    rows = {row.number: row for row in follow(desk).rows}
    assert rows[upper.number].state == "it conflicts with main: another attempt is asked for"
    (revision,) = pending(desk, events(desk, EventType.CHANGE_PUBLISHED)[0].repository)
    assert (revision.pull_request, revision.cause) == (upper.number, "conflict")
    before = written(desk)
    follow(desk)
    assert written(desk) == before


@pytest.mark.slow
def test_a_replay_that_does_not_pass_the_gates_is_not_pushed_and_a_revision_goes_on_from_what_is_there(stage):
    def needs(tree):
        SHADE(tree)
        writes("test_shade.py", SHADE_TEST)(tree)

    desk, lower, upper = stacked(stage, needs)
    stage.forge.edit_issue(lower, "octocat", state="closed")
    rows = {row.number: row for row in follow(desk).rows}
    assert "another attempt is asked for" in rows[upper.number].state
    assert stage.forge.pull_request(REPOSITORY, upper.number).head_sha == upper.head_sha
    (revision,) = pending(desk, events(desk, EventType.CHANGE_PUBLISHED)[0].repository)
    node = desk.tracker.repository("acme", "box").node_id
    assert change_at(desk, node, revision.issue, upper.head_sha) is not None


@pytest.mark.slow
def test_a_base_that_was_force_pushed_gets_our_commits_replayed_and_nothing_else(stage):
    desk, _, pull = built(stage)
    bare = stage.forge.bare(REPOSITORY)
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "ann"), ("EMAIL", "ann@example.org"))
    }
    root = bare.git("commit-tree", "-m", "all anew", "main^{tree}", environment=who).stdout.strip()
    bare.update_branch("main", root)
    stage.forge.synchronize(REPOSITORY, "ann")
    follow(desk)
    moved = stage.forge.pull_request(REPOSITORY, pull.number)
    assert bare.contains(moved.head, bare.branch("main"))
    assert [commit.sha for commit in bare.commits(f"main..{moved.head}")] == [moved.head_sha]
    assert events(desk, EventType.PULL_REQUEST_REBASED)[0].metadata["pushed"] is True


@pytest.mark.slow
def test_a_protection_that_rejects_our_replay_leaves_it_to_people_with_githubs_reason(stage):
    desk, lower, upper = stacked(stage, SHADE)
    stage.forge.commit(REPOSITORY, "main", {"NEWS.md": "news\n"}, "News", "ann")
    stage.forge.merge(lower, "ann", method="squash")
    stage.forge.protect(REPOSITORY, upper.head)
    rows = {row.number: row for row in follow(desk).rows}
    assert "refuses the push" in rows[upper.number].state
    assert rows[lower.number].state == "merged by ann"
    assert stage.forge.pull_request(REPOSITORY, upper.number).head_sha == upper.head_sha
    assert events(desk, EventType.PULL_REQUEST_REBASED) == ()
    before = written(desk)
    follow(desk)
    assert written(desk) == before
