"""Find what a conftest.py puts in the place of the code that the tests are there to check."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ....domain.gates import Finding
from ....ports import Case
from ...git import listing, read_blobs
from ..diffs import FileDiff
from ..python_source import last_name, parsed
from .assertions import tests_of
from .weakening import is_test_file

Read = Callable[[str], bytes | None]
_CONFTEST = re.compile(r"(^|/)conftest\.py$")
_PUTTING = frozenset({"setattr", "patch", "object"})
_MOST_FILES, _MAX_BYTES = 2000, 256 * 1024
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def replaced_subjects(case: Case, files: Sequence[FileDiff], before: Read, after: Read) -> Iterator[Finding]:
    """Yield a finding for each name that the base's tests import and a conftest.py newly replaces for all.

    For all: when it is imported, in a fixture with autouse, in a hook, or in a fixture that tests had already
    asked for. A fixture that only new tests ask for is an ordinary fake.
    """
    for file in files:
        if file.deleted or not _CONFTEST.search(file.path):
            continue
        old = parsed((before(file.old_path) or b"").decode(errors="replace")) if file.old_path else None
        new = parsed((after(file.path) or b"").decode(errors="replace"))
        come = _replaced(new, old) - _replaced(old, old)
        for name in sorted(come & _checked(case)) if come else ():
            told = f"replaces {name!r}, which tests are there to check, for all of them"
            yield Finding("test_harness", told, file.path)


def _replaced(module: ast.Module | None, base: ast.Module | None) -> set[str]:
    """Return the last names of what a conftest replaces without being asked by a new test."""
    known = {node.name for node in base.body if isinstance(node, _Function)} if base else set()
    found: set[str] = set()
    for statement in module.body if module else ():
        if not isinstance(statement, _Function) or statement.name in known or _for_all(statement):
            found |= {name for node in ast.walk(statement) for name in _puts(node)}
    return found


def _for_all(function: _Function) -> bool:
    if function.name.startswith("pytest_"):
        return True
    calls = [decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call)]
    return any(keyword.arg == "autouse" for call in calls for keyword in call.keywords)


def _puts(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node gives another meaning; a constant is a setting, not code."""
    if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant):
        yield from (target.attr for target in node.targets if isinstance(target, ast.Attribute))
    if isinstance(node, ast.Call) and last_name(node.func) in _PUTTING:
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value.rsplit(".", 1)[-1]


def _checked(case: Case) -> set[str]:
    """Return the names that the base's Python tests import or call in assertions."""
    present = listing(case.head, case.change.base.sha)
    tests = [
        entry.blob
        for path, entry in present.items()
        if path.endswith(".py") and is_test_file(path) and entry.is_regular and entry.size <= _MAX_BYTES
    ]
    return set(_names(read_blobs(case.head, tests[:_MOST_FILES]).values()))


def _names(sources: Iterable[bytes]) -> Iterator[str]:
    for source in sources:
        module = parsed(source.decode(errors="replace"))
        for node in ast.walk(module) if module else ():
            if isinstance(node, ast.ImportFrom):
                yield from (alias.name for alias in node.names)
        for test in (tests_of(source) or {}).values():
            yield from test.called
