"""What an issue with unmerged dependencies is built on: a change of ours, or several made into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..documents import from_document, to_document
from ..domain.changes import Base, Change
from ..domain.plans import PlannedIssue
from ..ports import Desk
from ..ports.git import Joined
from .publications import published_change
from .reading import OpenNight, planned_issues


@dataclass(frozen=True, slots=True)
class Joint:
    """A merge commit of several bases, made for one issue.

    The pull request of the issue goes into a branch of its own that holds this commit: so it shows a
    reviewer the issue's own commits alone, which neither the default branch nor one dependency's branch
    would. It is a draft as long as it goes there: it is moved onto the default branch when all of `parts`
    are merged.

    :param parts: the branches that were joined, in order, the default branch among them when it was.
    :param dependencies: the issues whose unmerged changes are in it.
    """

    change: Change
    parts: tuple[str, ...]
    dependencies: tuple[int, ...]


def joint_of(desk: Desk, repository: str, base: Base) -> Joint | None:
    """Return what a base was joined of; None for the default branch and a single dependency's branch.

    :param repository: GitHub node id.
    """
    known = desk.records.recall(_key(repository, base.sha)) if base.bundles else None
    return from_document(Joint, known) if known else None


def stacked_base(desk: Desk, night: OpenNight, planned: PlannedIssue, head: str) -> tuple[Base | None, str]:
    """Return what the issue is built on, or None and why there is no such thing.

    The default branch; the recorded change of the one dependency that holds all the others; else a merge
    commit of them in plan order. A dependency that is on the default branch already brings that branch in,
    when the others were built before it was there.

    :param head: the default branch as just fetched.
    """
    default = Base(night.repository.default_branch, head)
    numbers = tuple(dict.fromkeys(one.ref.number for one in planned.depends_on if not one.ref.repository))
    found = {number: _unmerged(desk, night, planned, number) for number in numbers}
    changes = _in_plan_order(desk, night, [change for change in found.values() if change])
    if not changes:
        return default, ""
    parts = [change.as_base() for change in changes]
    if len(changes) < len(numbers):
        parts.append(default)
    joined = _join(desk, night, planned.number, parts, changes)
    return joined.base, _why_not(joined, changes)


def joined_now(desk: Desk, night: OpenNight, change: Change) -> Base:
    """Return the joined base of a change as its parts are now; as it was, when they conflict by now."""
    joint = joint_of(desk, night.repository.node_id, change.base)
    if joint is None:
        return change.base
    changes = [kept for number in joint.dependencies if (kept := _recorded(desk, night, number))]
    parts = [kept.as_base() for kept in changes]
    if night.repository.default_branch in joint.parts:
        parts.append(Base(night.repository.default_branch, desk.workspace.refresh(night.repository)))
    return _join(desk, night, change.issue, parts, changes).base or change.base


def joint_branch(night: OpenNight, number: int) -> str:
    """Return the branch that holds the joined base of an issue."""
    return f"{night.order.branch_prefix}base-of-{number}"


def _join(
    desk: Desk, night: OpenNight, number: int, parts: Sequence[Base], changes: Sequence[Change]
) -> Joined:
    repository = night.repository
    branch = joint_branch(night, number)
    joined = desk.workspace.join(repository, parts, number, branch, night.order)
    if joined.change is not None:
        told = tuple(part.ref for part in parts)
        joint = Joint(joined.change, told, tuple(change.issue for change in changes))
        desk.records.remember(_key(repository.node_id, joined.change.head_sha), to_document(joint))
    return joined


def _why_not(joined: Joined, changes: Sequence[Change]) -> str:
    if joined.base is not None:
        return ""
    names = ", ".join(f"#{change.issue}" for change in changes)
    files = ", ".join(joined.conflicts[:5]) + (" …" if len(joined.conflicts) > 5 else "")
    return (
        f"it needs the unmerged changes of {names}, and {' and '.join(joined.between)} conflict in {files}; "
        "it can start once one of them is merged and the other brought up to date"
    )


def _in_plan_order(desk: Desk, night: OpenNight, changes: Sequence[Change]) -> list[Change]:
    """Return changes of earlier nights first, by number, then tonight's in the order of the plan."""
    position = {issue.number: issue.position for issue in planned_issues(desk, night.id)}
    return sorted(changes, key=lambda change: (position.get(change.issue, 0), change.issue))


def _unmerged(desk: Desk, night: OpenNight, planned: PlannedIssue, number: int) -> Change | None:
    """Return a dependency's change that is not on the default branch yet, None when there is none."""
    repository = night.repository
    if number in planned.waits_for:
        kept = desk.records.change(repository.node_id, number, night.id)
        return kept.change if kept and kept.passed else None
    kept = published_change(desk, repository.node_id, number)
    if kept is None:
        return None
    pull = desk.tracker.pull_request_from(repository, kept.change.branch)
    return kept.change if pull and pull.state.lower() == "open" else None


def _recorded(desk: Desk, night: OpenNight, number: int) -> Change | None:
    repository = night.repository.node_id
    kept = desk.records.change(repository, number, night.id) or desk.records.change(repository, number)
    return kept.change if kept else None


def _key(repository: str, sha: str) -> str:
    return f"joint/{repository}/{sha}"
