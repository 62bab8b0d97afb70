"""Killed at any point, the checkout is before or after, at the latest once it was run again."""

import os
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.overnight.adapters.desktop import GitDesktop, merging, swapping
from include.overnight.adapters.desktop.places import find
from include.overnight.domain.errors import OvernightError
from include.overnight.domain.syncing import Action
from tests.adapters.desktop.staging import copy_desk, files, fingerprint
from tests.adapters.git.remotes import git

pytestmark = pytest.mark.slow  # whole nights and killed processes, minutes together

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def behind(template, tmp_path_factory):
    """A desk with files to change, add, remove and turn into folders, and with work of its own."""
    root = tmp_path_factory.mktemp("behind") / "desk"
    desk = copy_desk(template, root)
    desk.push({"src/b.py": "B = 2\n", "new/deep.txt": "new\n", "docs/old.md": None, "tool.sh": None})
    desk.push({"tool.sh/inner": "folder now\n"})
    desk.write("README.md", "mine\n")
    desk.write("staged.txt", "mine\n")
    desk.git("add", "staged.txt")
    return root


@pytest.fixture
def desk(behind, tmp_path):
    return copy_desk(behind, tmp_path / "desk")


def in_a_child(work) -> int:
    """Run in a process of its own; return the signal that killed it, 0 when it ended."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def kill_at(number, steps=None):
    """Return what is told of steps, and kills its process at one of them."""
    seen = []

    def told(step):
        seen.append(step)
        if steps is not None:
            steps.append(step)
        if len(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return told


def merge(desk, told=swapping.silent):
    state = GitDesktop().look(desk.checkout)
    merging.merge(find(desk.checkout), state, NOW, told)


def seen_by_people(desk):
    """Return files, head and status: before and after differ in all of them."""
    status = git(desk.home, "status", "--porcelain", "-z")
    return files(desk.home), git(desk.home, "rev-parse", "HEAD"), status


@pytest.fixture(scope="module")
def both_ends(behind, tmp_path_factory):
    """What before and after look like, and the steps between them."""
    desk = copy_desk(behind, tmp_path_factory.mktemp("ends") / "desk")
    before, steps = seen_by_people(desk), []
    merge(desk, kill_at(-1, steps))
    return before, seen_by_people(desk), steps


STEPS = 17


def test_the_steps_are_the_ones_that_are_killed(both_ends):
    assert len(both_ends[2]) == STEPS, both_ends[2]


@pytest.mark.parametrize("number", range(1, STEPS + 1))
def test_a_kill_at_any_step_leaves_before_or_after(desk, both_ends, number):
    before, after, _ = both_ends
    assert in_a_child(lambda: merge(desk, kill_at(number))) == signal.SIGKILL
    halfway = files(desk.home)
    for path in {*before[0], *after[0], *halfway}:
        whole = (before[0].get(path), after[0].get(path), None)
        assert halfway.get(path) in whole, f"{path} is neither the old nor the new file"
    GitDesktop().settle(desk.checkout)
    assert seen_by_people(desk) in (before, after)
    assert not (desk.home / ".git" / "index.lock").exists()
    assert GitDesktop().settle(desk.checkout) == ""
    if seen_by_people(desk) == before:
        desk.sync()
    assert seen_by_people(desk) == after


@pytest.mark.parametrize("number", [9, 12, 14])
def test_a_rerun_that_is_killed_as_well_is_no_worse(desk, both_ends, number):
    before, after, _ = both_ends
    in_a_child(lambda: merge(desk, kill_at(8)))
    in_a_child(lambda: swapping.settle(find(desk.checkout), kill_at(number - 8)))
    GitDesktop().settle(desk.checkout)
    assert seen_by_people(desk) in (before, after)


def test_between_two_files_gits_own_lock_keeps_people_out(desk):
    in_a_child(lambda: merge(desk, kill_at(9)))
    with pytest.raises(AssertionError, match=r"index\.lock"):
        desk.git("add", "README.md")
    assert "finished" in GitDesktop().settle(desk.checkout)
    desk.git("add", "README.md")


def test_an_edit_made_after_the_kill_is_kept_and_the_merge_taken_back(desk, both_ends):
    in_a_child(lambda: merge(desk, kill_at(8)))
    waiting = [
        path for path in ("src/b.py", "docs/old.md") if files(desk.home).get(path) == both_ends[0][0][path]
    ]
    assert waiting
    desk.write("src/b.py", "an edit after the kill\n")
    told = GitDesktop().settle(desk.checkout)
    assert "taken back" in told
    assert files(desk.home) == {**both_ends[0][0], "src/b.py": b"an edit after the kill\n"}
    assert desk.git("rev-parse", "HEAD") == both_ends[0][1]


def test_an_edit_on_top_of_a_new_file_stays_on_top_of_it(desk, both_ends):
    in_a_child(lambda: merge(desk, kill_at(13)))
    desk.write("src/b.py", "B = 2\nmore\n")
    assert "finished" in GitDesktop().settle(desk.checkout)
    assert files(desk.home) == {**both_ends[1][0], "src/b.py": b"B = 2\nmore\n"}


@pytest.mark.parametrize("number", [8, 10, 13, 15])
def test_a_killed_undo_leaves_before_or_after_too(desk, both_ends, number):
    before, after, _ = both_ends
    desk.sync()
    assert in_a_child(lambda: merging.undo(find(desk.checkout), desk.checkout, NOW, kill_at(number))) == 9
    GitDesktop().settle(desk.checkout)
    assert seen_by_people(desk) in (before, after)


def _fake_git(folder: Path, at: int, deed: str) -> str:
    """Put a git on PATH that counts its calls and does a deed at one of them; return that PATH."""
    real = shutil.which("git")
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        f"#!/bin/sh\nn=$(cat {folder}/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > {folder}/n\n"
        f'if [ "$n" = {at} ]; then {deed}; fi\nexec {real} "$@"\n'
    )
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def _killed_at_git(desk, at, deed):
    path = _fake_git(desk.root / "bin", at, deed)

    def work():
        os.environ["PATH"] = path
        desk.sync()

    return in_a_child(work)


BEFORE, AFTER = "kill -9 $PPID; exit 1", f'{shutil.which("git")} "$@"; kill -9 $PPID; exit 0'
CALLS = 46


def _check_killed_at_git(desk, both_ends, at, deed):
    before, after, _ = both_ends
    assert _killed_at_git(desk, at, deed) == signal.SIGKILL
    GitDesktop().settle(desk.checkout)
    assert seen_by_people(desk) in (before, after)
    assert desk.sync()[1].action in (Action.NOTHING, Action.FAST_FORWARD)
    assert seen_by_people(desk) == after


@pytest.mark.parametrize("at", [24, 36, 44])
def test_a_kill_around_a_git_command_leaves_before_or_after(desk, both_ends, at):
    _check_killed_at_git(desk, both_ends, at, AFTER)


@pytest.mark.slow
@pytest.mark.parametrize("deed", [BEFORE, AFTER])
@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_a_kill_around_every_git_command_leaves_before_or_after(desk, both_ends, at, deed):
    _check_killed_at_git(desk, both_ends, at, deed)


def _merged(desk):
    try:
        return desk.sync()[2] is not None
    except OvernightError:
        return False


@pytest.mark.parametrize("at", [5, 22, 30, 38])
def test_a_git_that_dies_itself_leaves_everything_as_it_was(desk, at):
    before = fingerprint(desk.home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", _fake_git(desk.root / "bin", at, "kill -9 $$"))
        if not _merged(desk):
            assert fingerprint(desk.home) == before
    assert desk.sync()[1].action in (Action.NOTHING, Action.FAST_FORWARD)


def test_nothing_of_a_dead_move_is_left_behind(desk):
    in_a_child(lambda: merge(desk, kill_at(5)))
    assert list((desk.home / ".git" / "overnight").glob("move-*"))
    assert "had not begun" in GitDesktop().settle(desk.checkout)
    ours = {path.name for path in (desk.home / ".git" / "overnight").iterdir()}
    assert ours <= {"lock"}
    assert desk.git("for-each-ref", "refs/overnight/backup") == ""
