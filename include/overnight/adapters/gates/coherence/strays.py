"""Rules of gate qic about what a change leaves lying around: scratch files, and modes nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from ....domain.gates import Finding
from .scene import Scene, is_test

_TEMPORARY = (
    *(
        "*.orig",
        "*.rej",
        "*.bak",
        "*.swp",
        "*.swo",
        "*~",
        "*.tmp",
        "*.pyc",
        "*.pyo",
        ".ds_store",
        "thumbs.db",
    ),
    *("nohup.out", "core.[0-9]*", "scratch.*", "scratch_*", "scratchpad*", "tmp.*", "temp.*", "untitled*"),
    *("npm-debug.log*", "yarn-error.log", "*.stackdump", ".coverage", "*.log", "desktop.ini"),
)
_CACHES = frozenset(
    {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", "node_modules", ".venv", "venv", ".tox"}
    | {".nox", ".eggs", ".idea", ".gradle", ".hypothesis", "htmlcov", ".nyc_output", ".cache"}
)


def temporary(scene: Scene) -> Iterator[Finding]:
    """Yield scratch, backup and cache files that were not there before."""
    for file in scene.files:
        if file.deleted or file.old_path or scene.names(file.path):
            continue
        parts = file.path.lower().split("/")
        if _CACHES.intersection(parts[:-1]):
            yield Finding(
                "temporary_file", "belongs to a cache or an environment, not to the change", file.path
            )
        elif any(fnmatchcase(parts[-1], glob) for glob in _TEMPORARY) and not is_test(file.path):
            yield Finding("temporary_file", "looks like a scratch, backup or log file", file.path)


def modes(scene: Scene) -> Iterator[Finding]:
    """Yield files whose executable bit changed though the issue says nothing of it."""
    if scene.asks("executable", "chmod", r"permissions?", r"file modes?"):
        return
    for file in scene.files:
        if file.deleted or not file.old_path or {file.old_mode, file.new_mode} != {"100644", "100755"}:
            continue
        if file.new_mode == "100755" and scene.text(file).startswith("#!"):
            continue
        yield Finding("mode", f"its mode changed from {file.old_mode} to {file.new_mode}", file.path)
