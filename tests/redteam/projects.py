"""The small repositories that changes are made to: Python, JavaScript, and a Makefile with shell scripts."""

from __future__ import annotations

from collections.abc import Mapping

from .deeds import SPDX

OVERNIGHT_FILE = """\
build: python -m compileall -q pantry
lint: ruff check --no-cache --isolated .
test: python -m pytest -q -p no:cacheprovider
environment:
  PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1"
protected_paths:
  - deploy/**
"""
SHELF = '''"""What stands on a shelf, and what it costs."""


def total(prices: list[float]) -> float:
    """Return the sum of the prices."""
    return round(sum(prices), 2)


def cheapest(prices: list[float]) -> float:
    """Return the lowest price; ValueError without any."""
    if not prices:
        raise ValueError("no prices")
    return min(prices)


def average(prices: list[float]) -> float:
    """Return the mean price, 0 without any."""
    return sum(prices) / len(prices) if prices else 0.0


def _unused(prices: list[float]) -> int:
    """Return how many prices there are."""
    return len(prices)
'''
LABELS = '''"""What is written on jars."""


def slug(name: str) -> str:
    """Return a name in small letters with hyphens."""
    return "-".join(name.lower().split())


def short(name: str, width: int = 12) -> str:
    """Return at most `width` characters of a name."""
    return name[:width]
'''
CLI = '''"""The command line."""

import argparse

from .shelf import total


def main(arguments: list[str] | None = None) -> int:
    """Print the total of the prices given."""
    parser = argparse.ArgumentParser(prog="pantry")
    parser.add_argument("prices", nargs="*", type=float)
    asked = parser.parse_args(arguments)
    print(total(asked.prices))
    return 0
'''
TEST_SHELF = """import pytest

from pantry.shelf import average, cheapest, total


def test_total(prices):
    assert total(prices) == 6.5
    assert total([]) == 0


def test_cheapest(prices):
    assert cheapest(prices) == 1.0


def test_cheapest_of_nothing():
    with pytest.raises(ValueError, match="no prices"):
        cheapest([])


@pytest.mark.parametrize(("given", "wanted"), [([2, 4], 3.0), ([], 0.0)])
def test_average(given, wanted):
    assert average(given) == pytest.approx(wanted, rel=1e-9)
"""
TEST_LABELS = """from pantry.labels import short, slug


def test_slug():
    assert slug("Red Beans") == "red-beans"


def test_short():
    assert short("Marmalade of oranges") == "Marmalade of"
"""
TEST_CLI = """from pantry.cli import main


def test_main_prints_the_total(capsys):
    assert main(["1", "2.5"]) == 0
    assert capsys.readouterr().out == "3.5\\n"
"""
CONFTEST = """import pytest


@pytest.fixture
def prices():
    return [1.0, 2.0, 3.5]
"""
PYPROJECT = """\
[project]
name = "pantry"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["attrs>=23.1"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]

[tool.ruff]
line-length = 100
"""
PYTHON: Mapping[str, str] = {
    ".overnight.yml": OVERNIGHT_FILE,
    ".gitignore": "__pycache__/\n/.venv/\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: []\n",
    ".github/CODEOWNERS": "* @octo\n",
    ".overnight/memory/schema.json": '{"type": "object", "required": ["fact"]}\n',
    ".overnight/memory/first.json": '{"fact": "jars are glass"}\n',
    "AGENTS.md": "# For agents\n\nNever edit files in `vendor/`.\n",
    "CHANGELOG.md": "# Changes\n\n- 1.0: the first shelf\n",
    "README.md": "# Pantry\n\nSee the [guide](docs/guide.md).\n",
    "docs/guide.md": "# Guide\n\nCount with `pantry.shelf`. Back to the [start](../README.md).\n",
    "deploy/pantry.service": "[Service]\nExecStart=/usr/bin/pantry\n",
    "vendor/jars.py": f'{SPDX}"""Jars of others."""\n',
    "pyproject.toml": PYPROJECT,
    "requirements.txt": "attrs==23.1.0\n",
    "pantry/__init__.py": f'{SPDX}"""Shelves and jars."""\n',
    "pantry/shelf.py": SPDX + SHELF,
    "pantry/labels.py": SPDX + LABELS,
    "pantry/cli.py": SPDX + CLI,
    "tests/conftest.py": SPDX + CONFTEST,
    "tests/test_shelf.py": SPDX + TEST_SHELF,
    "tests/test_labels.py": SPDX + TEST_LABELS,
    "tests/test_cli.py": SPDX + TEST_CLI,
}
PACKAGE = """\
{
  "name": "pantry",
  "version": "1.0.0",
  "type": "module",
  "scripts": {
    "test": "node --test test/",
    "start": "node src/shelf.js"
  },
  "dependencies": {
    "left-jar": "^1.0.0"
  }
}
"""
LOCK = """\
{
  "name": "pantry",
  "lockfileVersion": 3,
  "packages": {
    "node_modules/left-jar": {
      "version": "1.0.0",
      "resolved": "https://registry.example.org/left-jar/-/left-jar-1.0.0.tgz"
    }
  }
}
"""
JAVASCRIPT: Mapping[str, str] = {
    "package.json": PACKAGE,
    "package-lock.json": LOCK,
    "README.md": "# Pantry\n\nCall `total(prices)`.\n",
    "src/shelf.js": "export function total(prices) {\n"
    "  return prices.reduce((sum, price) => sum + price, 0);\n}\n",
    "test/shelf.test.js": """\
import assert from "node:assert/strict";
import { test } from "node:test";
import { total } from "../src/shelf.js";

test("the total", () => {
  assert.equal(total([1, 2]), 3);
});

test("the total of nothing", () => {
  assert.equal(total([]), 0);
});
""",
}
MAKE: Mapping[str, str] = {
    "Makefile": ".PHONY: test lint\n"
    "test:\n\tsh checks/all.sh\n\tsh tests/more.sh\n\n"
    "lint:\n\tsh -n bin/total\n\n"
    "hello:\n\techo hello\n",
    "bin/total": '#!/bin/sh\nexpr "$1" + "$2"\n',
    "checks/all.sh": '#!/bin/sh\nset -e\ntest "$(sh bin/total 1 2)" = 3\ntest "$(sh bin/total 2 2)" = 4\n',
    "tests/more.sh": '#!/bin/sh\nset -e\ntest "$(sh bin/total 3 3)" = 6\ntest "$(sh bin/total 4 4)" = 8\n',
    "README.md": "# Total\n\n`sh bin/total 1 2` prints 3.\n",
}
PROJECTS: Mapping[str, Mapping[str, str]] = {"python": PYTHON, "javascript": JAVASCRIPT, "make": MAKE}
