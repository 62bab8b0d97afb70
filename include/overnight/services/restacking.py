"""Bring a published change onto its base as it is now: replayed, judged again where needed, pushed.

What GitHub does by itself when a base's branch is deleted is only half of it: the pull request goes into
the default branch then, and still carries the commits of what it was stacked on when that was squashed,
or never merged. So our own commits alone are replayed. When what it was stacked on was closed unmerged, a
reviewer expects the dependent either to work without it or to say that it does not: it is replayed
without the foreign commits and judged again, never left open with a diff that somebody turned down.
"""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

from ..documents import from_document, to_document
from ..domain.changes import Base, Change
from ..domain.errors import ChangeUnusable
from ..domain.events import EventType
from ..domain.issues import Repository
from ..domain.merging import Step
from ..domain.open_changes import OpenChange
from ..failpoints import failpoint
from ..ports import Desk, Kept
from .drifting import replayed
from .following_steps import Task, stand
from .judging import judge_change
from .publishing import push_change

_PLACES = re.compile(r"^(index [0-9a-f]+\.\.[0-9a-f]+.*|@@ .*)$", re.MULTILINE)
"""Lines of a diff that change when only its surroundings moved."""


def prepare(task: Task, onto: Base) -> Kept | None:
    """Replay the change and keep it, unjudged where the patch is another one; None when it conflicts.

    What a killed worker replayed already is taken as it stands. ChangeUnusable when nothing is kept of it.
    """
    desk, change = task.desk, task.change
    kept = desk.records.change(change.repository, change.issue, change.night)
    if kept is None:
        raise ChangeUnusable("nothing is kept of its commits any more: bring it up to date by hand")
    if kept.change.base.sha == onto.sha:
        return kept
    tried = kept.change.head_sha != task.pull.head_sha
    before = (_published(task, kept.change) if tried else None) or kept.change
    again = desk.workspace.rebase(task.repository, before, onto, task.order)
    if again is None:
        return None
    same = change.replay_due != "closed" and _patch(desk, task.repository, before) == _patch(
        desk, task.repository, again
    )
    # First what it was made of: a revision goes on from what the branch holds, not from what was tried.
    desk.records.remember(_before_key(change.repository, again), to_document(before))
    kept = replace(kept, change=again, passed=True if same else None)
    desk.records.keep_change(change.repository, kept)
    failpoint("follow.after_replay")
    return kept


def judged_again(desk: Desk, change: OpenChange) -> str:
    """Judge the replayed change under the night that made it; return why it does not pass, or ""."""
    verdict = judge_change(desk, change.night, change.issue)
    return "" if verdict.passed else verdict.reason or "it could not be judged"


def publish_again(task: Task, step: Step) -> bool:
    """Push the replayed change onto its branch, over our own commit only; no push where nothing changes."""
    kept = task.desk.records.change(task.change.repository, task.change.issue, task.change.night)
    assert kept is not None
    again, before = kept.change, _published(task, kept.change)
    there = task.pull.head_sha
    same = before is not None and (before.head_sha, before.tree_sha) == (there, again.tree_sha)
    # A base whose history was rewritten conflicts with the same content as well.
    pushed = bool(task.pull.conflicting) or not same
    if pushed:
        push_change(task.desk, task.night, again)
        failpoint("follow.after_push")
    else:
        _put_back(task, kept)
    task.write(
        EventType.PULL_REQUEST_REBASED,
        step,
        "brought up to date",
        also=(replayed(task.night, before, again),) if pushed and before else (),
        head_sha=again.head_sha if pushed else task.pull.head_sha,
        base=again.base.ref,
        base_sha=again.base.sha,
        pushed=pushed,
    )
    return True


def in_vain(task: Task, step: Step, onto: Base, why: str) -> bool:
    """Write down that replaying it onto this very base does not help, so that it is not tried again."""
    kept = task.desk.records.change(task.change.repository, task.change.issue, task.change.night)
    if kept is not None:
        _put_back(task, kept)
    told = replace(step, state=why, reason=why)
    return stand(task, told, vain=f"{task.pull.head_sha} {onto.sha}")


def _put_back(task: Task, kept: Kept) -> None:
    """Keep what the branch holds again, where a replay of it was kept and comes to nothing."""
    before = _published(task, kept.change)
    if before is not None and before.head_sha == task.pull.head_sha:
        restored = replace(kept, change=before, passed=True)
        task.desk.records.keep_change(task.change.repository, restored)


def _published(task: Task, change: Change) -> Change | None:
    """Return the published change that a kept one was replayed from, None when it is no replay of ours."""
    known = task.desk.records.recall(_before_key(task.change.repository, change))
    return from_document(Change, known) if known else None


def _before_key(repository: str, change: Change) -> str:
    return f"follow/before/{repository}/{change.head_sha}"


def _patch(desk: Desk, repository: Repository, change: Change) -> str:
    """Return what a change does, without where."""
    tree = desk.workspace.open_change(repository, change, f"patch-{change.issue}-{uuid4().hex[:8]}")
    try:
        return _PLACES.sub("", desk.workspace.diff(tree))
    finally:
        desk.workspace.close_tree(tree)


def base_now(desk: Desk, repository: Repository) -> Base:
    """Return the default branch as just fetched."""
    return Base(repository.default_branch, desk.workspace.refresh(repository))
