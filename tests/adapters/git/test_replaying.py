from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.git import authored
from include.overnight.domain.changes import Base
from include.overnight.ports.git import Standing
from tests.adapters.git.remotes import ORDER, git

TRAILED = "Shelve it (#1)\n\nOvernight-Night: night-1\nOvernight-Issue: 1\n"


@pytest.fixture
def change(workspace, repository):
    tree = workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "issue-1")
    (tree.path / "src/pantry.py").write_text("def stock():\n    return 2\n")
    workspace.commit(tree, TRAILED, ORDER)
    (tree.path / "src/new.py").write_text("SHELF = 1\n")
    workspace.commit(tree, TRAILED.replace("Shelve", "Label"), ORDER)
    return workspace.pack(tree, 1, "overnight/1-x")


def now(workspace, repository) -> Base:
    return Base("main", workspace.refresh(repository))


def test_a_base_that_moved_elsewhere_conflicts_with_nothing(workspace, repository, upstream, change):
    upstream.commit({"README.md": "moved\n"})
    assert workspace.standing(repository, change, now(workspace, repository)) == Standing()


def test_conflicting_paths_and_a_rewritten_history_are_told(workspace, repository, upstream, change):
    upstream.commit({"src/pantry.py": "def stock():\n    return 3\n"})
    assert workspace.standing(repository, change, now(workspace, repository)).conflicts == ("src/pantry.py",)
    git(upstream.checkout, "checkout", "--quiet", "--orphan", "fresh")
    git(upstream.checkout, "commit", "--quiet", "--message", "all anew")
    git(upstream.checkout, "push", "--quiet", "--force", "origin", "HEAD:main")
    assert workspace.standing(repository, change, now(workspace, repository)).rewritten


def test_a_rebase_replays_every_commit_with_its_message_and_author(workspace, repository, upstream, change):
    upstream.commit({"README.md": "moved\n", ".gitattributes": "* filter=evil merge=evil\n"})
    tip = now(workspace, repository)
    again = workspace.rebase(repository, change, tip, replace(ORDER, author_name="Somebody later"))
    assert again is not None
    assert (again.base, again.files, again.branch) == (tip, ("src/new.py", "src/pantry.py"), change.branch)
    tree = workspace.open_change(repository, again, "judge")
    assert (tree.path / "README.md").read_text() == "moved\n"
    assert (tree.path / "src/pantry.py").read_text() == "def stock():\n    return 2\n"
    commits = authored(tree, again)
    assert [commit.trailers["Overnight-Issue"] for commit in commits] == ["1", "1"]
    assert {commit.author for commit in commits} == {f"{ORDER.author_name} <{ORDER.author_email}>"}
    assert commits[0].committer.startswith("Somebody later")


def test_a_rebase_that_conflicts_or_leaves_nothing_gives_up(
    workspace, repository, upstream, change, tmp_path
):
    upstream.commit({"src/pantry.py": "def stock():\n    return 3\n"})
    assert workspace.rebase(repository, change, now(workspace, repository), ORDER) is None
    upstream.commit({"src/pantry.py": "def stock():\n    return 2\n", "src/new.py": "SHELF = 1\n"})
    assert workspace.rebase(repository, change, now(workspace, repository), ORDER) is None
    assert not [path for path in (tmp_path / "home" / "gitdirs").iterdir() if path.name.startswith("rebase")]


def test_what_people_took_over_already_is_left_out(workspace, repository, upstream, change):
    upstream.commit({"src/pantry.py": "def stock():\n    return 2\n"})
    again = workspace.rebase(repository, change, now(workspace, repository), ORDER)
    assert again is not None
    assert again.files == ("src/new.py",)


def test_a_rebase_onto_a_rewritten_history_carries_our_commits_alone(workspace, repository, upstream, change):
    upstream.commit({"later.txt": "1\n"})
    git(upstream.checkout, "commit", "--quiet", "--amend", "--message", "another word")
    git(upstream.checkout, "push", "--quiet", "--force", "origin", "HEAD:main")
    again = workspace.rebase(repository, change, now(workspace, repository), ORDER)
    assert again is not None
    assert again.files == change.files
