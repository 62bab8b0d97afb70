from __future__ import annotations

import os
from pathlib import Path

import pytest

from include.overnight.adapters.git import GitWorkspace, commits
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import ChangeUnusable
from include.overnight.domain.orders import NightOrder
from include.overnight.ports import Tree
from tests.adapters.git.remotes import ORDER, Upstream, git


@pytest.fixture
def tree(workspace: GitWorkspace, repository) -> Tree:
    return workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "issue-1")


def shown(tree: Tree, *arguments: str) -> str:
    return git(tree.path, f"--git-dir={tree.git_dir}", *arguments)


def test_a_commit_carries_message_trailers_and_author(workspace, tree):
    (tree.path / "README.md").write_text("x\n")
    message = "Say x\n\nOvernight-Night: night-1\nOvernight-Issue: 1\nOvernight-Model: gpt-4\n"
    order = NightOrder(
        "night-1", "octo", "pantry", author_name="Night <Owl>\n", author_email="owl@example.org"
    )
    sha = workspace.commit(tree, message, order)
    assert (
        shown(tree, "log", "-1", "--format=%H|%an|%ae|%cn|%s")
        == f"{sha}|Night Owl|owl@example.org|Night Owl|Say x"
    )
    trailers = "Overnight-Night: night-1\nOvernight-Issue: 1\nOvernight-Model: gpt-4"
    assert shown(tree, "log", "-1", "--format=%(trailers)") == trailers
    assert workspace.commit(tree, message, order) is None


def test_caches_stay_out_and_ignored_files_too(workspace, tree):
    for folder in ("__pycache__", "node_modules/left", ".venv/lib", "build"):
        (tree.path / folder).mkdir(parents=True)
        (tree.path / folder / "file").write_text("x")
    assert workspace.commit(tree, "nothing", ORDER) is None


def test_hooks_and_monitors_a_builder_plants_do_not_run(workspace, tree, tmp_path):
    ran = tmp_path / "ran"
    hooks = tree.path / ".git" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "post-commit", "post-checkout", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (hooks / name).chmod(0o755)
    (tree.path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (tree.path / ".git" / "config").write_text(
        f'[core]\n\tfsmonitor = touch {ran}\n\thooksPath = hooks\n[filter "evil"]\n\tclean = touch {ran}\n'
        f'\tsmudge = touch {ran}\n[diff "evil"]\n\ttextconv = touch {ran}\n'
    )
    (tree.path / ".gitattributes").write_text("* filter=evil diff=evil\n")
    (tree.path / "README.md").write_text("x\n")
    sha = workspace.commit(tree, "x", ORDER)
    assert sha
    assert workspace.diff(tree)
    workspace.rollback(tree, sha)
    assert not ran.exists()
    assert ".git/" not in shown(tree, "ls-tree", "-r", "--name-only", sha)


def test_bytes_are_committed_as_they_are(workspace, tree):
    (tree.path / ".gitattributes").write_text(
        "* text=auto eol=crlf ident filter=lfs working-tree-encoding=UTF-16\n"
    )
    (tree.path / "mixed.txt").write_bytes(b"one\r\ntwo\n$Id$\n")
    sha = workspace.commit(tree, "x", ORDER)
    workspace.rollback(tree, sha)
    assert (tree.path / "mixed.txt").read_bytes() == b"one\r\ntwo\n$Id$\n"


def test_a_link_out_of_the_tree_is_refused(workspace, tree):
    for target in ("/etc/passwd", "../../outside", "src/../../up", "..", "loop/../../../x"):
        (tree.path / "link").symlink_to(target)
        with pytest.raises(ChangeUnusable, match="leaves the repository"):
            workspace.commit(tree, "x", ORDER)
        (tree.path / "link").unlink()
        assert workspace.commit(tree, "x", ORDER) is None


def test_a_link_that_leaves_by_way_of_another_is_refused(workspace, tree):
    deep = tree.path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "top").symlink_to("../../..")
    (deep / "out").symlink_to("top/../x")
    with pytest.raises(ChangeUnusable, match="a/b/c/out"):
        workspace.commit(tree, "x", ORDER)


def test_a_link_within_the_tree_and_an_old_one_out_of_it_are_fine(tmp_path, workspace):
    upstream = Upstream.make(tmp_path / "linked", {"README.md": "x\n"})
    (upstream.checkout / "null").symlink_to("/dev/null")
    upstream.commit({"a": "b"})
    repository = upstream.repository()
    tree = workspace.open_tree(repository, Base("main", workspace.refresh(repository)), "issue-1")
    (tree.path / "also").symlink_to("README.md")
    (tree.path / "dangling").symlink_to("not/yet")
    assert workspace.commit(tree, "x", ORDER) is not None


@pytest.mark.parametrize("marker", [".git", ".GIT"])
def test_a_nested_repository_is_refused(workspace, tree, marker):
    nested = tree.path / "vendor" / "lib"
    nested.mkdir(parents=True)
    git(nested, "init", "--quiet")
    (nested / "file").write_text("x")
    git(nested, "add", ".")
    git(nested, "commit", "-qm", "x")
    if marker != ".git":
        (nested / ".git").rename(nested / marker)
    with pytest.raises(ChangeUnusable, match="vendor/lib: a git repository inside"):
        workspace.commit(tree, "x", ORDER)


def test_a_nested_repository_the_project_ignores_is_no_matter(workspace, tree):
    nested = tree.path / "build" / "checkout"
    nested.mkdir(parents=True)
    git(nested, "init", "--quiet")
    (tree.path / "README.md").write_text("x\n")
    sha = workspace.commit(tree, "x", ORDER)
    assert shown(tree, "diff-tree", "--name-only", "-r", "--no-commit-id", sha) == "README.md"


def test_a_folder_turned_into_a_submodule_is_refused(workspace, tree):
    (tree.path / "sub").mkdir()
    (tree.path / "sub" / ".git").write_text("gitdir: ../../somewhere\n")
    with pytest.raises(ChangeUnusable, match="sub: a git repository inside"):
        workspace.commit(tree, "x", ORDER)


def test_files_too_large_for_github_are_refused(workspace, tree, monkeypatch):
    monkeypatch.setattr(commits, "MAX_FILE_BYTES", 1000)
    (tree.path / "build").mkdir()
    (tree.path / "build" / "ignored").write_bytes(b"x" * 2000)
    (tree.path / "huge.bin").write_bytes(b"x" * 2000)
    with pytest.raises(ChangeUnusable, match=r"^huge.bin: larger"):
        workspace.commit(tree, "x", ORDER)


def test_pipes_in_place_of_files_cannot_hang_the_commit(workspace, tree):
    (tree.path / "README.md").unlink()
    os.mkfifo(tree.path / "README.md")
    os.mkfifo(tree.path / "pipe")
    with pytest.raises(ChangeUnusable, match=r"README.md"):
        workspace.commit(tree, "x", ORDER)


def test_names_that_look_like_options_or_patterns_are_plain_files(workspace, tree: Tree):
    for name in ("--force", ":(top)x", "new\nline", 'quo"te'):
        (tree.path / name).write_text("x")
    (tree.path / Path(os.fsdecode(b"latin-\xe9"))).write_text("x")
    assert workspace.commit(tree, "x", ORDER) is not None
    change = workspace.pack(tree, 1, "overnight/1-x")
    assert len(change.files) == 5
    assert all(name.encode() for name in change.files)
