"""The revert of a merge: made on the branch's head, and proven to heal it, before anybody sees it."""

from __future__ import annotations

from dataclasses import replace

from ..domain import rollback_texts as texts
from ..domain.changes import Base, Change
from ..domain.issues import Issue
from ..domain.rollback import Accusation, Case
from ..ports import Desk
from .bisecting import CleanRoom
from .reading import OpenNight
from .rollback_cases import close_case, keep_case, leave_to_people


def with_revert(desk: Desk, night: OpenNight, case: Case, issue: Issue) -> Case:
    """Make the revert and prove it, unless that is on record for this head of the branch."""
    repository, accusation = night.repository, case.accusation
    onto = Base(repository.default_branch, str(repository.head_sha))
    if case.change is not None and case.change.base == onto:
        return case
    made = desk.workspace.revert(
        repository,
        accusation.step,
        onto,
        accusation.merge.issue,
        texts.branch(night.order.branch_prefix, accusation.merge.pull_request),
        texts.commit_message(accusation, issue.title),
        night.order,
    )
    if made.conflicts:
        files = ", ".join(made.conflicts[:5])
        return leave_to_people(
            desk, night, case, f"its revert conflicts with later changes in {files}: revert by hand"
        )
    if made.change is None:
        return close_case(desk, night, case, "somebody has taken it back already")
    other = desk.tracker.pull_request_with_tree(repository, made.change.tree_sha, made.change.branch)
    if other:
        return close_case(desk, night, case, f"pull request #{other} by somebody else takes it back already")
    proof, why_not = _proof(desk, night, accusation, made.change)
    if why_not:
        return leave_to_people(desk, night, case, why_not)
    return keep_case(desk, repository.node_id, replace(case, change=made.change, proof=proof))


def _proof(desk: Desk, night: OpenNight, accusation: Accusation, change: Change) -> tuple[str, str]:
    """Build and test the revert: (what that said, "") when it heals, ("", why it does not) otherwise."""
    room = CleanRoom.of(desk, night, str(night.repository.head_sha))
    if room.is_empty:
        return "not proven: the repository has no build or test command", ""
    left = room.run(change.as_base())
    if not left:
        return "build and tests are green on it", ""
    if accusation.broken and not set(left) & set(accusation.broken):
        return f"heals what broke; {texts.named(left)} fail on it, as they did not because of this", ""
    return "", f"its revert does not heal the branch: {', '.join(left[:3])} still fail on it"
