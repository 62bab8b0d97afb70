"""`overnight judge` on a repository that has never heard of us: what it says, and what it leaves alone."""

import json
import os
import re
import subprocess

import pytest

from include.overnight.domain.gates import GateName

from .conftest import overnight

FILES = {
    "box.py": "def size(a, b):\n    return a * b\n",
    "test_box.py": "import unittest\nfrom box import size\n\n\nclass BoxTest(unittest.TestCase):\n"
    "    def test_a_box_has_a_size(self):\n        self.assertEqual(size(2, 3), 6)\n",
    "README.md": "# box\n",
    ".overnight.yml": "test: python -m unittest -q\nlint: python lint.py\n",
    "lint.py": "import pathlib\n"
    "for at, line in enumerate(pathlib.Path('box.py').read_text().splitlines(), 1):\n"
    "    if 'foo' in line:\n        print(f'box.py:{at}:1: X1 foo')\n",
}
GOOD = FILES["box.py"] + "\n\ndef area(a, b):\n    return size(a, b)\n"
BAD = "def size(a, b):\n    breakpoint()\n    foo = 0\n    return foo\n"
ISSUE = "# Add an area\n\n- [ ] The function `area` exists\n"


def git(folder, *words):
    plain = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *who, *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, **plain},
    )
    return done.stdout.strip()


def commit(folder, message, **files):
    for name, text in files.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--message", message)


@pytest.fixture(scope="session")
def box(tmp_path_factory):
    """A repository with the branches main, good (adds what the issue asks for) and bad (breaks things)."""
    folder = tmp_path_factory.mktemp("judged") / "box"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, "First", **FILES)
    git(folder, "switch", "--quiet", "--create", "good")
    commit(folder, "Add an area", **{"box.py": GOOD, "README.md": "# box\n\nIt has an `area`.\n"})
    git(folder, "switch", "--quiet", "--create", "bad", "main")
    commit(folder, "Break it", **{"box.py": BAD})
    git(folder, "switch", "--quiet", "main")
    return folder


@pytest.fixture
def judge(box, nowhere):
    def run(*words, repo=box, columns=80):
        return overnight("judge", "--repo", repo, *words, env=nowhere, columns=columns)

    return run


def _gates(result):
    return {row["gate"]: row for row in json.loads(result.stdout)["gates"]}


def test_a_good_change_passes_with_exit_code_0_and_a_row_for_each_gate(judge, tmp_path):
    (tmp_path / "7-area.md").write_text(ISSUE)
    result = judge("--base", "main", "--head", "good", "--issue", tmp_path / "7-area.md")
    assert result.exit_code == 0, result.output
    shown = result.stdout
    assert [gate for gate in GateName if f"\n{gate} " in shown] == list(GateName)
    assert "no ledger here" in shown
    assert "no remote is asked here" in shown
    assert shown.rstrip().endswith("Passed.")
    assert max(map(len, shown.split("Gates", 1)[1].splitlines())) <= 80


def test_a_bad_change_ends_with_1_and_findings_by_file_and_line(judge):
    result = judge("--base", "main", "--head", "bad", "--output")
    assert result.exit_code == 1, result.output
    assert re.search(r"qic +box\.py:2", result.stdout)
    assert re.search(r"lint +box\.py:3", result.stdout)
    assert "[newly_failing]" in result.stdout
    assert "--- output of gate test (end) ---" in result.stdout
    assert "BdbQuit" in result.stdout


def test_json_is_all_of_stdout_and_holds_every_result(judge, tmp_path):
    (tmp_path / "issue.json").write_text(json.dumps({"number": 9, "title": "An area", "state": "closed"}))
    result = judge("--base", "main", "--head", "bad", "--issue", tmp_path / "issue.json", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["passed"] is False
    assert told["issue"] == {"number": 9, "title": "An area"}
    assert told["base"]["revision"] == "main"
    assert told["files"] == ["box.py"]
    assert told["commands"]["test"] == "python -m unittest -q"
    assert [row["gate"] for row in told["gates"]] == list(GateName)


def test_gates_can_be_chosen_and_the_first_failure_can_end_it(judge):
    chosen = _gates(judge("--base", "main", "--head", "bad", "--gate", "lint", "--gate", "drift", "--json"))
    assert {name: row["status"] for name, row in chosen.items()} == {
        "lint": "fail",
        "drift": "not_applicable",
    }
    fast = _gates(judge("--base", "main", "--head", "bad", "--fail-fast", "--json"))
    assert fast["test"]["reason"].startswith("not run: ")


def test_full_output_and_report_can_be_kept(judge, tmp_path):
    result = judge("--base", "main", "--head", "bad", "--gate", "test", "--logs", tmp_path / "logs", "--json")
    (test,) = _gates(result).values()
    kept = {uri.rpartition("/")[2] for uri in test["artifacts"]}
    assert {"test.log", "test.report.txt"} <= kept
    assert "BdbQuit" in (tmp_path / "logs" / "test.log").read_text()
    assert "test_a_box_has_a_size" in (tmp_path / "logs" / "test.report.txt").read_text()


def test_a_base_that_has_moved_on_is_judged_from_the_common_ancestor_and_for_conflicts(judge, box):
    told = _gates(judge("--base", "good", "--head", "bad", "--gate", "drift", "--json"))
    assert told["drift"]["status"] == "fail"
    assert told["drift"]["findings"][0]["path"] == "box.py"
    result = judge("--base", "good", "--head", "bad", "--gate", "governance")
    assert "judged from the commit that both have grown from" in result.stdout


def test_uncommitted_work_hooks_and_the_repository_itself_are_left_alone(judge, box, tmp_path):
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "--quiet", "--no-hardlinks", str(box), "copy")
    git(copy, "branch", "good", "origin/good")
    for hook in ("post-checkout", "reference-transaction", "pre-commit", "post-index-change"):
        (copy / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
        (copy / ".git" / "hooks" / hook).chmod(0o755)
    (copy / "box.py").write_text("raise SystemExit('nobody committed this')\n")
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    result = judge("--base", "main", "--head", "good", "--gate", "test", repo=copy)
    assert result.exit_code == 0, result.output
    assert "1 path with uncommitted work was not judged." in result.stdout
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
    assert not (tmp_path / "hooked").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--base", "nowhere"), "'nowhere' names no commit"),
        (("--base", "--upload-pack=touch x"), "names no commit"),
        (("--base", "main", "--head", "main"), "one commit"),
        (("--base", "good", "--head", "main"), "mixed up"),
        (("--base", "main", "--head", "good", "--issue", "absent.md"), "absent.md: cannot be read"),
        (("--base", "main", "--head", "good", "--review"), "--review needs --issue"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(judge, words, why):
    result = judge(*words)
    assert result.exit_code == 2
    assert why in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_without_a_repository_ends_with_2(judge, tmp_path):
    result = judge("--base", "main", repo=tmp_path)
    assert result.exit_code == 2
    assert "no git repository" in result.stderr


def test_review_without_any_usable_model_ends_with_2_before_any_gate_runs(judge, tmp_path):
    (tmp_path / "issue.md").write_text(ISSUE)
    result = judge("--base", "main", "--head", "good", "--issue", tmp_path / "issue.md", "--review")
    assert result.exit_code == 2
    assert "OPENAI_API_KEY not set" in result.stderr


def test_commands_come_from_the_base_and_not_from_the_change(judge, box, tmp_path):
    git(tmp_path, "clone", "--quiet", str(box), "sly")
    commit(tmp_path / "sly", "Tests are optional now", **{".overnight.yml": "test: 'true'\n", "box.py": BAD})
    told = judge("--base", "HEAD~1", "--json", repo=tmp_path / "sly")
    assert json.loads(told.stdout)["commands"]["test"] == "python -m unittest -q"
    assert _gates(told)["test"]["status"] == "fail"
    assert _gates(told)["governance"]["status"] == "fail"
