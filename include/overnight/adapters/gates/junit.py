"""Test results one by one: have pytest write JUnit XML, and read it as the hostile text it is."""

from __future__ import annotations

import re
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ...ports import Ran, Tree
from .running import Runner

_PYTEST = re.compile(
    r"(\w+=\S*\s+)*((uv|poetry|pdm|hatch|pipenv)\s+run\s+)?"
    r"((\S*/)?python[\d.]*\s+(-[A-Za-z]+\s+)*?-m\s+|(\S*/)?coverage\s+run\s+(-\S+\s+)*?-m\s+|\S*/)?"
    r"(pytest|py\.test)(\s[^;|&<>#]*)?"
)
_MAX_BYTES = 32 * 1024 * 1024
_INSIDE = "/overnight-results"
_NAME = "junit.xml"


class TestStatus(StrEnum):
    """How one test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


_RANK = (TestStatus.SKIPPED, TestStatus.PASSED, TestStatus.FAILED)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """One run of a test suite.

    :param tests: status by test id; empty when the command tells no single tests.
    """

    ran: Ran
    tests: Mapping[str, TestStatus]

    def having(self, status: TestStatus) -> frozenset[str]:
        """Return the tests with a status."""
        return frozenset(test for test, got in self.tests.items() if got is status)


def speaks_junit(command: str) -> bool:
    """Tell whether a command ends in a plain start of pytest, to which options can be added."""
    last = re.split(r"\n|&&|;", command.strip())[-1].strip()
    return bool(_PYTEST.fullmatch(last)) and "junit" not in last


def run_suite(runner: Runner, tree: Tree, command: str) -> SuiteRun:
    """Run a suite; a pytest run tells its tests one by one."""
    if not speaks_junit(command):
        return SuiteRun(runner.run(tree, command), {})
    with _results_folder() as folder:
        try:
            report = f"{_INSIDE}/{_NAME}"
            ran = runner.run(tree, _with_report(command, report), mounts=[(folder, _INSIDE, True)])
        except ValueError:  # an unconfined "sandbox" has no mounts and sees the folder where it is
            ran = runner.run(tree, _with_report(command, str(folder / _NAME)))
        return SuiteRun(ran, read_junit(folder / _NAME))


def _with_report(command: str, report: str) -> str:
    return f"{command.rstrip()} --continue-on-collection-errors --junit-xml={report}"


@contextmanager
def _results_folder() -> Iterator[Path]:
    """Make a folder the sandbox's user can write, below one that only we can enter."""
    with tempfile.TemporaryDirectory(prefix="overnight-junit-") as private:
        folder = Path(private) / "results"
        folder.mkdir()
        folder.chmod(0o777)
        yield folder


def read_junit(path: Path) -> dict[str, TestStatus]:
    """Return the status of each test; {} when there is no usable report."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return {}
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return {}
    try:
        root = ET.fromstring(content)  # noqa: S314
    except (ET.ParseError, ValueError):
        return {}
    tests: dict[str, TestStatus] = {}
    for case in root.iter("testcase"):
        name = f"{case.get('classname', '')}::{case.get('name', '')}"
        tests[name] = max(tests.get(name, TestStatus.SKIPPED), _status(case), key=_RANK.index)
    return tests


def _status(case: ET.Element) -> TestStatus:
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return TestStatus.FAILED
    return TestStatus.SKIPPED if "skipped" in kinds else TestStatus.PASSED
