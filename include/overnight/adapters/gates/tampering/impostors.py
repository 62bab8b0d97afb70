"""Find modules that stand in another's place when tests run, and code that knows that it is being tested."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence

from ....domain.gates import Finding
from ..diffs import FileDiff

Read = Callable[[str], bytes | None]

_TOOLS = frozenset(
    {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "coverage", "ruff", "mypy", "flake8", "pylint"}
)
_AT_THE_TOP = re.compile(r"^(?:src/|lib/)?(?P<name>\w+)(?:\.pyi?|\.so|/__init__\.py)$")
_KNOWS = re.compile(
    r"PYTEST_(?:CURRENT_TEST|VERSION|XDIST_WORKER)|[\"'](?:pytest|_pytest|unittest)[\"']\s+(?:not\s+)?in\s+sys\s*\.\s*modules"
    r"|sys\s*\.\s*modules\s*(?:\.\s*get\(|\[)\s*[\"'](?:pytest|_pytest|unittest)[\"']"
    r"|\b(?:NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST_WORKER_ID|VITEST_POOL_ID)\b"
)
_SOURCE = re.compile(r"\.(?:py|[cm]?[jt]sx?)$")


def impostors(files: Sequence[FileDiff]) -> Iterator[Finding]:
    """Yield new modules at the top of the tree that Python would take for its own or for a tool."""
    for file in files:
        found = _AT_THE_TOP.match(file.path)
        if found is None or file.deleted or file.old_path == file.path:
            continue
        if found["name"] in _TOOLS or found["name"] in sys.stdlib_module_names:
            told = f"takes the place of the module {found['name']} wherever the tests import it"
            yield Finding("test_harness", told, file.path)


def knowing_code(file: FileDiff, before: Read) -> Iterator[Finding]:
    """Yield the first added line of a program that asks whether a test is running; one that did so may."""
    if not _SOURCE.search(file.path):
        return
    old = before(file.old_path) if file.old_path else None
    if _KNOWS.search((old or b"").decode(errors="replace")):
        return
    for number, line in file.added:
        if _KNOWS.search(line[:10_000]):
            yield Finding("test_harness", "behaves otherwise while tests run", file.path, number)
            return
