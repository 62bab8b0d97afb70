"""Versions that Python projects take from git, which setup's clean tree does not have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

VERSION = "9999.0.0"
"""Above whatever a plugin of the project, installed beside it, asks for."""
NO_GIT = re.compile(
    r"unable to detect version|not a git repository|NotSdistError|NotVCSError"
    r"|Cannot find the version from SCM|Versioning for this project requires",
    re.IGNORECASE,
)
"""What build backends say that look for git's tags in vain."""
HINT = (
    "setup runs on the files alone, without .git: give the version in .overnight.yml, "
    "for example `environment: {SETUPTOOLS_SCM_PRETEND_VERSION: 1.0.0}`"
)
_BACKENDS: tuple[tuple[str, str], ...] = (
    (r"hatch[-_]vcs", "SETUPTOOLS_SCM_PRETEND_VERSION"),
    (r"setuptools[-_]scm|vcs[-_]versioning", "SETUPTOOLS_SCM_PRETEND_VERSION"),
    (r"tool\.pdm\.version", "PDM_BUILD_SCM_VERSION"),
    (r"poetry-dynamic-versioning", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    (r"uv-dynamic-versioning", "UV_DYNAMIC_VERSIONING_BYPASS"),
    (r"\bpbr\b", "PBR_VERSION"),
)
"""Words in a manifest → the variable that gives the version instead of git."""


def version_environment(read: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Return the variable that stands for git's tags, () where the version does not come from git."""
    project = read("pyproject.toml")
    told = project + read("setup.py") + read("setup.cfg")
    for words, variable in _BACKENDS:
        if re.search(words, told):
            alone = _named(project) if words.startswith("setuptools") else ""
            return ((f"{variable}_FOR_{alone}" if alone else variable, VERSION),)
    return ()


def _named(project: str) -> str:
    """Return the project's name for a variable that dependencies built from source do not read."""
    try:
        table = tomllib.loads(project).get("project")
    except tomllib.TOMLDecodeError:
        return ""
    name = table.get("name") if isinstance(table, dict) else None
    return re.sub(r"[-_.]+", "_", name).upper() if isinstance(name, str) else ""
