"""A test that must fail, run with the change's own modules loaded: whoever forges results forges this one.

A module that the suite imports runs in the suite's own process and could turn every failure into a pass,
in report, summary and exit code alike. So one more run, of a few tests of ours, imports what the
change touches and expects one to pass and the others to fail.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import PurePosixPath

from ....ports import Tree
from ..running import Runner
from .results import SuiteRun, TestStatus
from .suites import run_only

_FILE = """\
import importlib
import os
import sys
import unittest

sys.path[:0] = [os.getcwd(), os.path.join(os.getcwd(), "src")]
for name in {modules!r}:
    try:
        importlib.import_module(name)
    except BaseException:
        pass


class Test{word}(unittest.TestCase):
    def test_{word}_holds(self):
        self.assertEqual(1 + 1, 2)

    def test_{word}_equal(self):
        self.assertEqual(1 + 1, 3)

    def test_{word}_plain(self):
        assert 1 + 1 == 3

    def test_{word}_raised(self):
        raise AssertionError("1 + 1 is not 3")


def test_{word}_bare():
    assert 1 + 1 == 3
"""
_FAILING = {
    "pytest": frozenset({"equal", "plain", "raised", "bare"}),
    "unittest": frozenset({"equal", "plain", "raised"}),
}
_TEST_FILE = re.compile(r"(^|/)(tests?/|conftest\.py$|test_[^/]*\.py$|[^/]*_test\.py$)")
_MOST = 200
"""Modules that are imported; the rest of a huge change is imported by the suite alone."""


def modules_of(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the names under which changed Python sources are imported; tests are left out."""
    names = []
    for path in paths:
        if not path.endswith(".py") or _TEST_FILE.search(path):
            continue
        parts = PurePosixPath(path.removeprefix("src/")).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts and all(part.isidentifier() for part in parts) and parts[-1] != "__main__":
            names.append(".".join(parts))
    return tuple(names[:_MOST])


def forged(runner: Runner, tree: Tree, command: str, modules: Sequence[str]) -> str:
    """Return how a tree's own code falsifies results, "" when it does not or the runner is not Python's."""
    word = secrets.token_hex(4)
    run = run_only(runner, tree, command, f"test_{word}.py", _FILE.format(modules=tuple(modules), word=word))
    if run is None:
        return ""
    told = {test.rpartition("_")[2]: status for test, status in run.tests.items() if word in test}
    failing = _FAILING[run.runner]
    if any(told.get(one) is TestStatus.PASSED for one in failing) or _denied(run, told):
        return "a test of ours that must fail was told as passed once the changed modules were imported"
    if run.ran.exit_code == 0:
        return "a run with a failing test ended with exit code 0 once the changed modules were imported"
    return ""


def _denied(run: SuiteRun, told: dict[str, TestStatus]) -> bool:
    """A report that has our passing test and not every failing one was cleaned of failures."""
    return run.reported and told.get("holds") is TestStatus.PASSED and not told.keys() >= _FAILING[run.runner]
