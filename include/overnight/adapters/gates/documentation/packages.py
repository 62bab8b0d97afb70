"""Which Python package a file belongs to, and whether that is the library or something around it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import PurePosixPath

from ....ports import Case
from ...git import read_committed

_NOT_THE_LIBRARY = re.compile(
    r"(^|/)(tests?|testing|docs?|examples?|benchmarks?|scripts?|tools?|bench|demo|migrations|node_modules)/"
    r"|(^|/)(conftest|setup|noxfile|tasks|fabfile|manage|test_[^/]*|[^/]*_test|tests|sitecustomize)\.py$"
)


def is_library(path: str) -> bool:
    """Tell whether a file is Python that others may import: no test, script, example or setup file."""
    return path.endswith(".py") and not _NOT_THE_LIBRARY.search(path)


def package_of(path: str, roots: Sequence[str], present: set[str]) -> tuple[str, str] | None:
    """Return (top-level name, source root) of a module; None for a script outside every package."""
    if not is_library(path):
        return None
    folder = PurePosixPath(path).parent
    top = PurePosixPath(path).with_suffix("") if str(folder) in roots else None
    for place in (folder, *folder.parents):
        if f"{place}/__init__.py" in present:
            top = place
        elif top is None and str(place.parent) in roots and str(place) != ".":
            top = place if str(place.parent) != "." else None
    if top is None or not top.name.isidentifier():
        return None
    return top.name, str(top.parent)


def source_roots(case: Case) -> tuple[str, ...]:
    """Return the folders that packages lie in: the root, src, and what pyproject.toml names."""
    said = read_committed(case.head, case.change.head_sha, "pyproject.toml") or b""
    try:
        tools = tomllib.loads(said.decode(errors="replace")).get("tool", {})
        where = tools.get("setuptools", {}).get("packages", {}).get("find", {}).get("where", [])
        named = tools.get("setuptools", {}).get("package-dir", {}).get("", "")
    except (tomllib.TOMLDecodeError, AttributeError):
        where, named = [], ""
    told = [*(where if isinstance(where, list) else []), named, "src"]
    return (".", *dict.fromkeys(root.strip("/") for root in told if isinstance(root, str) and root))
