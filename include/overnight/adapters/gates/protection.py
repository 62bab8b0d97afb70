"""Which files a change may not touch: whatever decides how changes are checked, built and owned."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pathspec import PathSpec

from ...domain.gates import Finding
from .diffs import FileDiff

PROTECTED = (
    "/.github/**",
    "/.gitlab-ci.yml",
    "/.circleci/**",
    "/.travis.yml",
    "/.drone.yml",
    "/azure-pipelines.yml",
    "/Jenkinsfile",
    "/.overnight.yml",
    "/CODEOWNERS",
    "/docs/CODEOWNERS",
    ".pre-commit-config.yaml",
    "ruff.toml",
    ".ruff.toml",
    ".flake8",
    ".pylintrc",
    "mypy.ini",
    ".mypy.ini",
    ".coveragerc",
    "tox.ini",
    "noxfile.py",
    "pytest.ini",
    ".pytest.ini",
    "setup.cfg",
    ".eslintrc*",
    "eslint.config.*",
    "jest.config.*",
    "vitest.config.*",
    ".golangci.y*ml",
    "clippy.toml",
    ".gitattributes",
    ".gitmodules",
)
"""Gitignore patterns; what is listed here needs an approved justification."""

Read = Callable[[str], bytes | None]

_PYPROJECT = "pyproject.toml"


def protected_touches(
    files: Iterable[FileDiff], more: Iterable[str], before: Read, after: Read
) -> Iterator[Finding]:
    """Yield a finding for each protected file that is changed, added, deleted or renamed.

    :param more: the repository's own protected paths.
    :param before: reads a committed file of the base; `after` one of the change.
    """
    ours = PathSpec.from_lines("gitignore", PROTECTED)
    theirs = PathSpec.from_lines("gitignore", [pattern for pattern in more if pattern.strip()])
    for file in files:
        for path in file.paths:
            if ours.match_file(path):
                yield Finding(
                    "protected_path", "decides how changes are checked: not for a change to touch", path
                )
            elif theirs.match_file(path):
                yield Finding("protected_path", "is protected by the repository's own settings", path)
            elif path.rsplit("/", 1)[-1] == _PYPROJECT:
                yield from _tool_changes(path, before(path), after(path))


def _tool_changes(path: str, before: bytes | None, after: bytes | None) -> Iterator[Finding]:
    """Yield a finding for each tool's table, or the build system, that differs."""
    old, new = _tables(before), _tables(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Finding("protected_path", f"[{name}] decides how changes are checked or built", path)


def _tables(file: bytes | None) -> dict[str, Any]:
    try:
        content = tomllib.loads((file or b"").decode(errors="replace"))
    except tomllib.TOMLDecodeError:
        return {"unreadable": True}
    tools = content.get("tool", {})
    named = {f"tool.{name}": table for name, table in tools.items()} if isinstance(tools, dict) else {}
    return named | ({"build-system": content["build-system"]} if "build-system" in content else {})
