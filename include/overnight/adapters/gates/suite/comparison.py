"""Compare two runs of a test suite, test by test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import takewhile
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
    moved: dict[str, str] = {}
    for old, new in renamed.items():
        if old != new:
            moved |= {old: new} | (_modules(old, new) if old.endswith(".py") else {})
    before = {test: test if test in head.tests else _moved(test, moved) for test in base.tests}
    gone = {test: now for test, now in before.items() if now not in head.tests}
    had, have = _functions(before.values()), _functions(head.tests)
    return sorted(test for test, now in gone.items() if have[_function(now)] < had[_function(now)])


def _functions(tests: Iterable[str]) -> Counter[str]:
    return Counter(_function(test) for test in tests)


def _function(test: str) -> str:
    """Return a test's id without its parameters."""
    return test.split("[", 1)[0]


def _modules(old: str, new: str) -> dict[str, str]:
    """Return old → new module names, as seen from the root and from each folder that both lie in."""
    was, becomes = (PurePosixPath(path).with_suffix("").parts for path in (old, new))
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(was[:-1], becomes[:-1], strict=False))))
    return {".".join(was[cut:]): ".".join(becomes[cut:]) for cut in range(shared + 1)}


def _moved(test: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        if test == old or test.startswith((f"{old}::", f"{old}.")):
            return new + test[len(old) :]
    return test
