from __future__ import annotations

import pytest

from include.overnight.domain.changes import Base
from include.overnight.domain.errors import RepositoryUnusable
from include.overnight.domain.landing import Step
from tests.adapters.git.remotes import ORDER, git

BRANCH = "overnight/revert-5"
MESSAGE = 'Revert "Add shelves" (#5)\n\nOvernight-Issue: 1\n'


@pytest.fixture
def merge(workspace, repository, upstream):
    """Merge a branch of two commits by a method of GitHub's; return the merge and the branch's head."""

    def done(method):
        workspace.refresh(repository)
        here = upstream.checkout
        start = git(here, "rev-parse", "HEAD")
        git(here, "checkout", "--quiet", "-b", "topic")
        upstream.commit({"shelf.py": "SHELF = 1\n"}, "topic")
        head = upstream.commit({"shelf.py": "SHELF = 2\n", "box.py": "BOX = 1\n"}, "topic")
        git(here, "checkout", "--quiet", "-B", "main", start)
        upstream.commit({"README.md": "# Moved\n"})
        if method == "merge":
            git(here, "merge", "--quiet", "--no-ff", "-m", "Merge pull request #5", "topic")
        elif method == "squash":
            git(here, "merge", "--quiet", "--squash", "topic")
            git(here, "commit", "--quiet", "-m", "Add shelves (#5)")
        else:
            git(here, "cherry-pick", f"{start}..topic")
        git(here, "push", "--quiet", "origin", "HEAD:main")
        return git(here, "rev-parse", "HEAD"), head

    return done


@pytest.mark.parametrize(("method", "brought"), [("merge", 1), ("squash", 1), ("rebase", 2)])
def test_a_revert_takes_back_what_a_merge_brought_and_nothing_else(
    workspace, repository, upstream, merge, method, brought
):
    sha, head = merge(method)
    assert workspace.brought(repository, sha, head) == brought
    upstream.commit({"later.txt": "1\n"})
    tip = workspace.refresh(repository)
    before = git(upstream.checkout, "rev-parse", f"{sha}~{brought}")
    step = Step(sha, before, commits=brought)
    made = [
        workspace.revert(repository, step, Base("main", tip), 1, BRANCH, MESSAGE, ORDER) for _ in range(2)
    ]
    assert made[0] == made[1]
    change = made[0].change
    assert (change.files, change.base.sha) == (("box.py", "shelf.py"), tip)
    tree = workspace.open_change(repository, change, "judge")
    assert not (tree.path / "shelf.py").exists()
    assert (tree.path / "later.txt").exists()
    assert (tree.path / "README.md").read_text() == "# Moved\n"


def test_a_revert_that_conflicts_names_the_files_and_one_that_is_done_already_is_empty(
    workspace, repository, upstream, merge
):
    sha, _ = merge("merge")
    step = Step(sha, git(upstream.checkout, "rev-parse", f"{sha}^1"))
    upstream.commit({"shelf.py": "SHELF = 3\n"})
    onto = Base("main", workspace.refresh(repository))
    assert workspace.revert(repository, step, onto, 1, BRANCH, MESSAGE, ORDER).conflicts == ("shelf.py",)
    upstream.commit({"shelf.py": None, "box.py": None})
    onto = Base("main", workspace.refresh(repository))
    gone = workspace.revert(repository, step, onto, 1, BRANCH, MESSAGE, ORDER)
    assert (gone.change, gone.conflicts) == (None, ())


def test_what_landed_is_the_first_parent_line_oldest_first(workspace, repository, upstream, merge):
    start = workspace.refresh(repository)
    sha, _ = merge("merge")
    tip = workspace.refresh(repository)
    assert tip == sha
    moved, merged = workspace.landed(repository, start, tip)
    assert (moved.subject, merged.subject) == ("a person's work", "Merge pull request #5")
    assert (moved.parents, merged.parents[0], len(merged.parents)) == ((start,), moved.sha, 2)


def test_a_rewritten_history_is_told_and_nothing_guessed(workspace, repository, upstream):
    before = workspace.refresh(repository)
    upstream.commit({"later.txt": "1\n"})
    git(upstream.checkout, "checkout", "--quiet", "--orphan", "fresh")
    git(upstream.checkout, "commit", "--quiet", "--message", "all anew")
    git(upstream.checkout, "push", "--quiet", "--force", "origin", "HEAD:main")
    with pytest.raises(RepositoryUnusable, match="was rewritten"):
        workspace.landed(repository, before, workspace.refresh(repository))
