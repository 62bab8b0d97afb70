"""Things the schema shows that are no records: branches, commits, queues."""

from dataclasses import dataclass
from datetime import datetime

from ..records import CheckRun, Label, QueueRules, ReviewComment, Status


@dataclass(frozen=True, slots=True)
class RateLimit:
    cost: int
    limit: int
    node_count: int
    remaining: int
    reset_at: datetime
    used: int


@dataclass(frozen=True, slots=True)
class Branch:
    repository: int
    name: str
    sha: str


@dataclass(frozen=True, slots=True)
class CommitAt:
    repository: int
    oid: str


@dataclass(frozen=True, slots=True)
class TreeAt:
    repository: int
    oid: str


@dataclass(frozen=True, slots=True)
class Queue:
    repository: int
    branch: str


@dataclass(frozen=True, slots=True)
class AutoMerge:
    enabled_at: datetime | None
    enabled_by: str
    merge_method: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """A queue's settings under the names GraphQL gives them; waiting times in seconds."""

    rules: QueueRules

    @property
    def check_response_timeout(self) -> int:
        return self.rules.check_response_timeout_minutes * 60

    @property
    def minimum_entries_to_merge_wait_time(self) -> int:
        return self.rules.min_entries_to_merge_wait_minutes * 60


@dataclass(frozen=True, slots=True)
class Rollup:
    """All that reports on a commit; never empty."""

    at: CommitAt
    contexts: tuple[CheckRun | Status, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Classic protection of one branch."""

    repository: int
    branch: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation on a line of a diff, known by its first comment."""

    first: ReviewComment

    @property
    def id(self) -> int:
        return self.first.id

    @property
    def repository(self) -> int:
        return self.first.repository


@dataclass(frozen=True, slots=True)
class Asking:
    """A review asked of one account."""

    pull: int
    login: str


@dataclass(frozen=True, slots=True)
class SubIssues:
    total: int
    completed: int

    @property
    def percent_completed(self) -> int:
        return self.completed * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Dependencies:
    blocked_by: int
    total_blocked_by: int
    blocking: int
    total_blocking: int


@dataclass(frozen=True, slots=True)
class GoneLabel:
    """A label of an event that the repository no longer has."""

    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


AnyLabel = Label | GoneLabel
