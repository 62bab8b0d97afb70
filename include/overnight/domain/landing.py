"""What came onto a default branch, and what the checks say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .following import Check, CheckState


class Colour(StrEnum):
    """What the checks of a commit say together."""

    GREEN = "green"
    RED = "red"
    PENDING = "pending"
    UNKNOWN = "unknown"
    """Nothing has reported on it."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A commit on the first-parent line of a branch; every text in it is untrusted."""

    sha: str
    parents: tuple[str, ...]
    message: str

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Merge:
    """A pull request of ours that was merged into the default branch.

    :param night: the night that published it.
    :param sha: the commit on the default branch that brought it in, the last one of a rebase.
    :param head_sha: what the pull request's branch stood at.
    """

    issue: int
    pull_request: int
    night: str
    sha: str
    head_sha: str
    merged_at: datetime
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What came onto the default branch at once: a merge of ours, or somebody's commit.

    :param before: the commit under it.
    :param commits: of the first-parent line; more than one for a rebase of ours.
    :param parents: of the last of them; two for a merge commit.
    """

    sha: str
    before: str
    subject: str = ""
    merge: Merge | None = None
    commits: int = 1
    parents: int = 1


@dataclass(frozen=True, slots=True)
class Probe:
    """One run of the repository's commands in the clean room during a bisection."""

    sha: str
    subject: str
    broken: tuple[str, ...]

    @property
    def is_red(self) -> bool:
        return bool(self.broken)


def counted(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the required checks that were reported; all that were where none of them is required."""
    known = tuple(check for check in checks if check.state is not CheckState.EXPECTED)
    return tuple(check for check in known if check.required) or known


def expected(checks: Iterable[Check]) -> frozenset[str]:
    """Return the names of the required checks that nothing has reported."""
    return frozenset(check.name for check in checks if check.state is CheckState.EXPECTED)


def colour_of(checks: Iterable[Check]) -> Colour:
    """Return what the checks that count say together; one failure is red, whatever else is pending.

    Once anything has reported, required checks that have not are waited for like pending ones.
    """
    known = tuple(checks)
    states = {check.state for check in counted(known)}
    if CheckState.FAILURE in states:
        return Colour.RED
    if CheckState.PENDING in states or (states and expected(known)):
        return Colour.PENDING
    return Colour.GREEN if states else Colour.UNKNOWN


def red_checks(checks: Iterable[Check]) -> tuple[str, ...]:
    """Return the names of the failed checks that count, sorted."""
    return tuple(sorted({check.name for check in counted(checks) if check.state is CheckState.FAILURE}))


def steps_of(
    landed: Sequence[Landed], merges: Iterable[Merge], commits: Mapping[str, int]
) -> tuple[Step, ...]:
    """Return first-parent commits (oldest first, the one before the first left out) as steps.

    :param commits: sha of a merge of ours → how many commits it brought, 1 when not told.
    """
    ours = {merge.sha: merge for merge in merges}
    steps: list[Step] = []
    for one in landed:
        before, brought = (one.parents or ("",))[0], 1
        if one.sha in ours:
            brought = min(max(1, commits.get(one.sha, 1)), len(steps) + 1)
            for _ in range(brought - 1):
                before = steps.pop().before
        steps.append(Step(one.sha, before, one.subject, ours.get(one.sha), brought, len(one.parents)))
    return tuple(steps)


def next_probe(good: int, bad: int) -> int | None:
    """Return the index to look at between the last good and the first bad one, None when they touch."""
    return (good + bad) // 2 if bad - good > 1 else None
