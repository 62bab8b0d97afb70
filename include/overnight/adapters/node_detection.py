"""Guess how a JavaScript or TypeScript project is built, linted and tested."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .offers import Found
from .setups import node_setup, package_manager

_NO_NPM_TEST = "no test specified"
_NODE_TEST_FILE = re.compile(r"(^|/)(tests?/[^/]+|__tests__/[^/]+|[^/]+[._-](test|spec))\.[cm]?[jt]sx?$")
_NODE_RUNNERS = (
    ("vitest", "npx --no-install vitest run"),
    ("jest", "npx --no-install jest"),
    ("mocha", "npx --no-install mocha"),
)


def detect_node(present: frozenset[str], read: Callable[[str], str]) -> Found | None:
    if "package.json" not in present:
        return None
    try:
        package = json.loads(read("package.json"))
    except (ValueError, RecursionError):
        return None
    told = package.get("scripts") if isinstance(package, dict) else None
    scripts = told if isinstance(told, dict) else {}
    package = package if isinstance(package, dict) else {}
    manager = package_manager(present)
    setup, setup_source = node_setup(present, package)
    test = scripts.get("test", "")
    return Found(
        source="package.json",
        build=f"{manager} run build" if scripts.get("build") else _typescript(present, package),
        lint=f"{manager} run lint" if scripts.get("lint") else _eslint(present, package),
        test=f"{manager} test" if test and _NO_NPM_TEST not in str(test) else _node_test(present, package),
        setup=setup,
        setup_source=setup_source,
    )


def _asked_for(package: dict[str, Any]) -> frozenset[str]:
    tables = (package.get(key) for key in ("dependencies", "devDependencies"))
    return frozenset(str(name) for table in tables if isinstance(table, dict) for name in table)


def _typescript(present: frozenset[str], package: dict[str, Any]) -> str:
    typed = "tsconfig.json" in present and "typescript" in _asked_for(package)
    return "npx --no-install tsc --noEmit" if typed else ""


def _eslint(present: frozenset[str], package: dict[str, Any]) -> str:
    configured = any(re.fullmatch(r"\.eslintrc(\.\w+)?|eslint\.config\.\w+", path) for path in present)
    return "npx --no-install eslint ." if configured and "eslint" in _asked_for(package) else ""


def _node_test(present: frozenset[str], package: dict[str, Any]) -> str:
    """Return how tests run that no script names: by the runner that is asked for, else by node's own."""
    asked = _asked_for(package)
    runner = next((command for name, command in _NODE_RUNNERS if name in asked), "")
    tests = any(_NODE_TEST_FILE.search(path) for path in present)
    return (runner or "node --test") if tests else ""
