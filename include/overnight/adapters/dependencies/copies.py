"""Does an installation depend on the source, or on the manifests alone?"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

DEPENDENCY_FOLDERS = (
    ".venv",
    "venv",
    "node_modules",
    "vendor",
    ".bundle",
    ".gradle",
    ".overnight-cache",
    "*.egg-info",
    ".pnpm-store",
)
"""Folders that hold what others wrote, and by-products that say nothing of the source's content."""

_SOURCE = frozenset(
    ".py .pyi .pyx .js .mjs .cjs .jsx .ts .tsx .c .cc .cpp .h .rb .go .rs .java .kt".split()  # noqa: SIM905
)
_SMALLEST = 16
"""Bytes; shorter files (an empty __init__.py) look alike everywhere."""


def holds_source(folder: Path, products: Sequence[str], tracked: Mapping[str, tuple[str, int]]) -> bool:
    """Tell whether what was made depends on the source and not on the manifests alone.

    True for anything beside dependency folders, for copies of tracked source files in them, for a Python
    project installed from here and not as editable, and for Go's `vendor`, which holds only what is imported.
    """
    if any(PurePosixPath(path).name == "vendor" and _has(folder / path, "modules.txt") for path in products):
        return True
    if any(
        not any(fnmatch(PurePosixPath(path).name, name) for name in DEPENDENCY_FOLDERS) for path in products
    ):
        return True
    known = {
        (size, blob)
        for path, (blob, size) in tracked.items()
        if size >= _SMALLEST and PurePosixPath(path).suffix in _SOURCE
    }
    sizes = {size for size, _ in known}
    return any(_is_copy(file, sizes, known) for path in products for file in _files(folder / path))


def _has(folder: Path, name: str) -> bool:
    return not folder.is_symlink() and (folder / name).exists()


def _files(path: Path) -> Iterator[Path]:
    for root, _, names in os.walk(path):
        yield from (Path(root, name) for name in names)


def _is_copy(file: Path, sizes: set[int], known: set[tuple[int, str]]) -> bool:
    if file.name == "direct_url.json":
        return _installed_from_here(file)
    if file.suffix not in _SOURCE:
        return False
    about = file.lstat()
    if not stat.S_ISREG(about.st_mode) or about.st_size not in sizes:
        return False
    content = file.read_bytes()
    framed = b"blob %d\0" % len(content) + content
    blobs = {hashlib.sha1(framed, usedforsecurity=False).hexdigest(), hashlib.sha256(framed).hexdigest()}
    return any((len(content), blob) in known for blob in blobs)


def _installed_from_here(file: Path) -> bool:
    about = file.lstat()
    if not stat.S_ISREG(about.st_mode) or about.st_size > 64 * 1024:
        return True
    try:
        told = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return True
    if not isinstance(told, dict) or not str(told.get("url", "")).startswith("file:"):
        return False
    directory = told.get("dir_info")
    return not (isinstance(directory, dict) and directory.get("editable") is True)
