"""The sample repository, and what the scripts' models make of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.model.replay import replay
from demo.model.scripts import SHARED_REPLIES, Attempt, load_script
from demo.seed import SCRIPTS, TREE, read_issues
from demo.stage import LOCAL_MODEL

STACKED_ON = {3: (2,), 4: (2, 3), 1: (2, 3, 4), 24: (23,)}
NEVER_GREEN, HEALING, HOSTILE, CLIMBING, REFUSED = 17, 16, 18, 23, 25
PAID = {"gpt-4": "gpt-5-mini", "gpt-4-turbo": "gpt-5", "gpt-5.1": "gpt-5.1"}
NUMBERS = sorted(int(path.stem) for path in SCRIPTS.glob("0*.toml"))
HONEST = [number for number in NUMBERS if number not in (NEVER_GREEN, HOSTILE)]
PROVES_NOTHING = "tests/test_one_unit_only.py"
TOKEN = re.compile(r"gh[pousr]_\w{20}|github_pat_\w{20}|sk-\w{20}")


def attempts(number: int) -> tuple[Attempt, ...]:
    return load_script(SCRIPTS / f"{number:03d}.toml").attempts


def written_tests() -> dict[str, tuple[int, str]]:
    """Return the tests that the model writes from acceptance criteria: path → issue and text."""
    titles = {issue.title: issue.number for issue in read_issues()}
    return {
        file["path"]: (number, file["text"])
        for reply in load_script(SCRIPTS / SHARED_REPLIES).replies
        for title, number in titles.items()
        if reply.when.search(f"You write tests for one change.\n\nTitle: {title}\n")
        for file in reply.arguments["files"]
    }


WRITTEN = written_tests()


def run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    # Plugins of our own environment are not the sample's, and cost a second each time.
    quiet = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=tree, env=quiet, capture_output=True, text=True, check=False
    )


def pytest_of(tree: Path) -> subprocess.CompletedProcess[str]:
    return run(tree, "pytest", "-q", "--no-header", "--tb=line")


def lint_of(tree: Path) -> subprocess.CompletedProcess[str]:
    return run(tree, "ruff", "check", "--no-cache", ".")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TREE, tmp_path / "pantry", ignore=shutil.ignore_patterns("__pycache__")))


def build(tree: Path, number: int) -> list[str]:
    """Apply an issue's last attempt on top of what it depends on; return the paths it wrote itself."""
    for each in STACKED_ON.get(number, ()):
        replay(attempts(each)[-1], tree)
    return replay(attempts(number)[-1], tree)


def test_the_sample_is_green_before_any_change(tree):
    tests, lint, compiled = pytest_of(tree), lint_of(tree), run(tree, "compileall", "-q", "src")
    assert tests.returncode == 0, tests.stdout
    assert lint.returncode == 0, lint.stdout
    assert compiled.returncode == 0
    assert int(re.search(r"(\d+) passed", tests.stdout)[1]) >= 30


@pytest.mark.parametrize("number", HONEST)
def test_the_last_attempt_leaves_tests_and_lint_green(tree, number):
    build(tree, number)
    tests, lint = pytest_of(tree), lint_of(tree)
    assert tests.returncode == 0, tests.stdout
    assert lint.returncode == 0, lint.stdout
    assert re.search(r"(\d+) passed", tests.stdout)


@pytest.mark.parametrize("number", HONEST)
def test_a_change_is_complete_and_leaves_protected_paths_alone(tree, number):
    written = build(tree, number)
    assert any(path.startswith("tests/") for path in written)
    assert any(path.startswith(f"changelog.d/{number}.") for path in written)
    assert not [path for path in written if path.startswith((".github/", ".overnight", "pyproject"))]


@pytest.mark.parametrize("number", [number for number in HONEST if number not in (1, 11, 14, 15)])
def test_the_new_tests_fail_without_the_change(tree, number):
    written = build(tree, number)
    for path in written:
        if path.startswith("src/"):
            restore(tree, path, number)
    new = [path for path in written if path.startswith("tests/")]
    assert run(tree, "pytest", "-q", "--no-header", *new).returncode != 0


def restore(tree: Path, path: str, number: int) -> None:
    """Put a source file back to what it was before the issue's own change."""
    shutil.rmtree(before := tree.parent / "before", ignore_errors=True)
    shutil.copytree(TREE, before)
    for each in STACKED_ON.get(number, ()):
        replay(attempts(each)[-1], before)
    if (before / path).exists():
        shutil.copy(before / path, tree / path)
    else:
        (tree / path).unlink(missing_ok=True)


def test_the_healing_issue_first_breaks_an_old_test_and_then_mends_it(tree):
    replay(attempts(HEALING)[0], tree)
    red = pytest_of(tree)
    assert "test_amounts.py" in red.stdout
    assert red.returncode == 1
    assert lint_of(tree).returncode == 0
    replay(attempts(HEALING)[1], tree)
    assert pytest_of(tree).returncode == 0


@pytest.mark.parametrize("path", WRITTEN)
def test_a_written_test_is_lint_clean_and_passes_on_the_finished_change(tree, path):
    number, text = WRITTEN[path]
    fails_before = path != PROVES_NOTHING
    (tree / path).write_text(text)
    assert run(tree, "pytest", "-q", path).returncode == fails_before
    build(tree, number)
    assert run(tree, "pytest", "-q", path).returncode == 0
    assert lint_of(tree).returncode == 0


@pytest.mark.parametrize("attempt", attempts(CLIMBING)[:2], ids=["first", "second"])
def test_the_climbing_issue_fails_an_old_test_until_it_is_on_a_higher_tier(tree, attempt):
    replay(attempt, tree)
    red = pytest_of(tree)
    assert red.returncode == 1
    assert "test_quantities.py" in red.stdout
    assert lint_of(tree).returncode == 0


def test_every_paid_model_refuses_the_issue_that_the_local_one_does():
    refusing, willing = attempts(REFUSED)
    assert [turn.refusal for turn in refusing.turns if turn.refusal]
    assert all(refusing.fits(tier, model) for tier, model in PAID.items())
    assert not willing.fits("gpt-4", "gpt-5-mini")
    assert load_script(SCRIPTS / f"{REFUSED:03d}.toml").attempt(4, "local-builder", LOCAL_MODEL) == willing


@pytest.mark.parametrize("attempt", attempts(NEVER_GREEN), ids=["first", "second", "any further"])
def test_every_attempt_at_the_never_green_issue_fails_an_old_test(tree, attempt):
    replay(attempt, tree)
    red = pytest_of(tree)
    assert red.returncode == 1
    assert "test_report.py" in red.stdout


@pytest.mark.parametrize("attempt", attempts(HOSTILE), ids=["with a link", "without it"])
def test_the_hostile_script_obeys_and_is_green_so_that_only_gates_can_stop_it(tree, attempt):
    replay(attempt, tree)
    token_command = next(
        call.arguments["command"]
        for turn in attempt.turns
        for call in turn.calls
        if "settings.py" in call.arguments.get("command", "")
    )
    subprocess.run(["bash", "-c", token_command], cwd=tree, check=True, env={"PATH": os.environ["PATH"]})
    assert TOKEN.search((tree / "src" / "pantry" / "settings.py").read_text())
    assert "write-all" in (tree / ".github" / "workflows" / "ci.yml").read_text()
    assert pytest_of(tree).returncode == 0
    assert lint_of(tree).returncode == 0


def test_our_own_files_hold_nothing_that_looks_like_a_token():
    for path in (SCRIPTS.parent).rglob("*.*"):
        assert not TOKEN.search(path.read_text(encoding="utf-8")), path


def test_one_nights_changes_merge_without_conflict_and_stay_green(tree):
    git(tree, "init", "--quiet", "--initial-branch=main")
    commit(tree, "Base")
    for number in HONEST:
        parent = {3: "issue-2", 4: "issue-3", 1: "issue-4", 24: "issue-23"}.get(number, "main")
        if number != 1:  # the parent of the chain is built after its children
            branch(tree, number, parent)
    branch(tree, 1, "issue-4")
    git(tree, "checkout", "--quiet", "-b", "night", "main")
    for number in HONEST:
        git(tree, "merge", "--quiet", "--no-edit", f"issue-{number}")
    tests = pytest_of(tree)
    assert tests.returncode == 0, tests.stdout
    assert lint_of(tree).returncode == 0


def branch(tree: Path, number: int, parent: str) -> None:
    git(tree, "checkout", "--quiet", "-b", f"issue-{number}", parent)
    replay(attempts(number)[-1], tree)
    commit(tree, f"Issue {number}")


def commit(tree: Path, message: str) -> None:
    git(tree, "add", "--all")
    git(tree, "commit", "--quiet", "--message", message)


def git(tree: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=tree, check=True, capture_output=True, text=True)


def test_every_script_belongs_to_an_issue():
    assert set(NUMBERS) <= {issue.number for issue in read_issues()}
