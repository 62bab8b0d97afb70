"""Find changes of what stands around the tests: hooks that decide outcomes, settings that collect less."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ....domain.gates import Finding
from ..diffs import FileDiff
from .impostors import impostors, knowing_code
from .weakening import is_test_file

Read = Callable[[str], bytes | None]

_STARTED_BY_ITSELF = re.compile(r"(^|/)((site|user)customize(\.py|/__init__\.py)|[^/]+\.pth)$")
_CONFTEST = re.compile(r"(^|/)conftest\.py$")
_DECIDING_HOOKS = frozenset(
    {
        "pytest_runtest_makereport",
        "pytest_runtest_protocol",
        "pytest_runtest_call",
        "pytest_pyfunc_call",
        "pytest_runtest_logreport",
        "pytest_report_teststatus",
        "pytest_collection_modifyitems",
        "pytest_itemcollected",
        "pytest_deselected",
        "pytest_ignore_collect",
        "pytest_collect_file",
        "pytest_pycollect_makeitem",
        "pytest_assertrepr_compare",
        "pytest_sessionfinish",
        "pytest_unconfigure",
        "pytest_cmdline_main",
        "pytest_load_initial_conftests",
        "pytest_assertion_pass",
    }
)
"""Hooks of pytest that decide what runs and how it ends."""
_DECIDING_NAMES = frozenset({"collect_ignore", "collect_ignore_glob"})
_FORGING = re.compile(
    rb"overnight-(results|programs)|\bxmlpath\b|junit_?xml|_pytest\.(reports|runner|junitxml)"
    rb"|\bTestReport\b|\bos\._exit\b|\bpytest\.exit\b|process\.(reallyExit|exit)\b\(0?\)|\bexitstatus\s*="
    rb"|\.runtest\s*=|\bpluginmanager\s*\.\s*(un|import_)?(register|plugin)\b"
    rb"|\batexit\b|\bsys\.orig_argv\b|/proc/self/(cmdline|fd)|\bTextTestResult\b|TestResult\.add(Failure|Error)|\bwasSuccessful\s*="
)
"""What reaches for a report or ends the run from within; in tests and what stands around them."""
_SETTINGS = re.compile(
    r"(^|/)(\.?pytest\.ini|\.?pytest\.toml|tox\.ini|setup\.cfg|pyproject\.toml|package\.json|\.mocharc[^/]*"
    r"|(jest|vitest|vite|ava|playwright|karma)\.config\.[^/]+|\.taprc|nextest\.toml)$"
)
_PLUGIN = b"pytest11"
"""A project that names this entry point is a plugin of pytest itself: hooks are its ordinary work."""
_INI_SECTION = re.compile(r"^\[(?:tool:)?pytest\]\s*$(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_PACKAGE_KEYS = ("jest", "vitest", "mocha", "ava", "tap", "c8", "nyc")


def tampering(files: Sequence[FileDiff], before: Read, after: Read) -> list[Finding]:
    """Return a finding for each way in which the change takes the decision away from the tests."""
    findings = list(impostors(files))
    hooks_are_work = _is_plugin(before)
    for file in files:
        if file.deleted:
            continue
        if _STARTED_BY_ITSELF.search(file.path):
            text = "is started with every Python process, the test run's too"
            findings.append(Finding("test_harness", text, file.path))
        old, new = before(file.old_path) if file.old_path else None, after(file.path)
        if _CONFTEST.search(file.path) or (file.path.endswith(".py") and not hooks_are_work):
            # a conftest may import its hooks, so it does not matter which file has them
            findings += _new_hooks(file.path, old, new)
        if _CONFTEST.search(file.path) or is_test_file(file.path):
            findings += _forging(file)
        elif not hooks_are_work:
            findings += knowing_code(file, before)
    return findings


def _is_plugin(before: Read) -> bool:
    return any(_PLUGIN in (before(name) or b"") for name in ("pyproject.toml", "setup.cfg", "setup.py"))


def settings_changed(files: Sequence[FileDiff], before: Read, after: Read) -> list[str]:
    """Return the files in which the settings of the test run differ."""
    changed = []
    for file in files:
        for path in file.paths:
            if _SETTINGS.search(path) and _settings(path, before(path)) != _settings(path, after(path)):
                changed.append(path)
    return list(dict.fromkeys(changed))


def _new_hooks(path: str, before: bytes | None, after: bytes | None) -> Iterator[Finding]:
    had, has = _deciding(before), _deciding(after)
    for name in sorted(has):
        if has[name] != had.get(name):
            yield Finding("test_harness", f"{name} decides which tests run and how they end", path)


def _deciding(source: bytes | None) -> dict[str, str]:
    """Return hooks, and names that leave tests out, of a conftest with their code."""
    try:
        nodes = list(ast.walk(ast.parse(source or b"")))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in _DECIDING_HOOKS:
            found[node.name] = ast.dump(node)
        elif isinstance(node, ast.Name) and node.id in _DECIDING_NAMES and isinstance(node.ctx, ast.Store):
            found[node.id] = ast.dump(ast.parse(source or b""))
    return found


def _forging(file: FileDiff) -> Iterator[Finding]:
    for number, line in file.added:
        if found := _FORGING.search(line.encode(errors="replace")):
            word = found[0].decode(errors="replace")
            yield Finding("test_harness", f"{word!r} can end or rewrite the test run", file.path, number)
            return


def _settings(path: str, file: bytes | None) -> object:
    """Return the part of a file that decides what the test run collects; the whole when it cannot be read."""
    text = (file or b"").decode(errors="replace")
    try:
        if path.endswith("pyproject.toml"):
            return _tables(tomllib.loads(text))
        if path.endswith("package.json"):
            return _package(json.loads(text or "{}"))
    except (ValueError, AttributeError, RecursionError):
        return text
    if path.endswith(("setup.cfg", "tox.ini")):
        return _INI_SECTION.findall(text)
    return text


def _tables(document: Mapping[str, Any]) -> object:
    return document.get("tool", {}).get("pytest")


def _package(document: Mapping[str, Any]) -> object:
    scripts = document.get("scripts", {})
    told = {key: document.get(key) for key in _PACKAGE_KEYS}
    return told, {name: text for name, text in scripts.items() if "test" in name}
