"""Find tests that were made to check less: deleted files, and functions that lost their assertions."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from ...domain.gates import Finding
from .diffs import FileDiff

Read = Callable[[str], bytes | None]

_TEST_FILE = re.compile(
    r"(^|/)(test_[^/]*\.py|[^/]*_test\.(py|go|rb|exs)|[^/]*\.(test|spec)\.[cm]?[jt]sx?|[^/]*Tests?\.(java|kt|cs)"
    r"|[^/]*_spec\.rb)$"
)
_ASSERTING = re.compile(r"assert|raises|warns|fail\b|expect")


def deleted_tests(files: Sequence[FileDiff]) -> list[Finding]:
    """Return a finding for each test file the change deletes or moves out of the suite."""
    gone = [
        file.old_path
        for file in files
        if _TEST_FILE.search(file.old_path) and (file.deleted or not _TEST_FILE.search(file.path))
    ]
    return [Finding("deleted", "this test file is deleted", path) for path in gone]


def weakened_tests(files: Sequence[FileDiff], before: Read, after: Read) -> list[Finding]:
    """Return a finding for each Python test that asserts less, where its file as a whole does too."""
    findings: list[Finding] = []
    for file in files:
        if file.deleted or not file.old_path.endswith(".py") or not _TEST_FILE.search(file.path):
            continue
        had, has = _assertions(before(file.old_path)), _assertions(after(file.path))
        if sum(has.values()) >= sum(had.values()):
            continue
        findings += [
            Finding("weakened", f"{test} asserts less than before ({count} → {has[test]})", file.path)
            for test, count in had.items()
            if test in has and has[test] < count
        ]
    return findings


def _assertions(file: bytes | None) -> dict[str, int]:
    """Return how many assertions each test function has; {} when the file cannot be read."""
    try:
        module = ast.parse(file or b"")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    counted: dict[str, int] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            counted[node.name] = counted.get(node.name, 0) + sum(_asserts(inner) for inner in ast.walk(node))
    return counted


def _asserts(node: ast.AST) -> bool:
    """Tell whether a node checks something; `assert True` does not."""
    if isinstance(node, ast.Assert):
        return not (isinstance(node.test, ast.Constant) and bool(node.test.value))
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return bool(_ASSERTING.search(name))
