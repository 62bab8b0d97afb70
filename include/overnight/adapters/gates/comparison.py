"""Compare two runs of a test suite, test by test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from .results import SuiteRun, TestStatus


def broken(base: SuiteRun, head: SuiteRun) -> frozenset[str]:
    """Return the tests that fail and did not fail before, new ones among them."""
    return head.having(TestStatus.FAILED) - base.having(TestStatus.FAILED)


def no_longer_run(base: SuiteRun, head: SuiteRun) -> list[str]:
    """Return the tests that ran before and are skipped (or expected to fail) now."""
    return sorted(head.having(TestStatus.SKIPPED) & base.having(TestStatus.PASSED))


def no_longer_there(base: SuiteRun, head: SuiteRun, renamed: Mapping[str, str]) -> list[str]:
    """Return the tests that are gone; one case of a parametrized test may be replaced by another.

    :param renamed: old path → new path of moved files, whose tests moved with them.
    """
    moved = {_module(old): _module(new) for old, new in renamed.items() if old != new and old.endswith(".py")}
    before = {test: _moved(test, moved) for test in base.tests}
    gone = {test: now for test, now in before.items() if now not in head.tests}
    had, have = _functions(before.values()), _functions(head.tests)
    return sorted(test for test, now in gone.items() if have[_function(now)] < had[_function(now)])


def _functions(tests: Iterable[str]) -> Counter[str]:
    return Counter(_function(test) for test in tests)


def _function(test: str) -> str:
    """Return a test's id without its parameters."""
    return test.split("[", 1)[0]


def _module(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts)


def _moved(test: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        if test.startswith((f"{old}::", f"{old}.")):
            return new + test[len(old) :]
    return test
