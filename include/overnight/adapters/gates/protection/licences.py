"""Licence headers: where a repository's files of a kind carry one, new ones do, and none is taken away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from ....domain.gates import Finding
from ....ports import Case
from ...git import Entry, entries, read_blobs
from ..diffs import FileDiff

SHARE = 0.8
"""From this share of the files of a kind on, a header is the repository's way."""

_FEWEST = 3
_SAMPLED = 200
_MAX_BYTES = 256 * 1024
_LINES = 30
_HEADER = re.compile(r"SPDX-License-Identifier|Copyright\b|\(c\)\s*\d{4}|Licen[cs]ed under|©", re.IGNORECASE)
_CODE = re.compile(
    r"^\.(py|pyi|[cm]?[jt]sx?|go|rs|java|kt|c|h|cc|cpp|hpp|cs|rb|php|sh|swift|scala|sql|css|scss)$"
)


def missing_headers(case: Case, files: Iterable[FileDiff], base: Mapping[str, Entry]) -> Iterator[Finding]:
    """Yield changed source files without the header that their like have.

    :param base: every entry of the base commit.
    """
    changed = [file for file in files if not file.deleted and not file.binary and _kind(file.path)]
    kinds = {_kind(file.path) for file in changed}
    ours = {kind for kind in kinds if _is_usual(case, base, kind)}
    looked = [file for file in changed if _kind(file.path) in ours]
    found = entries(case.head, case.change.head_sha, [file.path for file in looked])
    small = {path: entry for path, entry in found.items() if entry.is_regular and entry.size <= _MAX_BYTES}
    content = read_blobs(case.head, [entry.blob for entry in small.values()])
    had = _carriers(case, {file.old_path: base[file.old_path] for file in looked if file.old_path in base})
    for file in looked:
        entry = small.get(file.path)
        if entry is None or _carries(content[entry.blob]):
            continue
        if file.old_path in had:
            yield Finding("licence", "the licence header is taken away", file.path, 1)
        elif not file.old_path and content[entry.blob].strip():
            yield Finding(
                "licence", f"no licence header; other {_kind(file.path)} files have one", file.path, 1
            )


def _is_usual(case: Case, base: Mapping[str, Entry], kind: str) -> bool:
    alike = {p: e for p, e in base.items() if _kind(p) == kind and e.is_regular and 0 < e.size <= _MAX_BYTES}
    step = max(1, len(alike) // _SAMPLED)
    sample = dict(sorted(alike.items())[::step][:_SAMPLED])
    return len(sample) >= _FEWEST and len(_carriers(case, sample)) >= SHARE * len(sample)


def _carriers(case: Case, some: Mapping[str, Entry]) -> set[str]:
    small = {path: entry for path, entry in some.items() if entry.is_regular and entry.size <= _MAX_BYTES}
    content = read_blobs(case.base, [entry.blob for entry in small.values()])
    return {path for path, entry in small.items() if _carries(content[entry.blob])}


def _carries(content: bytes) -> bool:
    top = b"\n".join(content.split(b"\n", _LINES)[:_LINES])
    return bool(_HEADER.search(top.decode(errors="replace")))


def _kind(path: str) -> str:
    suffix = PurePosixPath(path).suffix
    return suffix if _CODE.match(suffix) else ""
