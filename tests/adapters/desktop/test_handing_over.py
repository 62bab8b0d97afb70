"""Branches brought to a desktop, work trees for them, and a checkout's health."""

import stat
from datetime import timedelta
from pathlib import Path

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.adapters.desktop.desktop import utc_now
from include.overnight.domain.desktops import health_of
from tests.adapters.desktop.staging import fingerprint
from tests.adapters.git.remotes import GitServer, git

BRANCH = "overnight/7-add-salt"


def test_branches_are_there_to_be_switched_to_and_missing_ones_are_left_out(desk):
    sha = desk.push({"salt.txt": "salt\n"}, BRANCH)
    opened = GitDesktop().bring(desk.checkout, [BRANCH, "overnight/8-gone", "--upload-pack=touch x", "a b"])
    assert opened.branches == ((BRANCH, sha),)
    assert desk.git("rev-parse", f"origin/{BRANCH}") == sha
    desk.git("switch", "--quiet", BRANCH)
    assert (desk.home / "salt.txt").exists()


def test_bringing_twice_follows_the_branch_and_touches_neither_files_nor_head(desk):
    desk.push({"salt.txt": "salt\n"}, BRANCH)
    GitDesktop().bring(desk.checkout, [BRANCH])
    sha = desk.push({"salt.txt": "more salt\n"}, BRANCH)
    head, index = desk.git("rev-parse", "HEAD"), (desk.home / ".git" / "index").read_bytes()
    assert GitDesktop().bring(desk.checkout, [BRANCH]).branches == ((BRANCH, sha),)
    assert (desk.git("rev-parse", "HEAD"), (desk.home / ".git" / "index").read_bytes()) == (head, index)


def test_work_trees_are_opened_once_where_they_are_asked_for(desk):
    sha = desk.push({"salt.txt": "salt\n"}, BRANCH)
    asking = desk.having(worktrees=str(desk.root / "nights"))
    (folder,) = GitDesktop().bring(asking.checkout, [BRANCH]).worktrees
    assert Path(folder) == desk.root / "nights" / "overnight-7-add-salt"
    assert git(Path(folder), "rev-parse", "HEAD") == sha
    (Path(folder) / "salt.txt").write_text("edited by a person\n")
    GitDesktop().bring(asking.checkout, [BRANCH])
    assert (Path(folder) / "salt.txt").read_text() == "edited by a person\n"


def test_what_is_left_for_people_never_lies_in_the_work_tree(desk):
    before = fingerprint(desk.home)
    path = GitDesktop().leave(desk.checkout, "morning.md", "# Good morning\n")
    assert Path(path).read_text() == "# Good morning\n"
    assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    assert fingerprint(desk.home) == before
    assert desk.git("status", "--porcelain") == ""


def _health(desk, now=None):
    desktop = GitDesktop()
    state = desktop.look(desk.checkout)
    return health_of(desktop.examine(desk.checkout, state, now or utc_now()))


def test_a_checkout_in_order_is_ready_without_an_issue(desk):
    assert (_health(desk).ready, _health(desk).issues) == (True, ())


def test_a_dirty_tree_and_another_branch_are_told_but_do_not_stop_a_builder(desk):
    desk.git("checkout", "--quiet", "-b", "aside")
    desk.write("README.md", "mine\n")
    health = _health(desk)
    assert health.ready
    assert health.issues == (
        "pantry branch: on aside, not on main",
        "pantry work tree: uncommitted changes in README.md",
    )


def test_a_missing_folder_and_a_remote_that_is_gone_are_not_ready(desk):
    missing = _health(desk.having(path="/nowhere/at/all"))
    assert not missing.ready
    assert "is no folder" in missing.issues[0]
    desk.remote.rename(desk.root / "away")
    gone = _health(desk)
    assert not gone.ready
    assert gone.issues[0].startswith("pantry remote: ")


def test_a_clock_that_disagrees_with_the_remotes_is_an_issue(desk):
    (desk.root / "upstream.git").symlink_to(desk.remote)
    server = GitServer(desk.root, "whatever")
    try:
        desk.git("remote", "set-url", "origin", server.url)
        health = _health(desk, utc_now() - timedelta(hours=1))
    finally:
        server.close()
    (clock,) = [issue for issue in health.issues if "clock" in issue]
    assert "behind the remote's" in clock


def test_a_commit_from_the_future_shows_a_clock_that_is_behind(desk):
    assert any("clock" in issue for issue in _health(desk, utc_now() - timedelta(hours=1)).issues)
