"""What a test suite said, test by test, whichever runner said it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ....ports import Ran


class TestStatus(StrEnum):
    """How one test ended."""

    __test__ = False

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


_RANK = (TestStatus.SKIPPED, TestStatus.PASSED, TestStatus.FAILED)

Tests = Mapping[str, TestStatus]


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a test suite.

    :param tests: status by test id; empty when the command tells no single tests.
    :param runner: the runner that was asked to tell them, "" when the command starts none that we know.
    :param reported: whether the runner left a report that can be read.
    :param flaky: tests that failed and passed in two runs of one commit.
    """

    ran: Ran
    tests: Tests
    runner: str = ""
    reported: bool = True
    flaky: frozenset[str] = field(default=frozenset())

    def having(self, status: TestStatus) -> frozenset[str]:
        """Return the tests with a status."""
        return frozenset(test for test, got in self.tests.items() if got is status)


def gathered(told: Iterable[tuple[str, TestStatus]]) -> dict[str, TestStatus]:
    """Return the status of each test; of several the worst counts."""
    tests: dict[str, TestStatus] = {}
    for test, status in told:
        tests[test] = max(tests.get(test, TestStatus.SKIPPED), status, key=_RANK.index)
    return tests
