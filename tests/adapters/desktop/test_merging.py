"""Carrying uncommitted work over, taking a merge back, and what happens when somebody else is quicker."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.overnight.adapters.desktop import GitDesktop, merging
from include.overnight.adapters.desktop.places import find
from include.overnight.domain.errors import Contended, Forbidden, NotFound
from include.overnight.domain.syncing import Action
from tests.adapters.desktop.staging import FILES, files, fingerprint

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
LONG = FILES["src/a.py"]
THEIRS = LONG.replace("line 1\n", "theirs\n")
MINE = LONG.replace("line 20\n", "mine\n")
BOTH = THEIRS.replace("line 20\n", "mine\n")


@pytest.fixture
def carrying(desk):
    """A desk with autostash, whose uncommitted work is in a file that comes in."""
    desk.push({"src/a.py": THEIRS, "new.txt": "new\n"})
    desk.write("src/a.py", MINE)
    desk.write("README.md", "mine too\n")
    return desk.having(autostash=True)


def test_uncommitted_work_that_fits_is_carried_over(carrying):
    _, decision, moved = carrying.sync()
    assert decision.action is Action.FAST_FORWARD
    assert any("carry uncommitted work over (src/a.py)" in step for step in decision.plan)
    assert (carrying.home / "src/a.py").read_text() == BOTH
    assert carrying.git("show", "HEAD:src/a.py") == THEIRS.strip()
    assert carrying.git("status", "--porcelain").split() == ["M", "README.md", "M", "src/a.py"]
    assert carrying.git("show", f"{moved.backup}-uncommitted:src/a.py") == MINE.strip()


def test_staged_work_in_an_incoming_file_is_carried_over_as_well(carrying):
    carrying.git("add", "src/a.py")
    carrying.write("src/a.py", MINE + "and more\n")
    assert carrying.sync()[2]
    assert (carrying.home / "src/a.py").read_text() == BOTH + "and more\n"
    GitDesktop().undo(carrying.checkout)
    assert (carrying.home / "src/a.py").read_text() == MINE + "and more\n"


def test_undo_brings_carried_work_back_as_it_was(carrying):
    former = files(carrying.home)
    carrying.sync()
    GitDesktop().undo(carrying.checkout)
    assert files(carrying.home) == former
    assert carrying.git("status", "--porcelain").split() == ["M", "README.md", "M", "src/a.py"]


def test_undo_is_refused_once_carried_work_was_edited_again(carrying):
    carrying.sync()
    carrying.write("src/a.py", BOTH + "later\n")
    before = fingerprint(carrying.home)
    with pytest.raises(Forbidden, match=r"edited since: src/a\.py"):
        GitDesktop().undo(carrying.checkout)
    assert fingerprint(carrying.home) == before


def test_uncommitted_work_that_does_not_fit_is_left_alone_and_both_sides_are_written_down(carrying):
    carrying.write("src/a.py", LONG.replace("line 1\n", "mine\n"))
    before = fingerprint(carrying.home)
    state, decision, _ = carrying.sync()
    assert (decision.action, decision.rule) == (Action.REFUSE, "uncommitted")
    report = Path(GitDesktop().report_conflicts(state)).read_text()
    assert fingerprint(carrying.home) == before
    assert "theirs, then your uncommitted work" in report
    assert report.index("theirs\n=======\nmine") > 0


def test_carried_work_and_a_merge_commit_go_together(carrying):
    carrying.commit("mine.txt", "mine\n")
    carrying.git("reset", "--quiet", "--mixed", "HEAD")
    assert carrying.sync()[1].action is Action.MERGE
    assert (carrying.home / "src/a.py").read_text() == BOTH
    assert carrying.git("log", "-1", "--format=%an %s") == "Overnight Merge origin/main into main"


def test_a_conflict_is_reported_with_both_sides_and_forgotten_once_it_is_resolved(desk):
    desk.push({"src/b.py": "B = 2\n", "gone.py": "1\n"})
    desk.commit("src/b.py", "B = 3\n")
    state = GitDesktop().look(desk.checkout)
    path = GitDesktop().report_conflicts(state)
    report = Path(path).read_text()
    assert "1 unpushed, 1 incoming" in report
    assert "B = 3\n=======\nB = 2\n" in report
    desk.git("pull", "--quiet", "--no-rebase", "-X", "ours", "origin", "main")
    assert GitDesktop().report_conflicts(GitDesktop().look(desk.checkout)) == ""
    assert not (desk.home / ".git" / "overnight" / "conflicts.md").exists()


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        (lambda d: d.write("new.txt", "edited\n"), "edited since"),
        (lambda d: d.commit("more.txt", "more\n"), "has moved on"),
        (lambda d: d.git("checkout", "--quiet", "-b", "aside"), "is not checked out"),
        (lambda d: d.write("docs/old.md", "mine\n"), "new files lie"),
        (lambda d: (d.home / ".git" / "index.lock").touch(), "at work"),
    ],
    ids=["an edit", "a commit", "another branch", "a new file in the way", "a lock"],
)
def test_undo_never_loses_later_work(desk, deed, words):
    desk.push({"new.txt": "new\n", "docs/old.md": None})
    desk.sync()
    deed(desk)
    before = fingerprint(desk.home)
    with pytest.raises(Forbidden, match=words):
        GitDesktop().undo(desk.checkout)
    assert fingerprint(desk.home) == before


def test_a_merge_is_undone_once(desk):
    desk.push({"new.txt": "new\n"})
    desk.sync()
    assert GitDesktop().undo(desk.checkout).files == 1
    with pytest.raises(NotFound, match="nothing was merged"):
        GitDesktop().undo(desk.checkout)


QUICKER = {
    "an edit of an incoming file": lambda d: d.write("src/b.py", "quicker\n"),
    "a new file in the way": lambda d: d.write("new.txt", "quicker\n"),
    "an edit elsewhere": lambda d: d.write("README.md", "quicker\n"),
}


@pytest.mark.parametrize("name", QUICKER)
def test_work_done_between_the_look_and_the_merge_stops_the_merge(desk, name):
    desk.push({"src/b.py": "B = 2\n", "new.txt": "new\n"})
    state = GitDesktop().look(desk.checkout)
    QUICKER[name](desk)
    before = fingerprint(desk.home)
    with pytest.raises(Contended):
        GitDesktop().merge(state)
    assert fingerprint(desk.home) == before


@pytest.mark.parametrize("path", ["src/b.py", "new.txt"])
def test_an_edit_made_while_files_are_put_in_place_is_kept_and_the_rest_taken_back(desk, path):
    desk.push({"docs/old.md": None, "src/b.py": "B = 2\n", "new.txt": "new\n"})
    state, former = GitDesktop().look(desk.checkout), files(desk.home)

    def told(step):
        if step == "begin":
            desk.write(path, "quicker\n")

    with pytest.raises(Contended, match="while the merge was under way"):
        merging.merge(find(desk.checkout), state, NOW, told)
    assert files(desk.home) == {**former, path: b"quicker\n"}
    assert desk.git("rev-parse", "HEAD") == state.head
    assert not (desk.home / ".git" / "index.lock").exists()


def test_an_unsafe_state_cannot_be_merged_by_mistake(desk):
    desk.push({"src/b.py": "B = 2\n"})
    desk.write("src/b.py", "mine\n")
    with pytest.raises(Forbidden, match="uncommitted work"):
        GitDesktop().merge(GitDesktop().look(desk.checkout))


def test_one_process_at_a_time_works_on_a_checkout(desk):
    with (
        GitDesktop().hold(desk.checkout),
        pytest.raises(Contended),
        GitDesktop(patience=0.1).hold(desk.checkout),
    ):
        pass


def test_a_damaged_journal_is_named_and_nothing_is_guessed(desk):
    (desk.home / ".git" / "overnight").mkdir()
    (desk.home / ".git" / "overnight" / "journal.json").write_text("{")
    with pytest.raises(Exception, match=r"journal\.json cannot be read"):
        GitDesktop().settle(desk.checkout)


def test_looking_twice_and_merging_twice_changes_nothing_more(desk):
    desk.push({"new.txt": "new\n"})
    desk.sync()
    before = fingerprint(desk.home)
    assert desk.sync()[1].action is Action.NOTHING
    assert fingerprint(desk.home) == before


def test_old_backups_are_thinned_out_and_the_newest_stay(desk, monkeypatch):
    monkeypatch.setattr(merging, "KEPT_BACKUPS", 2)
    for number in range(4):
        desk.push({"n.txt": f"{number}\n"})
        desk.sync(GitDesktop(now=lambda number=number: NOW.replace(minute=number)))
    kept = desk.git("for-each-ref", "--format=%(refname)", "refs/overnight/backup").splitlines()
    assert [name.split("/")[-1][:15] for name in kept] == ["20260301T060200", "20260301T060300"]


def test_a_merge_writes_the_remote_tracking_branch_as_a_fetch_would(desk):
    sha = desk.push({"new.txt": "new\n"})
    desk.sync()
    assert desk.git("rev-parse", "origin/main") == sha
    assert desk.git("status", "--short", "--branch") == "## main...origin/main"


def test_a_configured_branch_is_kept_level_though_it_is_not_the_default(desk):
    desk.push({"dev.txt": "dev\n"}, "dev")
    desk.git("checkout", "--quiet", "-b", "dev")
    on_dev = desk.having(branch="dev")
    assert on_dev.sync()[2]
    assert (desk.home / "dev.txt").exists()
    shutil.rmtree(desk.remote)
    assert on_dev.sync()[1].rule == "unreachable"
