"""Tracked memory files of a repository: which they are, and whether they fit their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from pathspec import PathSpec

from ...domain.gates import Finding
from ...ports import Case
from ..git import Entry, listing, read_blobs, read_committed
from .apart import read_apart

DEFAULTS: Mapping[str, str] = {
    f".overnight/memory/*.{suffix}": ".overnight/memory/schema.json" for suffix in ("json", "yaml", "yml")
}
"""Glob → schema, where `.overnight.yml` of the base names no `memory_files`."""

MAX_FILES = 1000
MAX_BYTES = 8 * 1024 * 1024
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class MemoryRead:
    """How many memory files there are, and what is wrong with them."""

    files: int
    findings: tuple[Finding, ...] = ()


def read_memory_files(case: Case, seconds: float = SECONDS) -> MemoryRead:
    """Parse every memory file of the change's commit and hold it against its schema.

    :raises ReaderFailed: the reader crashed or took too long.
    """
    present = listing(case.head, case.change.head_sha)
    wanted = _wanted(case, present)
    if not wanted:
        return MemoryRead(0)
    size = sum(present[path].size for path in wanted)
    if len(wanted) > MAX_FILES or size > MAX_BYTES:
        told = f"{len(wanted)} files with {size:,} bytes; at most {MAX_FILES} and {MAX_BYTES:,} are read"
        return MemoryRead(len(wanted), (Finding("memory_too_much", told),))
    names = {schema for schema in wanted.values() if schema in present and present[schema].is_regular}
    missing = [
        Finding("memory_schema", f"its schema {schema} is not there", path)
        for path, schema in wanted.items()
        if schema and schema not in names
    ]
    blobs = read_blobs(case.head, [present[path].blob for path in (*wanted, *names)])
    texts = {path: blobs[present[path].blob].decode(errors="replace") for path in (*wanted, *names)}
    asked = {
        "schemas": {name: texts[name] for name in names},
        "files": [[path, texts[path], schema if schema in names else ""] for path, schema in wanted.items()],
    }
    told_apart = read_apart("schema_reader.py", asked, seconds)
    findings = [Finding(rule, message, path, line) for path, line, rule, message in told_apart]
    return MemoryRead(len(wanted), (*missing, *findings))


def _wanted(case: Case, present: Mapping[str, Entry]) -> dict[str, str]:
    """Return path → schema ("" for none) of every memory file."""
    said = read_committed(case.base, case.change.base.sha, ".overnight.yml")
    rules = _ruled(said)
    found: dict[str, str] = {}
    for glob, schema in rules.items():
        spec = PathSpec.from_lines("gitignore", [f"/{glob.lstrip('/')}"])
        for path, entry in present.items():
            if entry.is_regular and path not in rules.values() and spec.match_file(path):
                found.setdefault(path, schema)
    return found


def _ruled(overnight_file: bytes | None) -> Mapping[str, str]:
    """Return what the base's `.overnight.yml` says of memory files, or our defaults."""
    try:
        said: Any = yaml.safe_load(overnight_file or b"")
    except (yaml.YAMLError, RecursionError):
        return DEFAULTS
    rules = said.get("memory_files") if isinstance(said, dict) else None
    if not isinstance(rules, dict):
        return DEFAULTS
    return {str(glob): str(schema or "") for glob, schema in rules.items()}
