"""Changes that nothing is wrong with except that a person must allow them: which, and what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .approvals import PROTECTED, Approval, permission_for
from .gates import Finding, GateName, GateResult

PROTECTED_PATH = "protected_path"
APPROVABLE = frozenset(
    {PROTECTED_PATH, "dependency_source", "licence", "large_file", "executable", "submodule"}
)
"""Rules of gate governance that a person may allow, path by path; secrets, false names and accounts are not
for anybody to allow."""
MOST_FINDINGS = 100
"""What a gate shows; a longer list is cut, and nobody can allow what he is not shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a change needs a person's word for.

    :param findings: what gate governance says, one or more a path.
    """

    findings: tuple[Finding, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, each once, in the gate's order."""
        return tuple(dict.fromkeys(finding.path for finding in self.findings))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The paths as subjects of approvals."""
        return tuple(subject_of(path) for path in self.paths)

    def why(self, path: str) -> str:
        """Return what the gate says of one path."""
        return "; ".join(dict.fromkeys(one.message for one in self.findings if one.path == path))


NOBODY = Wanted()
"""Nobody needs to be asked."""


def subject_of(path: str) -> str:
    """Return the subject of an approval for one path."""
    return f"{PROTECTED}:{path}"


def wanted(results: Sequence[GateResult]) -> Wanted:
    """Return what a person must allow before a change passes; nothing when a word alone would not do."""
    failed = [result for result in results if result.failed]
    if [result.gate for result in failed] != [GateName.GOVERNANCE]:
        return Wanted()
    findings = failed[0].findings
    shown_all = 0 < len(findings) < MOST_FINDINGS
    allowable = all(one.path and one.rule in APPROVABLE for one in findings)
    return Wanted(findings) if shown_all and allowable else Wanted()


def is_allowed(words: Iterable[Approval], repository: str, issue: int, paths: Iterable[str]) -> bool:
    """Return whether every path is allowed by words known to be in force."""
    known = tuple(words)
    return all(permission_for(known, repository, issue, subject_of(path)) for path in paths)
