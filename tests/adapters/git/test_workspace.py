from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from include.overnight.adapters.git import GitWorkspace, RemoteAccess, checkout_id, tidy
from include.overnight.domain.changes import Base
from include.overnight.domain.errors import ChangeUnusable, DiskFull, RepositoryUnusable
from include.overnight.domain.issues import Repository
from include.overnight.ports import Tree
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream, git


def open_base(workspace: GitWorkspace, repository: Repository, name: str = "issue-1") -> Tree:
    return workspace.open_tree(repository, Base("main", workspace.refresh(repository)), name)


def test_a_refresh_follows_what_people_push(workspace, repository, upstream):
    first = workspace.refresh(repository)
    second = upstream.commit({"README.md": "more\n"})
    assert first != second
    assert workspace.refresh(repository) == second
    assert workspace.read_file(repository, second, "README.md") == "more\n"
    assert workspace.read_file(repository, first, "README.md") == "# Pantry\n"


def test_an_empty_repository_is_named_unusable(workspace, tmp_path):
    empty = Upstream.make(tmp_path / "empty", {}).repository()
    with pytest.raises(RepositoryUnusable, match="no commit on 'main'"):
        workspace.refresh(empty)


def test_a_rewritten_history_is_fetched_and_the_lost_commit_named(workspace, repository, upstream, tmp_path):
    upstream.commit({"a": "1"})
    git(upstream.checkout, "reset", "--quiet", "--hard", "HEAD~1")
    git(upstream.checkout, "push", "--quiet", "--force", "origin", "HEAD:main")
    assert workspace.refresh(repository) == git(upstream.checkout, "rev-parse", "HEAD")
    with pytest.raises(RepositoryUnusable, match="history rewritten"):
        workspace.read_file(repository, "0" * 39 + "1", "README.md")


def test_a_branch_that_became_a_folder_does_not_stop_the_fetch(workspace, repository, upstream):
    upstream.commit({"a": "1"}, branch="topic")
    workspace.refresh(repository)
    git(upstream.checkout, "push", "--quiet", "origin", ":topic")
    upstream.commit({"a": "2"}, branch="topic/one")
    assert workspace.refresh(repository)
    assert workspace.remote_sha(repository, "topic/one") is not None
    assert workspace.remote_sha(repository, "topic") is None


def test_files_of_a_commit_are_listed_and_read(workspace, repository, upstream):
    (upstream.checkout / "link").symlink_to("README.md")
    sha = upstream.commit({"docs/ä b.md": "ü\n"})
    workspace.refresh(repository)
    listed = (".gitignore", "README.md", "docs/ä b.md", "link", "src/pantry.py")
    assert workspace.list_files(repository, sha) == listed
    assert workspace.read_file(repository, sha, "docs/ä b.md") == "ü\n"
    assert workspace.read_file(repository, sha, "docs") is None
    assert workspace.read_file(repository, sha, "link") is None
    assert workspace.read_file(repository, sha, "nowhere") is None


def test_only_full_commit_ids_reach_git(workspace, repository):
    with pytest.raises(ValueError, match="not a full commit id"):
        workspace.read_file(repository, "--upload-pack=touch /tmp/x", "README.md")


def test_the_tree_holds_files_and_nothing_of_git(workspace, repository):
    tree = open_base(workspace, repository)
    assert sorted(path.name for path in tree.path.iterdir()) == [".gitignore", "README.md", "src"]
    assert not tree.git_dir.is_relative_to(tree.path)


def test_a_tree_opened_again_is_fresh(workspace, repository):
    tree = open_base(workspace, repository)
    (tree.path / "README.md").write_text("half done\n")
    (tree.path / "left").mkdir(mode=0o500)
    again = open_base(workspace, repository)
    assert (again.path / "README.md").read_text() == "# Pantry\n"
    assert not (again.path / "left").exists()


def test_a_closed_tree_is_gone_whatever_its_permissions(workspace, repository):
    tree = open_base(workspace, repository)
    locked = tree.path / "locked" / "deeper"
    locked.mkdir(parents=True)
    (locked / "file").write_text("x")
    locked.chmod(0o000)
    locked.parent.chmod(0o500)
    workspace.close_tree(tree)
    assert not tree.path.exists()
    assert not tree.git_dir.exists()
    workspace.close_tree(tree)


@pytest.mark.parametrize("name", ["../out", "", "/abs", ".hidden", "a b"])
def test_a_tree_cannot_be_named_out_of_its_home(workspace, repository, name):
    sha = workspace.refresh(repository)
    with pytest.raises(ValueError, match="no name for a work tree"):
        workspace.open_tree(repository, Base("main", sha), name)


def test_a_rollback_leaves_only_the_commit(workspace, repository):
    tree = open_base(workspace, repository)
    (tree.path / "README.md").write_text("one\n")
    first = workspace.commit(tree, "one", ORDER)
    assert first is not None
    (tree.path / "README.md").unlink()
    (tree.path / "build").mkdir()
    (tree.path / "build" / "ignored").write_text("x")
    (tree.path / "inner" / ".git").mkdir(parents=True)
    (tree.path / ".git").write_text("gitdir: /etc")
    workspace.commit(replace_nested(tree), "two", ORDER)
    workspace.rollback(tree, first)
    assert sorted(path.name for path in tree.path.iterdir()) == [".gitignore", "README.md", "src"]
    assert (tree.path / "README.md").read_text() == "one\n"
    assert workspace.commit(tree, "nothing", ORDER) is None


def replace_nested(tree: Tree) -> Tree:
    (tree.path / "inner" / ".git").rmdir()
    return tree


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_after_a_rollback_files_still_belong_to_the_sandboxs_user(workspace, repository):
    tree = open_base(workspace, repository)
    for path in (tree.path, *tree.path.rglob("*")):
        os.chown(path, 65534, 65534)
    (tree.path / "README.md").write_text("x\n")
    assert workspace.commit(tree, "as another user", ORDER) is not None
    workspace.rollback(tree, tree.base.sha)
    assert {path.stat().st_uid for path in tree.path.rglob("*")} == {65534}


def test_conflicts_name_the_paths(workspace, repository, upstream):
    base = workspace.refresh(repository)
    tree = open_base(workspace, repository)
    (tree.path / "README.md").write_text("ours\n")
    workspace.commit(tree, "ours", ORDER)
    change = workspace.pack(tree, 1, "overnight/1-x")
    workspace.close_tree(workspace.open_change(repository, change, "judge-1"))
    assert workspace.conflicts(repository, change.head_sha, base) == ()
    clean = upstream.commit({"other.md": "x\n"})
    workspace.refresh(repository)
    assert workspace.conflicts(repository, change.head_sha, clean) == ()
    theirs = upstream.commit({"README.md": "theirs\n"})
    workspace.refresh(repository)
    assert workspace.conflicts(repository, change.head_sha, theirs) == ("README.md",)


def test_the_diff_shows_what_attributes_try_to_hide(workspace, repository):
    tree = open_base(workspace, repository)
    (tree.path / ".gitattributes").write_text("*.py binary\n*.py diff=evil -diff\n")
    (tree.path / "src" / "pantry.py").write_text("def stock():\n    return 2\n")
    workspace.commit(tree, "hide", ORDER)
    assert "+    return 2" in workspace.diff(tree)


def test_two_processes_may_refresh_and_open_at_once(tmp_path, upstream):
    script = f"""
from pathlib import Path
from include.overnight.adapters.git import GitWorkspace, RemoteAccess, checkout_id, tidy
from include.overnight.domain.changes import Base
from include.overnight.domain.issues import Repository
import sys
workspace = GitWorkspace(Path({str(tmp_path / "home")!r}), None, RemoteAccess())
repository = Repository("R_1", "octo", "pantry", "main", clone_url="file://{upstream.bare}")
for turn in range(3):
    sha = workspace.refresh(repository)
    tree = workspace.open_tree(repository, Base("main", sha), "tree-" + sys.argv[1])
    assert (tree.path / "README.md").exists()
print(sha)
"""
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert said == {git(upstream.checkout, "rev-parse", "HEAD")}


def test_a_mirror_recovers_from_a_killed_git(workspace, repository, upstream, tmp_path):
    workspace.refresh(repository)
    mirror = next(path for path in (tmp_path / "home" / "mirrors").iterdir() if path.is_dir())
    (mirror / "packed-refs.lock").write_text("")
    (mirror / "refs" / "heads" / "main.lock").write_text("")
    new = upstream.commit({"README.md": "after the crash\n"})
    assert workspace.refresh(repository) == new


def test_a_full_disk_is_named(tmp_path, upstream):
    upstream.commit({f"big-{number}": os.urandom(9000).hex() for number in range(4)})
    script = f"""
import resource, signal
from pathlib import Path
from include.overnight.adapters.git import GitWorkspace, RemoteAccess, checkout_id, tidy
from include.overnight.domain.errors import DiskFull
from include.overnight.domain.issues import Repository
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
workspace = GitWorkspace(Path({str(tmp_path / "small")!r}), None, RemoteAccess())
try:
    workspace.refresh(Repository("R_1", "octo", "pantry", "main", clone_url="file://{upstream.bare}"))
except DiskFull as error:
    print("full:", error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.startswith("full:"), done.stdout + done.stderr


def test_our_own_writes_notice_a_full_disk(workspace, repository, monkeypatch):
    class FullStorage(MemoryStorage):
        def get(self, uri: str) -> bytes:
            raise OSError(28, "No space left on device", uri)

    base = Base("overnight/1", "1" * 40, ("memory://x",))
    with pytest.raises(DiskFull, match="no space left"):
        replace(workspace, storage=FullStorage()).open_tree(repository, base, "issue-2")


def test_git_ignores_the_surroundings_it_is_started_in(workspace, repository, monkeypatch, tmp_path):
    hook = tmp_path / "ran"
    config = tmp_path / "gitconfig"
    config.write_text(f"[core]\n\tfsmonitor = touch {hook}\n\thooksPath = {tmp_path}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_WORK_TREE", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere/objects")
    tree = open_base(workspace, repository)
    (tree.path / "README.md").write_text("x\n")
    assert workspace.commit(tree, "still works", ORDER) is not None
    assert not hook.exists()


def test_a_chain_of_three_changes_travels_to_another_machine(workspace, repository, upstream, tmp_path):
    base = Base("main", workspace.refresh(repository))
    changes = []
    for number in (1, 2, 3):
        tree = workspace.open_tree(repository, base, f"issue-{number}")
        (tree.path / f"step-{number}.txt").write_text(f"{number}\n")
        workspace.commit(tree, f"step {number}", ORDER)
        changes.append(workspace.pack(tree, number, f"overnight/{number}-step"))
        base = changes[-1].as_base()
    elsewhere = GitWorkspace(tmp_path / "elsewhere", workspace.storage, RemoteAccess())
    assert len(changes[-1].as_base().bundles) == 3
    judged = elsewhere.open_change(repository, changes[-1], "judge-3")
    assert (judged.path / "step-1.txt").exists()
    assert (judged.path / "step-3.txt").read_text() == "3\n"
    assert "step-3.txt" in elsewhere.diff(judged)
    assert "step-2.txt" not in elsewhere.diff(judged)
    third = GitWorkspace(tmp_path / "third", workspace.storage, RemoteAccess())
    stacked = third.open_tree(repository, changes[1].as_base(), "issue-4")
    assert (stacked.path / "step-2.txt").exists()


def test_a_bundle_that_holds_something_else_is_refused(workspace, repository, storage: MemoryStorage):
    changes = []
    for number in (1, 2):
        tree = open_base(workspace, repository, f"issue-{number}")
        (tree.path / "x").write_text(str(number))
        workspace.commit(tree, "x", ORDER)
        changes.append(workspace.pack(tree, number, "overnight/x"))
    first, second = changes
    with pytest.raises(ChangeUnusable, match="holds"):
        workspace.open_change(repository, replace(first, bundle=second.bundle), "judge")
    with pytest.raises(ChangeUnusable, match="is not the change"):
        workspace.open_change(repository, replace(first, tree_sha=second.tree_sha), "judge")
    storage.objects[first.bundle] = b"garbage"
    with pytest.raises(ChangeUnusable, match="not a bundle"):
        workspace.open_change(repository, first, "judge")
    storage.objects[second.bundle] = storage.objects[second.bundle][:-30]
    elsewhere = GitWorkspace(Path(workspace.home) / "other", storage, RemoteAccess())
    with pytest.raises(ChangeUnusable, match="cannot be applied"):
        elsewhere.open_change(repository, second, "judge")


def test_a_change_is_described_and_an_empty_one_refused(workspace, repository):
    tree = open_base(workspace, repository)
    with pytest.raises(ChangeUnusable, match="empty"):
        workspace.pack(tree, 1, "overnight/1")
    (tree.path / "README.md").write_text("# Pantry\nmore\n")
    (tree.path / "src" / "pantry.py").unlink()
    (tree.path / "ünï code").write_bytes(b"\0binary")
    workspace.commit(tree, "change", ORDER)
    change = workspace.pack(tree, 1, "overnight/1-x")
    assert change.files == ("README.md", "src/pantry.py", "ünï code")
    assert (change.insertions, change.deletions) == (1, 2)
    assert change.base == tree.base


def test_a_tidied_tree_is_as_committed_and_keeps_what_a_build_made(workspace, repository, upstream):
    upstream.commit({".gitignore": "build/\n*.py[co]\n/tests/conftest.py\n", "src/more.py": "1\n"})
    tree = open_base(workspace, repository)
    before = checkout_id(tree)
    assert tidy(tree) == ()
    files = {"build/out.js": "1", "tests/conftest.py": "hook", "stray/a/b": "1", "README.md": "other"}
    for name, text in files.items():
        (tree.path / name).parent.mkdir(parents=True, exist_ok=True)
        (tree.path / name).write_text(text)
    (tree.path / "src/pantry.py").unlink()
    (tree.path / "src/more.py").unlink()
    (tree.path / "src").rmdir()
    (tree.path / "src").symlink_to(upstream.checkout)
    assert tidy(tree) == ("README.md", "src/more.py", "src/pantry.py")
    left = sorted(path.relative_to(tree.path).as_posix() for path in tree.path.rglob("*") if path.is_file())
    assert left == [".gitignore", "README.md", "build/out.js", "src/more.py", "src/pantry.py"]
    assert not (tree.path / "src").is_symlink()
    assert (tree.path / "README.md").read_text() == "# Pantry\n"
    assert checkout_id(tree) != before  # setup brings back what it had made
    assert tidy(tree) == ()
