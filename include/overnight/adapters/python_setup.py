"""How a detected Python project gets an environment of its own."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Read = Callable[[str], str]

_TEST_GROUPS = ("test", "tests", "testing", "dev", "develop")
_REQUIREMENTS = re.compile(
    r"(requirements(/|[-_.])(dev|develop|test|tests|testing)\.txt"
    r"|(dev|test)[-_]requirements\.txt|requirements\.txt)"
)
_LOCKED_PYTHON: tuple[tuple[str, str], ...] = (
    ("uv.lock", "uv sync --frozen --quiet"),
    ("poetry.lock", "POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --no-interaction"),
    ("pdm.lock", "pdm sync --dev"),
    ("Pipfile.lock", "PIPENV_VENV_IN_PROJECT=1 pipenv sync --dev"),
)


def python_setup(present: frozenset[str], read: Read, test: str) -> tuple[str, str]:
    """Return (command, deciding file) for a project's own `.venv`; ("", "") when nothing is to be installed.

    :param test: the test command: pytest is installed beside what the project asks for.
    """
    for lock, command in _LOCKED_PYTHON:
        if lock in present:
            return command, lock
    wanted = [("-r", path) for path in sorted(present) if _REQUIREMENTS.fullmatch(path)]
    project = _toml(read("pyproject.toml"))
    installable = "setup.py" in present or "project" in project or "build-system" in project
    if not wanted and not installable:
        return "", ""
    words = [word for pair in wanted for word in pair]
    if installable:
        extras = [name for name in _TEST_GROUPS if name in _extras(project)]
        words += ["-e", f".[{','.join(extras)}]" if extras else "."]
    words += [text for name in _TEST_GROUPS for text in _group(project, name)]
    words += ["pytest"] if "pytest" in test else []
    pip = ".venv/bin/python -m pip install --quiet --disable-pip-version-check"
    source = wanted[0][1] if wanted else ("pyproject.toml" if project else "setup.py")
    return f"python3 -m venv .venv && {pip} {shlex.join(words)}", source


def _extras(project: Mapping[str, Any]) -> Mapping[str, Any]:
    table = project.get("project")
    extras = table.get("optional-dependencies") if isinstance(table, dict) else None
    return extras if isinstance(extras, dict) else {}


def _group(project: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return a dependency group's requirements; what includes another group is left out."""
    groups = project.get("dependency-groups")
    group = groups.get(name) if isinstance(groups, dict) else None
    texts = [text for text in group if isinstance(text, str)] if isinstance(group, list) else []
    return [text for text in texts if re.match(r"[A-Za-z0-9]", text) and "\n" not in text]


def _toml(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
