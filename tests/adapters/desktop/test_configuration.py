"""Whose word counts in a checkout: its owner's configuration, but no hook and no monitor."""

import os
from pathlib import Path

import pytest

from include.overnight.adapters.desktop import GitDesktop
from include.overnight.domain.syncing import Action

HOOKS = ("post-merge", "post-checkout", "reference-transaction", "pre-merge-commit", "post-index-change")


def _script(path, target):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {path.name} >> {target}\ncat\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def ran(desk):
    """The file that tells what was run, and a checkout full of things that could be."""
    target = desk.root / "ran"
    for name in HOOKS:
        _script(desk.home / ".git" / "hooks" / name, target)
    desk.git("config", "core.fsmonitor", str(_script(desk.root / "monitor", target)))
    for name in ("fetch", "status", "merge-tree"):
        desk.git("config", f"alias.{name}", f"!touch {target}")
    target.unlink(missing_ok=True)
    return target


def test_no_hook_no_monitor_and_no_alias_runs(desk, ran):
    desk.push({"new.txt": "new\n"})
    assert desk.sync()[2]
    GitDesktop().undo(desk.checkout)
    assert not ran.exists()


def test_the_post_merge_hook_runs_where_the_settings_ask_for_it(desk, ran):
    desk.push({"new.txt": "new\n"})
    assert desk.having(hooks=True).sync()[2]
    assert ran.read_text().splitlines() == ["post-merge"]


def test_filters_write_what_the_developers_own_git_would_write_and_see_no_secret(desk, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_17_verysecret")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-17-verysecret")
    seen = desk.root / "seen"
    desk.git("config", "filter.loud.smudge", f"sh -c 'env > {seen}; tr a-z A-Z'")
    desk.push({".gitattributes": "*.txt filter=loud\n", "w.txt": "quiet\n"})
    assert desk.sync()[1].action is Action.FAST_FORWARD
    assert (desk.home / "w.txt").read_text() == "QUIET\n"
    assert "verysecret" not in seen.read_text()


def test_a_filter_that_fails_stops_the_merge_before_anything_is_touched(desk):
    from include.overnight.domain.errors import OvernightError
    from tests.adapters.desktop.staging import fingerprint

    desk.git("config", "filter.broken.smudge", "false")
    desk.git("config", "filter.broken.required", "true")
    desk.push({".gitattributes": "*.txt filter=broken\n", "w.txt": "quiet\n"})
    before = fingerprint(desk.home)
    with pytest.raises(OvernightError, match="write the merged files"):
        desk.sync()
    assert fingerprint(desk.home) == before
    assert not (desk.home / ".git" / "overnight" / "journal.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a checkout away")
def test_somebody_elses_checkout_is_left_alone(desk):
    desk.push({"new.txt": "new\n"})
    for root, folders, names in os.walk(desk.home):
        for name in (".", *folders, *names):
            os.lchown(Path(root, name), 12345, 12345)
    _, decision, moved = desk.sync()
    assert (decision.rule, moved) == ("problem", None)


def test_a_linked_work_tree_is_a_checkout_like_any_other(desk):
    desk.git("checkout", "--quiet", "-b", "aside")
    linked = desk.root / "linked"
    desk.git("worktree", "add", "--quiet", str(linked), "main")
    desk.push({"new.txt": "new\n"})
    at_linked = desk.having(path=str(linked))
    assert at_linked.sync()[2]
    assert (linked / "new.txt").read_text() == "new\n"
    assert not (desk.home / "new.txt").exists()
    GitDesktop().undo(at_linked.checkout)
    assert not (linked / "new.txt").exists()


def test_a_folder_inside_a_checkout_or_a_bare_repository_is_no_checkout(desk):
    inside = desk.having(path=str(desk.home / "src")).sync()[1]
    bare = desk.having(path=str(desk.remote)).sync()[1]
    assert "not a git repository" in inside.reason
    assert "bare" in bare.reason
    missing = desk.having(path=str(desk.root / "nowhere")).sync()[1]
    assert "is no folder on this machine" in missing.reason


def test_a_remote_of_another_repository_is_refused_by_name(desk):
    _, decision, _ = desk.having(repository="octo/pantry").sync()
    assert (decision.rule, "not octo/pantry" in decision.reason) == ("problem", True)


def test_the_developers_own_ssh_command_reaches_the_remote(desk):
    told = desk.root / "ssh-told"
    ssh = desk.root / "my-ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {told}\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    desk.git("config", "core.sshCommand", str(ssh))
    desk.git("config", "ssh.variant", "simple")
    desk.git("remote", "set-url", "origin", f"ssh://host{desk.remote}")
    desk.push({"new.txt": "new\n"})
    assert desk.sync()[1].action is Action.FAST_FORWARD
    assert "git-upload-pack" in told.read_text()
    assert "BatchMode" not in told.read_text()
