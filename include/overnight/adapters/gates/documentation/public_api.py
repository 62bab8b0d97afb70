"""What a change does to the public API of Python packages, and to their docstrings."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ....domain.gates import Finding
from ....ports import Case, Tree
from ...git import Entry, listing, read_blobs
from ..apart import ReaderFailed, read_apart
from ..diffs import FileDiff
from .packages import is_library, package_of, source_roots

MAX_FILES = 3000
MAX_BYTES = 64 * 1024 * 1024
SECONDS = 120.0
_SMALL = 60


@dataclass(frozen=True, slots=True)
class ApiChange:
    """One public object that came, went or differs.

    :param told: whether its own words (docstring, comment above it) say so.
    """

    path: str
    line: int
    name: str
    what: str
    told: bool


@dataclass(frozen=True, slots=True)
class PythonChanges:
    """What the readers found; `documented` is whether the base has any docstring for its public API."""

    api: tuple[ApiChange, ...] = ()
    documented: bool = False
    docstrings: tuple[Finding, ...] = ()


def python_changes(case: Case, files: Sequence[FileDiff], seconds: float = SECONDS) -> PythonChanges | None:
    """Compare the packages that changed files belong to; None when no library code changed.

    :raises ReaderFailed: more files than the limit, or the reader crashed or took too long.
    """
    pairs = [(file.old_path, "" if file.deleted else file.path) for file in files]
    changed = [pair for pair in pairs if any(is_library(path) for path in pair)]
    if not changed:
        return None
    before = _python_files(listing(case.base, case.change.base.sha))
    after = _python_files(listing(case.head, case.change.head_sha))
    roots = source_roots(case)
    packages = {
        place for pair in changed for path in pair if (place := package_of(path, roots, {*before, *after}))
    }
    if not packages:
        return None
    kept = {PurePosixPath(root, name).as_posix() for name, root in packages}
    with tempfile.TemporaryDirectory(prefix="overnight-api-") as folder:
        sides = {"base": (case.base, before), "head": (case.head, after)}
        needed = _needed([path for path in {*before, *after} if _within(path, kept)], changed, sides.values())
        for side, (tree, found) in sides.items():
            _lay_out(Path(folder) / side, tree, {path: found[path] for path in needed if path in found})
        trees = {"base": f"{folder}/base", "head": f"{folder}/head"}
        told = read_apart("documentation/api_reader.py", {**trees, "packages": sorted(packages)}, seconds)
        inside = [pair for pair in changed if any(_within(p, kept) and not _hidden(p) for p in pair)]
        counted = read_apart("documentation/docstring_reader.py", {**trees, "files": inside}, seconds)
    api = tuple(ApiChange(**change) for change in told["changes"] if _is_reached(change))
    return PythonChanges(api, told["documented"] or counted["any"], tuple(_fallen(counted)))


def _needed(
    inside: Iterable[str],
    changed: Iterable[tuple[str, str]],
    sides: Iterable[tuple[Tree, Mapping[str, Entry]]],
) -> list[str]:
    """Return the files to read, the same of both sides: an unchanged module has an unchanged API.

    Besides the changed ones: every `__init__.py`, modules whose name a changed file holds (it may import
    them), and of a small package simply all.
    """
    paths = {path for pair in changed for path in pair}
    words: set[bytes] = set()
    for tree, found in sides:
        own = [found[path] for path in paths if path in found]
        _refuse_too_much(own)
        for content in read_blobs(tree, [entry.blob for entry in own]).values():
            words.update(re.findall(rb"\w+", content))
    everything = sorted(inside)
    needed = [
        path
        for path in everything
        if path in paths or path.endswith("__init__.py") or PurePosixPath(path).stem.encode() in words
    ]
    known = {*needed}
    rest = [path for path in everything if path not in known]
    return needed + rest[: max(0, _SMALL - len(needed))]


def _fallen(counted: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what lost or lacks a docstring, when the share fell because of it.

    Taking documented code away lowers the share too and is no fault: something new must be bare.
    """
    (had, of), (has, out_of) = counted["base"], counted["head"]
    fell = out_of and has * of < had * out_of if of else has < out_of
    if not counted["any"] or not fell:
        return
    share = f"{has} of {out_of} public objects of the changed files have one, {had} of {of} before"
    for path, line, name in counted["bare"]:
        yield Finding("docstring_coverage", f"{name} has no docstring ({share})", path, line)


def _python_files(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in entries.items() if path.endswith(".py") and entry.is_regular}


def _is_reached(change: Mapping[str, Any]) -> bool:
    """Tell whether callers reach it: by a public name, wherever its file lies, outside tests and scripts."""
    return is_library(change["path"]) and not any(
        part.startswith("_") and not part.startswith("__") for part in change["name"].split(".")
    )


def _hidden(path: str) -> bool:
    """Tell whether a file is private by its name or a folder's: nobody outside reaches it."""
    parts = PurePosixPath(path).with_suffix("").parts
    return not is_library(path) or any(part.startswith("_") and part != "__init__" for part in parts)


def _within(path: str, packages: Iterable[str]) -> bool:
    return any(path == f"{package}.py" or path.startswith(f"{package}/") for package in packages)


def _refuse_too_much(entries: Collection[Entry]) -> None:
    size = sum(entry.size for entry in entries)
    if len(entries) > MAX_FILES or size > MAX_BYTES:
        raise ReaderFailed(
            f"it takes {len(entries)} Python files with {size:,} bytes; "
            f"at most {MAX_FILES} files and {MAX_BYTES:,} bytes are compared"
        )


def _lay_out(folder: Path, tree: Tree, entries: Mapping[str, Entry]) -> None:
    """Write committed files to a folder of ours; what lies in the work tree may have been swapped."""
    _refuse_too_much(entries.values())
    folder.mkdir()
    blobs = read_blobs(tree, [entry.blob for entry in entries.values()])
    for path, entry in entries.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(blobs[entry.blob])
