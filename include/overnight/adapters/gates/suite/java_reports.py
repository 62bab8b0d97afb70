"""The JUnit reports that Maven and Gradle write by themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from .junit import read_junit
from .results import TestStatus, gathered

_JAVA = re.compile(r"(?:^|[\s/;&|])(?:mvnw?|gradlew?)(?=\s|$)")
_PLACES = re.compile(r"(^|/)(target/(surefire|failsafe)-reports|build/test-results/[^/]+)$")
_SKIPPED = {"node_modules", "src", ".git", ".overnight-cache"}
_CLOCK_SECONDS = 2
"""File systems round times."""


def read_java(tree: Path, command: str, since: float) -> dict[str, TestStatus]:
    """Return the tests of the reports written since then; {} when the command starts neither."""
    if not _JAVA.search(command):
        return {}
    reports = (read_junit(path) or {} for path in _written(tree, since - _CLOCK_SECONDS))
    return gathered(told for report in reports for told in report.items())


def _written(tree: Path, since: float) -> Iterator[Path]:
    for folder, folders, names in os.walk(tree):  # which follows no links
        folders[:] = sorted(set(folders) - _SKIPPED)
        if _PLACES.search(Path(folder).relative_to(tree).as_posix()):
            reports = (Path(folder) / name for name in sorted(names) if re.fullmatch(r"TEST-.*\.xml", name))
            yield from (path for path in reports if path.lstat().st_mtime >= since)
