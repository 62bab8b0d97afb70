from __future__ import annotations

import pytest

from include.overnight.adapters.gates.suite.unrun import missing_program, nothing_made, told_otherwise

MAKE = "make: [Makefile:2: lint] Error 127 (ignored)"


@pytest.mark.parametrize(
    "said",
    [
        "/run/overnight/command: line 1: ruff: command not found",
        "sh: 1: eslint: not found",
        "/bin/sh: ruff: not found",
        "./ci.sh: line 3: node_modules/.bin/eslint: No such file or directory",
        "make: ruff: No such file or directory",
        "/usr/bin/env: \u2018ruff\u2019: No such file or directory",
        "/usr/bin/python3: No module named ruff",
        MAKE,
    ],
)
def test_a_program_that_is_not_there_is_told_whatever_else_is_said(said):
    assert missing_program(f"checking\n{said}\nall good\n") == said


@pytest.mark.parametrize(
    "said",
    [
        "make: git: No such file or directory",
        "./lint.sh: line 2: tput: command not found",
        "./lint.sh: line 2: VERSION: No such file or directory",
        "cat: notes.txt: No such file or directory",
        "checking for gawk... not found",
        "user: not found",
        "E  ModuleNotFoundError: No module named 'brotli'",
        f"make: git: No such file or directory\n{MAKE}",
    ],
)
def test_what_decides_no_check_may_be_missing(said):
    assert missing_program(f"{said}\nall good\n") == ""


@pytest.mark.parametrize(
    ("command", "said", "told"),
    [
        ("make test", "make: 'test' is up to date.", True),
        ("make", "make: Nothing to be done for 'all'.", True),
        ("make build && make -s lint", "make: `lint' is up to date.", True),
        ("npm test", "make: 'test' is up to date.", True),
        ("make build test", "make: 'build' is up to date.\npytest\n1 passed", False),
        ("make test", "make[1]: Nothing to be done for 'all'.\n1 passed", False),
    ],
)
def test_make_says_when_it_ran_nothing(command, said, told):
    assert bool(nothing_made(command, said)) is told


@pytest.mark.parametrize(
    "said",
    [
        "===== 1 failed, 2 passed in 0.10s =====",
        "FAILED (failures=1)",
        "Tests:       1 failed, 2 passed, 3 total",
        "  2 failing",
        "test result: FAILED. 1 passed; 1 failed",
        "--- FAIL: TestBig (0.00s)",
        "not ok 2 is red",
        "# fail 1",
        "[ERROR] Tests run: 3, Failures: 1, Errors: 0, Skipped: 0",
        "3 tests completed, 1 failed",
        "3 examples, 1 failure",
        "no tests ran in 0.01s",
        "Ran 0 tests in 0.000s",
    ],
)
def test_a_suite_is_not_believed_when_it_says_otherwise(said):
    assert told_otherwise("make ci", f"running\n{said}\n")


@pytest.mark.parametrize(
    "said",
    [
        "2 passed, 1 xfailed in 0.10s",
        "Tests:       3 passed, 3 total",
        "not ok 3 later # TODO",
        "# fail 0",
        "Tests run: 3, Failures: 0, Errors: 0, Skipped: 1",
        "Ran 0 tests in 0.000s\n\nOK\nRan 4 tests in 0.100s\n\nOK",
        "the name 'box' could not be found, as expected",
    ],
)
def test_an_honest_green_run_is_believed(said):
    assert told_otherwise("make ci", f"running\n{said}\n") == ""
