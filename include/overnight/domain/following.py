"""A published pull request on its way into the base: how it stands, and what guards the base."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CheckState(StrEnum):
    """What a check or status says of a commit."""

    EXPECTED = "expected"
    """The branch's rules demand it, and nothing has reported it."""
    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Check:
    """One check run or commit status of a commit.

    :param summary: what its author says of it; untrusted text.
    """

    name: str
    state: CheckState
    required: bool = False
    url: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A place in a merge queue.

    :param state: GitHub's word: QUEUED, AWAITING_CHECKS, MERGEABLE, UNMERGEABLE, LOCKED.
    :param position: 1 is next.
    """

    state: str
    position: int
    seconds_to_merge: int | None = None


@dataclass(frozen=True, slots=True)
class PullStanding:
    """A pull request as it stands on GitHub now.

    :param state: open, closed or merged.
    :param conflicting: whether GitHub says that it conflicts with its base; None while it does not know.
    :param review: GitHub's decision: approved, changes_requested, review_required or "".
    :param checks: of its head commit.
    :param dequeued: why it last left the merge queue without being merged, "" when it never did.
    :param dequeued_at: when.
    :param merged_sha: the commit on the base that brought it in, "" while it is not merged.
    :param closed_by: login of who closed or merged it, "" when not known.
    """

    number: int
    node_id: str
    url: str
    state: str
    draft: bool
    head_ref: str
    head_sha: str
    base_ref: str
    conflicting: bool | None = None
    review: str = ""
    checks: tuple[Check, ...] = ()
    auto_merge: bool = False
    queue: QueueEntry | None = None
    dequeued: str = ""
    dequeued_at: datetime | None = None
    merged_sha: str = ""
    merged_at: datetime | None = None
    closed_by: str = ""


@dataclass(frozen=True, slots=True)
class BranchRules:
    """What guards a branch, as far as the token may see it.

    :param queue: whether merges go through a merge queue.
    :param required_checks: names of the checks that must be green.
    :param reviews: approvals that are required.
    :param queue_checks: whether some workflow runs for `merge_group`; None when that cannot be seen.
    """

    branch: str
    queue: bool = False
    required_checks: tuple[str, ...] = ()
    reviews: int = 0
    queue_checks: bool | None = None
    auto_merge_allowed: bool = False
    beyond_us: tuple[str, ...] = ()
    """What it demands of a commit or pull request that a program of ours cannot give, in words."""


class RemarkKind(StrEnum):
    """Where something was said on a pull request."""

    COMMENT = "comment"
    REVIEW = "review"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said on a pull request.

    :param association: GitHub's author association, upper case.
    :param state: of a review: APPROVED, CHANGES_REQUESTED or COMMENTED; "" otherwise.
    :param path: of a remark in a thread, "" otherwise.
    :param review: id of the review that a remark in a thread came with.
    :param thread: id of the thread's first remark, None for that one itself.
    """

    id: int
    kind: RemarkKind
    author: str
    association: str
    body: str
    at: datetime
    state: str = ""
    path: str = ""
    line: int | None = None
    url: str = ""
    review: int | None = None
    thread: int | None = None
