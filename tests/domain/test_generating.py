from __future__ import annotations

import pytest

from include.overnight.domain.generating import MOST_FILES, added_lines, admissible, focused
from include.overnight.domain.reviewing import WrittenFile

GOOD = "def test_a():\n    assert int('1') == 1\n"
EXISTING = ("src/box.py", "tests/unit/test_box.py", "tests/data/x.json", "web/box.test.js")


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("../tests/test_a.py", GOOD, "plain path"),
        ("/etc/test_a.py", GOOD, "plain path"),
        ("tests/.git/test_a.py", GOOD, "plain path"),
        ("tests/te\nst_a.py", GOOD, "plain path"),
        ("tests/unit/test_box.py", GOOD, "exists already"),
        ("tests/helper.py", GOOD, "no test runner"),
        ("tests/conftest.py", GOOD, "no test runner"),
        ("src/test_a.py", GOOD, "not in a folder of tests"),
        ("tests/test_a.py", GOOD + "#" * 20_000, "longer than"),
        ("tests/test_a.py", "def test_a(:\n    assert x", "does not parse"),
        ("tests/test_a.py", "def test_a():\n    pass\n", "checks nothing"),
        ("tests/test_a.py", GOOD + "import os\nos._exit(1)\n", "end or reconfigure"),
    ],
)
def test_a_file_that_may_not_even_be_tried_is_dropped_with_the_reason(path, text, why):
    result = admissible([WrittenFile(path, text)], EXISTING)
    assert result.kept == ()
    ((_, reason),) = result.dropped
    assert why in reason


@pytest.mark.parametrize(
    "path", ["tests/test_a.py", "tests/unit/test_a.py", "tests/unit/deep/test_a.py", "web/a.test.js"]
)
def test_a_new_file_among_the_tests_may_be_tried(path):
    assert [file.path for file in admissible([WrittenFile(path, GOOD)], EXISTING).kept] == [path]


def test_a_repository_without_tests_gets_them_in_the_usual_folder():
    files = [WrittenFile("tests/test_a.py", GOOD), WrittenFile("test_b.py", GOOD)]
    result = admissible(files, ["box.py"])
    assert [file.path for file in result.kept] == ["tests/test_a.py"]


def test_only_a_few_files_are_tried_and_each_path_once():
    files = [WrittenFile(f"tests/test_{n}.py", GOOD) for n in range(MOST_FILES + 1)]
    result = admissible([files[0], *files], EXISTING)
    assert len(result.kept) == MOST_FILES
    assert [why for _, why in result.dropped] == [
        "another written file has the same path",
        "more files than one issue may bring",
    ]


@pytest.mark.parametrize(
    ("command", "path", "alone"),
    [
        ("python -m pytest -q tests", "tests/test_a.py", "python -m pytest tests/test_a.py"),
        ("set -e\nuv run pytest", "t/test_a.py", "set -e\n uv run pytest t/test_a.py"),
        (
            "python -m unittest discover -s tests",
            "tests/test_a.py",
            "python -m unittest discover -s tests -p test_a.py",
        ),
        ("node --test test/", "test/a.js", "node --test test/a.js"),
        ("npx jest --ci", "a.test.js", "npx jest a.test.js"),
        ("go test ./...", "box/a_test.go", "go test ./box"),
        ("cargo test --all", "tests/a.rs", "cargo test --test a"),
        ("make test", "tests/test_a.py", ""),
    ],
)
def test_one_file_is_run_alone(command, path, alone):
    assert focused(command, path) == alone


def test_npm_test_is_seen_through():
    assert focused("npm test", "test/a.js", "mocha -R dot test").endswith("&& mocha test/a.js")
    assert focused("npm test", "test/a.js") == ""


def test_added_lines_are_counted_by_file():
    diff = (
        "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+3\n"
        "diff --git a/b.py b/b.py\n--- a/b.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "diff --git a/c.py b/c.py\n--- /dev/null\n+++ b/c.py\n@@ -0,0 +1,2 @@\n+++ b/no.py\n+y\n"
    )
    assert added_lines(diff) == {"a.py": frozenset({2, 3}), "c.py": frozenset({1, 2})}
