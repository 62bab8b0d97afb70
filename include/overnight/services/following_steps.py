"""Take the step that was decided for a pull request, and write it down under the night that published it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.events import Event, EventType, Severity
from ..domain.following import Check, PullStanding
from ..domain.issue_reports import code
from ..domain.issues import Repository
from ..domain.merging import Move, Step
from ..domain.open_changes import OpenChange
from ..domain.orders import NightOrder
from ..domain.revisions import Revision, RevisionCause
from ..failpoints import failpoint
from ..ports import Desk, PullRequest
from .reading import OpenNight, open_night
from .revising import ask_for_revision, pending
from .stacking import joint_branch

CLOSED_BY_US = "closed by Overnight"


@dataclass(frozen=True, slots=True)
class Task:
    """One pull request in hand; the desk is fenced by the issue's claim.

    :param order: of now: what settings say of merging.
    """

    desk: Desk
    repository: Repository
    order: NightOrder
    change: OpenChange
    pull: PullStanding

    @property
    def night(self) -> OpenNight:
        return open_night(self.desk, self.change.night)

    def write(
        self, type_: EventType, step: Step, state: str = "", *, also: Sequence[Event] = (), **more: Any
    ) -> None:
        """Append an event about the pull request to the night that published it, together with others."""
        told = state or step.state
        self.desk.ledger.append(
            self.night.event(
                type_,
                f"#{self.change.issue}: pull request #{self.change.number} {told}",
                severity=Severity.WARNING if step.move is Move.REPAIR else Severity.INFO,
                issue=self.change.issue,
                metadata={
                    "pull_request": self.change.number,
                    "state": told,
                    "move": str(step.move),
                    "reason": step.reason,
                    "draft": self.pull.draft,
                    **more,
                },
            ),
            *also,
        )
        failpoint("follow.after_event")


def take(task: Task, step: Step) -> bool:
    """Take a step; return whether something is different now, on GitHub or in the ledger."""
    return _TAKEN[step.move](task, step)


def stand(task: Task, step: Step, **more: Any) -> bool:
    """Write down how the pull request stands, unless that was the last that was said of it."""
    if task.change.state == step.state and not more:
        return False
    task.write(EventType.PULL_REQUEST_STANDS, step, **more)
    return True


def note_left_queue(task: Task, step: Step) -> None:
    """Write down once that the pull request left the merge queue."""
    at = task.pull.dequeued_at.isoformat() if task.pull.dequeued_at else "unknown"
    if task.pull.queue is None and task.pull.dequeued and task.change.left_at != at:
        task.write(
            EventType.PULL_REQUEST_DEQUEUED,
            step,
            f"left the merge queue: {task.pull.dequeued}",
            left_at=at,
            because=task.pull.dequeued,
        )


def _merged(task: Task, step: Step) -> bool:
    pull = task.pull
    task.write(
        EventType.PULL_REQUEST_MERGED,
        step,
        by=pull.closed_by,
        sha=pull.merged_sha,
        merged_at=pull.merged_at.isoformat() if pull.merged_at else "",
        head_sha=pull.head_sha,
        base=pull.base_ref,
        nights=list(task.change.nights),
    )
    return True


def _closed(task: Task, step: Step) -> bool:
    meant = task.desk.records.recall(_meant_to_close(task))
    if meant and task.pull.closed_by.lower() == task.desk.tracker.login().lower():
        return _closed_by_us(task, step, str(meant["reason"]))
    nights = list(task.change.nights)
    task.write(EventType.PULL_REQUEST_CLOSED, step, by=task.pull.closed_by, ours=False, nights=nights)
    return True


def _mark_ready(task: Task, step: Step) -> bool:
    task.desk.writer.mark_ready(task.repository, _pull_request(task))
    failpoint("follow.after_request")
    task.write(EventType.PULL_REQUEST_STANDS, step, draft=False)
    return True


def _enqueue(task: Task, step: Step) -> bool:
    task.desk.writer.enqueue(task.repository, _pull_request(task), task.pull.head_sha)
    failpoint("follow.after_request")
    task.write(EventType.PULL_REQUEST_ENQUEUED, step, head_sha=task.pull.head_sha)
    return True


def _auto_merge(task: Task, step: Step) -> bool:
    task.desk.writer.enable_auto_merge(
        task.repository, _pull_request(task), task.pull.head_sha, task.order.merge_method
    )
    failpoint("follow.after_request")
    return stand(task, step)


def _retarget(task: Task, step: Step, because: str = "") -> bool:
    default = task.repository.default_branch
    if task.pull.base_ref != default:
        task.desk.writer.put_base(task.repository, task.change.number, default)
        failpoint("follow.after_request")
    _clear_joint(task)
    why = because or ("closed" if "closed" in step.reason else "merged")
    told: dict[str, Any] = {"because": why, "base": default, "from": task.change.base}
    task.write(EventType.PULL_REQUEST_RETARGETED, step, **told)
    return True


def _clear_joint(task: Task) -> None:
    """Delete the branch that only held the joined base of this pull request, while it holds our commit."""
    branch, node = task.change.base, task.change.repository
    if branch != joint_branch(task.night, task.change.issue):
        return
    names = (f"branch/{branch}", f"branch/{branch}/meant")
    sha = task.desk.records.publication(node, names[0])
    if not sha:
        return
    try:
        task.desk.writer.delete_branch(task.repository, branch, sha)
    except (Forbidden, NotAuthorized, NotFound):
        return  # a branch too many harms nobody
    for name in names:
        task.desk.records.record_publication(node, name, "")


def _repair(task: Task, step: Step) -> bool:
    """Ask for one more attempt; when that was had, say why and close: a person may take it from there."""
    revision = Revision(
        issue=task.change.issue,
        pull_request=task.change.number,
        cause=step.cause or RevisionCause.QUEUE,
        feedback=_feedback(task, step),
        head_sha=task.pull.head_sha,
        rebase=step.cause is RevisionCause.CONFLICT,
    )
    if ask_for_revision(task.desk, task.repository, revision) or _is_owed(task):
        asked = f"{step.state}: another attempt is asked for"
        return stand(task, Step(step.move, step.reason, asked, step.cause))
    if task.change.reopened:
        # Who opened it again wants it open.
        return stand(task, Step(Move.LEAVE, step.reason, f"left to people: {step.reason}"))
    return close(task, step)


def _is_owed(task: Task) -> bool:
    """Whether another attempt is pending, for whatever cause: what a person wants mended stays open."""
    owed = pending(task.desk, task.change.repository)
    return any(one.pull_request == task.change.number for one in owed)


def close(task: Task, step: Step) -> bool:
    """Close a pull request of ours with an explanation."""
    number = task.change.number
    body = (
        f"Overnight closes this pull request: {code(step.reason, 1000)}. It had its one more attempt "
        "for this, or may have none. The branch stays; a person may take it from here or reopen it."
    )
    # Who dies between closing and saying so must not take it for a person's doing afterwards.
    task.desk.records.remember(_meant_to_close(task), {"reason": step.reason})
    task.desk.writer.put_comment(task.repository, number, f"<!-- overnight:closed/{number} -->", body, None)
    failpoint("follow.after_explanation")
    task.desk.writer.close(task.repository, number)
    failpoint("follow.after_request")
    return _closed_by_us(task, step, step.reason)


def _closed_by_us(task: Task, step: Step, reason: str) -> bool:
    told = f"{CLOSED_BY_US}: {reason}"
    nights = list(task.change.nights)
    by = task.desk.tracker.login()
    task.write(EventType.PULL_REQUEST_CLOSED, step, told, by=by, ours=True, nights=nights)
    return True


def _meant_to_close(task: Task) -> str:
    return f"follow/closing/{task.change.repository}/{task.change.number}"


def _feedback(task: Task, step: Step) -> str:
    """Return what the builder is told; what checks say of themselves is foreign text and quoted later."""
    return "\n".join([step.reason, *(f"- {_told(check)}" for check in task.pull.checks if _bad(check))])


def _bad(check: Check) -> bool:
    return check.state == "failure"


def _told(check: Check) -> str:
    return ": ".join(filter(None, (check.name, check.summary))) + (f" ({check.url})" if check.url else "")


def _pull_request(task: Task) -> PullRequest:
    pull = task.pull
    return PullRequest(
        number=pull.number,
        url=pull.url,
        head_ref=pull.head_ref,
        head_sha=pull.head_sha,
        base_ref=pull.base_ref,
        state=pull.state,
        draft=pull.draft,
        node_id=pull.node_id,
    )


_TAKEN: Mapping[Move, Callable[[Task, Step], bool]] = {
    Move.WAIT: stand,
    Move.LEAVE: stand,
    Move.NOTE_MERGED: _merged,
    Move.NOTE_CLOSED: _closed,
    Move.MARK_READY: _mark_ready,
    Move.ENQUEUE: _enqueue,
    Move.AUTO_MERGE: _auto_merge,
    Move.RETARGET: _retarget,
    Move.REPAIR: _repair,
}
"""Every move but a rebase, which is judged between two claims."""
