"""Gate governance: protected paths, secrets, licences, sources, file names, commits, money, size."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from functools import cache, partial
from time import monotonic

from ...domain.approvals import PROTECTED as PROTECTED_SUBJECT
from ...domain.approvals import Approval, permission_for
from ...domain.awaiting import APPROVABLE, MOST_FINDINGS
from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...domain.orders import Commands
from ...ports import Case, Sandbox
from ..git import Entry, entries, listing, read_blob, read_committed
from .coherence.scope import oversized
from .diffs import FileDiff, parse_diff
from .protection.accounts import account_findings, commit_findings
from .protection.file_names import odd_names
from .protection.leaks import secrets_in
from .protection.licences import missing_headers
from .protection.paths import protected_touches
from .protection.sources import dependency_changes

MAX_FILE_BYTES = 1024 * 1024
_MODES = {"", "100644", "100755"}
_SYMLINK, _SUBMODULE, _EXECUTABLE = "120000", "160000", "100755"


class GovernanceGate:
    """Reads the diff and the changed files; runs none of them."""

    name: GateName = GateName.GOVERNANCE

    def __init__(self, _: Sandbox) -> None:
        """Take the sandbox every gate is given; this one runs nothing."""

    def judge(self, case: Case) -> GateResult:
        """Pass when no rule is broken; every broken one is a finding.

        What a person approved is looked up in the ledger's facts, never in the change.
        """
        began = monotonic()
        files = parse_diff(case.diff)
        before = cache(partial(read_committed, case.head, case.change.base.sha))
        after = cache(partial(read_committed, case.head, case.change.head_sha))
        direct, names = dependency_changes(files, before, after)
        found = [
            *protected_touches(files, case.commands.protected_paths, before, after, _run(case.commands)),
            *direct,
            *odd_names(files, listing(case.head, case.change.head_sha)),
            *_secret_names(files),
            *_in_files(case, files),
            *missing_headers(case, files, listing(case.base, case.change.base.sha)),
            *oversized(case),
            *commit_findings(case),
            *account_findings(case.ledger, case.order),
        ]
        findings, allowed = _without_approved(case, found)
        told = _told(allowed, names)
        seconds = monotonic() - began
        if not findings:
            reason = f"{len(case.change.files)} files changed, no rule is broken{told}"
            return GateResult(self.name, GateStatus.PASS, reason, seconds=seconds)
        kinds = [finding.rule for finding in findings]
        reason = ", ".join(f"{kinds.count(kind)} × {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=reason + told,
            findings=tuple(findings[:MOST_FINDINGS]),
            seconds=seconds,
            hint="leave protected files as they are and take secrets out; a person must do what needs them",
        )


def _run(commands: Commands) -> str:
    return "\n".join((commands.setup, commands.build, commands.lint, commands.test))


def _without_approved(case: Case, found: Iterable[Finding]) -> tuple[list[Finding], list[Approval]]:
    """Part the findings that a person allowed, path by path, from those that stand."""
    words = case.ledger.approvals if case.ledger else ()
    standing: list[Finding] = []
    allowed: dict[str, Approval] = {}
    for finding in found:
        subject = f"{PROTECTED_SUBJECT}:{finding.path}"
        word = permission_for(words, case.repository.node_id, case.issue.number, subject)
        if word is not None and finding.path and finding.rule in APPROVABLE:
            allowed[finding.path] = word
        else:
            standing.append(finding)
    return standing, list(allowed.values())


def _told(allowed: list[Approval], names: list[str]) -> str:
    who = ", ".join(sorted({word.who for word in allowed}))
    paths = "1 path" if len(allowed) == 1 else f"{len(allowed)} paths"
    approved = f"; {paths} approved by {who}" if allowed else ""
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    return approved + (f"; new dependencies: {', '.join(names[:10])}{more}" if names else "")


def _secret_names(files: Iterable[FileDiff]) -> Iterator[Finding]:
    """Yield new paths that hold a secret; such a path is not told, only its folder."""
    for file in files:
        if not file.deleted and file.path != file.old_path:
            folder = posixpath.dirname(file.path)
            found = [kind for part in file.path.split("/") for _, kind in secrets_in([(1, part)])]
            yield from (Finding("secret", f"{kind} in a file's name", folder) for kind in found[:1])


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
    made_executable = file.new_mode == _EXECUTABLE and file.old_mode != _EXECUTABLE
    if made_executable and not read_blob(case.head, entry.blob).startswith(b"#!"):
        yield Finding("executable", "is made executable and is no script", file.path)
    lines = file.added
    if file.binary:
        raw = read_blob(case.head, entry.blob)
        wide = raw.replace(b"\0", b"")  # text of two bytes a letter is binary to git
        lines = [(0, line.decode("latin-1")) for text in (raw, wide) for line in text.split(b"\n")]
    for number, kind in dict.fromkeys(secrets_in(lines)):
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
