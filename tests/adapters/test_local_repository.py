"""A repository on this machine, however it was cloned: its commits can be checked out elsewhere."""

import subprocess

import pytest

from include.overnight.adapters.local_repository import LocalRepository
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import RepositoryUnusable


def git(folder, *words):
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def box(tmp_path):
    folder = tmp_path / "a box with spaces"
    (folder / "deep" / "er").mkdir(parents=True)
    git(folder, "init", "--quiet")
    for number in range(4):
        (folder / "box.py").write_text(f"SIZE = {number}\n")
        git(folder, "add", "-A")
        git(folder, "commit", "--quiet", "-m", f"Size {number}")
    return folder


def _judged(there, home):
    """Return what a checkout of HEAD~1..HEAD holds."""
    base, head = there.commit("HEAD~1"), there.commit("HEAD")
    workspace = there.workspace(home)
    tree = workspace.open_tree(there.repository, Base("base", base), "tree")
    assert (tree.path / "box.py").read_text() == "SIZE = 2\n"
    workspace.rollback(tree, head)
    change = workspace.pack(tree, 1, "local")
    assert (tree.path / "box.py").read_text() == "SIZE = 3\n"
    assert there.common_ancestor(base, head) == base
    return change


def test_a_folder_in_a_repository_means_the_repository(box, tmp_path):
    there = LocalRepository.at(box / "deep" / "er")
    assert there.path == box
    assert _judged(there, tmp_path / "home").files == ("box.py",)


def test_a_linked_work_tree_has_its_own_head_and_the_same_commits(box, tmp_path):
    git(box, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), "HEAD")
    git(box, "reset", "--quiet", "--hard", "HEAD~2")
    assert _judged(LocalRepository.at(tmp_path / "linked"), tmp_path / "home").insertions == 1


def test_a_bare_repository_can_be_judged(box, tmp_path):
    git(tmp_path, "clone", "--quiet", "--bare", str(box), "bare.git")
    there = LocalRepository.at(tmp_path / "bare.git")
    assert _judged(there, tmp_path / "home").deletions == 1
    assert there.uncommitted() == 0


def test_a_shallow_clone_can_be_judged_as_far_as_it_reaches(box, tmp_path):
    git(tmp_path, "clone", "--quiet", "--depth", "2", f"file://{box}", "shallow")
    there = LocalRepository.at(tmp_path / "shallow")
    assert _judged(there, tmp_path / "home").files == ("box.py",)
    with pytest.raises(RepositoryUnusable, match="names no commit"):
        there.commit("HEAD~3")


def test_a_partial_clone_is_refused_with_the_fix(box, tmp_path):
    git(box, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{box}", "partial")
    with pytest.raises(RepositoryUnusable, match="partial clone"):
        LocalRepository.at(tmp_path / "partial")


def test_branches_without_a_common_history_are_refused(box, tmp_path):
    git(box, "switch", "--quiet", "--orphan", "other")
    git(box, "commit", "--quiet", "--allow-empty", "-m", "Elsewhere")
    there = LocalRepository.at(box)
    with pytest.raises(RepositoryUnusable, match="no common history"):
        there.common_ancestor(there.commit("main"), there.commit("other"))


def test_what_is_not_committed_is_counted(box):
    (box / "box.py").write_text("SIZE = 9\n")
    (box / "new.py").write_text("NEW = 1\n")
    assert LocalRepository.at(box).uncommitted() == 2
