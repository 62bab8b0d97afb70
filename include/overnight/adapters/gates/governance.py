"""Gate governance: no protected path, no secret, nothing that leaves the repository, and within its size."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from time import monotonic

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox
from ..git import entries, read_blob, read_committed
from ..git.contents import Entry
from .diffs import FileDiff, parse_diff
from .leaks import secrets_in
from .protection import protected_touches

MAX_FILE_BYTES = 1024 * 1024
_MODES = {"", "100644", "100755"}
_SYMLINK, _SUBMODULE = "120000", "160000"
_SHOWN = 100


class GovernanceGate:
    """Reads the diff and the changed files; runs none of them."""

    name: GateName = GateName.GOVERNANCE

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when no rule is broken; every broken one is a finding."""
        began = monotonic()
        files = parse_diff(case.diff)
        before = partial(read_committed, case.head, case.change.base.sha)
        after = partial(read_committed, case.head, case.change.head_sha)
        findings = [
            *protected_touches(files, case.commands.protected_paths, before, after),
            *_in_files(case, files),
            *_sizes(case),
        ]
        seconds = monotonic() - began
        if not findings:
            reason = f"{len(case.change.files)} files changed, no rule is broken"
            return GateResult(self.name, GateStatus.PASS, reason, seconds=seconds)
        kinds = [finding.rule for finding in findings]
        reason = ", ".join(f"{kinds.count(kind)} × {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=reason,
            findings=tuple(findings[:_SHOWN]),
            seconds=seconds,
            hint="leave protected files as they are and take secrets out; a person must do what needs them",
        )


def _in_files(case: Case, files: list[FileDiff]) -> Iterator[Finding]:
    present = [file for file in files if not file.deleted]
    found = entries(case.head, case.change.head_sha, [file.path for file in present])
    for file in files:
        yield from _modes(file)
    for file in present:
        entry = found.get(file.path)
        if entry is None:
            yield Finding("file_name", "the file's name is not UTF-8", file.path)
        elif entry.is_regular:
            yield from _in_file(case, file, entry)


def _in_file(case: Case, file: FileDiff, entry: Entry) -> Iterator[Finding]:
    if entry.size > MAX_FILE_BYTES:
        yield Finding("large_file", f"{entry.size:,} bytes; at most {MAX_FILE_BYTES:,}", file.path)
        return
    lines = file.added
    if file.binary:
        lines = list(enumerate(read_blob(case.head, entry.blob).decode("latin-1").split("\n"), 1))
    for number, kind in secrets_in(lines):
        yield Finding("secret", f"{kind} in an added line", file.path, 0 if file.binary else number)


def _modes(file: FileDiff) -> Iterator[Finding]:
    """Yield what a change of kind brings: submodules, links that leave, modes git should not have."""
    if _SUBMODULE in {file.old_mode, file.new_mode}:
        yield Finding("submodule", "a submodule is added, moved or removed", file.path)
    elif file.new_mode == _SYMLINK and not file.deleted:
        target = file.added[0][1] if file.added else ""
        joined = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
        if target.startswith("/") or joined == ".." or joined.startswith("../"):
            yield Finding("symlink", "a symbolic link that leaves the repository", file.path)
    elif file.new_mode not in _MODES and not file.deleted:
        yield Finding("mode", f"unusual file mode {file.new_mode}", file.path)


def _sizes(case: Case) -> Iterator[Finding]:
    limits, change = case.order.limits, case.change
    if len(change.files) > limits.max_changed_files:
        told = f"{len(change.files)} files changed; limits.max_changed_files is {limits.max_changed_files}"
        yield Finding("size", told)
    lines, most = change.insertions + change.deletions, limits.max_changed_lines
    if lines > most:
        yield Finding("size", f"{lines} lines changed; limits.max_changed_lines is {most}")
