from __future__ import annotations

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.changes import Base
from tests.adapters.git.remotes import ORDER, git

BRANCH = "overnight/base-of-9"


@pytest.fixture
def main(workspace, repository) -> Base:
    return Base("main", workspace.refresh(repository))


def built(workspace, repository, base, number, files):
    tree = workspace.open_tree(repository, base, f"issue-{number}")
    for name, text in files.items():
        (tree.path / name).write_text(text)
    workspace.commit(tree, f"Change {number}", ORDER)
    return workspace.pack(tree, number, f"overnight/{number}-x")


def joined(workspace, repository, *parts):
    return workspace.join(repository, parts, 9, BRANCH, ORDER)


def test_two_changes_become_one_base_that_another_worker_can_open(
    workspace, repository, main, tmp_path, storage
):
    one = built(workspace, repository, main, 1, {"one.txt": "1\n"})
    two = built(workspace, repository, main, 2, {"two.txt": "2\n"})
    made = joined(workspace, repository, one.as_base(), two.as_base())
    assert made.change is not None
    assert (made.base, made.change.branch) == (made.change.as_base(), BRANCH)
    other = GitWorkspace(tmp_path / "other", storage, RemoteAccess())
    tree = other.open_tree(repository, made.base, "issue-9")
    assert {path.name for path in tree.path.glob("*.txt")} == {"one.txt", "two.txt"}


def test_the_same_parts_give_the_same_commit_on_any_worker(workspace, repository, main, tmp_path, storage):
    one = built(workspace, repository, main, 1, {"one.txt": "1\n"})
    two = built(workspace, repository, main, 2, {"two.txt": "2\n"})
    parts = (one.as_base(), two.as_base())
    other = GitWorkspace(tmp_path / "other", storage, RemoteAccess())
    assert joined(workspace, repository, *parts) == joined(other, repository, *parts)


def test_what_holds_all_the_others_is_taken_as_it_is(workspace, repository, main):
    one = built(workspace, repository, main, 1, {"one.txt": "1\n"})
    two = built(workspace, repository, one.as_base(), 2, {"two.txt": "2\n"})
    for parts in ((one, two), (two, one)):
        made = joined(workspace, repository, *(part.as_base() for part in parts), main)
        assert (made.base, made.change) == (two.as_base(), None)


def test_three_are_folded_in_their_order_and_a_conflict_names_files_and_sides(workspace, repository, main):
    parts = [
        built(workspace, repository, main, number, {f"{number}.txt": f"{number}\n"}) for number in (1, 2, 3)
    ]
    made = joined(workspace, repository, *(part.as_base() for part in parts))
    assert made.change is not None
    assert made.change.files == ("2.txt", "3.txt")
    rival = built(workspace, repository, main, 4, {"2.txt": "another\n"})
    failed = joined(workspace, repository, *(part.as_base() for part in (*parts, rival)))
    assert (failed.base, failed.conflicts) == (None, ("2.txt",))
    assert failed.between == ("overnight/1-x and overnight/2-x and overnight/3-x", "overnight/4-x")


def test_a_default_branch_that_has_moved_is_joined_in_and_is_not_carried_in_the_bundle(
    workspace, repository, main, upstream, tmp_path, storage
):
    one = built(workspace, repository, main, 1, {"one.txt": "1\n"})
    upstream.commit({"later.txt": "x" * 200_000})
    now = Base("main", workspace.refresh(repository))
    made = joined(workspace, repository, one.as_base(), now)
    assert made.change is not None
    assert len(storage.objects[made.change.bundle]) < 2_000
    tree = GitWorkspace(tmp_path / "other", storage, RemoteAccess()).open_tree(repository, made.base, "i")
    assert {path.name for path in tree.path.glob("*.txt")} == {"one.txt", "later.txt"}


def test_a_dependent_of_a_joined_base_holds_all_of_it_and_shows_its_own_commits_alone(
    workspace, repository, main, upstream
):
    one = built(workspace, repository, main, 1, {"one.txt": "1\n"})
    two = built(workspace, repository, main, 2, {"two.txt": "2\n"})
    made = joined(workspace, repository, one.as_base(), two.as_base())
    nine = built(workspace, repository, made.base, 9, {"nine.txt": "9\n"})
    assert nine.files == ("nine.txt",)
    again = joined(workspace, repository, two.as_base(), one.as_base(), nine.as_base())
    assert again.base == nine.as_base()
    workspace.push(repository, made.change, None)
    workspace.push(repository, nine, None)
    assert git(upstream.bare, "diff", "--name-only", f"{BRANCH}...overnight/9-x") == "nine.txt"
