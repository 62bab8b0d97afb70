"""What the forge remembers, one frozen record a kind; times are aware UTC datetimes."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class User:
    """An account; `kind` is User, Bot or Organization, as GitHub spells it."""

    id: int
    login: str
    kind: str = "User"


@dataclass(frozen=True, slots=True)
class Protection:
    """What a branch demands before it moves."""

    contexts: tuple[str, ...] = ()
    approvals: int = 0
    strict: bool = False
    enforce_admins: bool = True


@dataclass(frozen=True, slots=True)
class QueueRules:
    """A merge queue's settings, as its rule spells them; times in minutes."""

    check_response_timeout_minutes: int = 60
    grouping_strategy: str = "ALLGREEN"
    max_entries_to_build: int = 5
    max_entries_to_merge: int = 5
    merge_method: str = "MERGE"
    min_entries_to_merge: int = 1
    min_entries_to_merge_wait_minutes: int = 5


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules for branches; `branches` are patterns, or `~DEFAULT_BRANCH` and `~ALL`."""

    id: int
    name: str
    branches: tuple[str, ...] = ("~DEFAULT_BRANCH",)
    enforcement: str = "active"
    contexts: tuple[str, ...] = ()
    strict: bool = False
    pull_requests: bool = False
    approvals: int = 0
    resolved_threads: bool = False
    linear_history: bool = False
    keep: bool = False
    no_force_pushes: bool = False
    queue: QueueRules | None = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository; its git data lies in `<root>/git/<id>.git`, so that renames move nothing."""

    id: int
    owner: str
    name: str
    default_branch: str
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime
    description: str | None = None
    private: bool = False
    archived: bool = False
    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    allow_auto_merge: bool = False
    delete_branch_on_merge: bool = False
    collaborators: dict[str, str] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    queues: tuple[str, ...] = ()
    queues_held: bool = False
    rulesets: tuple[Ruleset, ...] = ()
    pull_limit: int | None = None
    former_names: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Label:
    id: int
    repository: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    id: int
    repository: int
    number: int
    title: str
    creator: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    due_on: datetime | None = None
    closed_at: datetime | None = None
    state: str = "open"


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue, or the issue half of a pull request; `id` is the database id, never the number."""

    id: int
    repository: int
    number: int
    title: str
    author: str
    association: str
    created_at: datetime
    updated_at: datetime
    body: str | None = None
    state: str = "open"
    reason: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int | None = None
    type: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    edited_at: datetime | None = None
    editor: str | None = None
    deleted: bool = False
    pull: bool = False
    locked: bool = False
    lock_reason: str | None = None
    transferred_to: int | None = None

    @property
    def key(self) -> tuple[int, int]:
        return (self.repository, self.number)


@dataclass(frozen=True, slots=True)
class Pull:
    """The other half of a pull request; `closes` holds database ids of issues its body closes."""

    id: int
    repository: int
    number: int
    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_sha: str | None = None
    reviewers: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    auto_merge: str | None = None
    auto_merge_by: str | None = None
    auto_merge_at: datetime | None = None
    closes: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        return (self.repository, self.number)


@dataclass(frozen=True, slots=True)
class Comment:
    id: int
    repository: int
    number: int
    author: str
    association: str
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """One revision of an issue's body, the way `userContentEdits` shows it."""

    id: int
    repository: int
    number: int
    editor: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A line of an issue's timeline; `detail` holds what the kind of event adds."""

    id: int
    repository: int
    number: int
    kind: str
    actor: str
    created_at: datetime
    detail: dict[str, str | int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    id: int
    repository: int
    number: int
    author: str
    state: str
    body: str
    commit: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewComment:
    id: int
    repository: int
    number: int
    author: str
    body: str
    path: str
    line: int
    commit: str
    created_at: datetime
    review: int | None = None
    in_reply_to: int | None = None
    resolved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Status:
    id: int
    repository: int
    sha: str
    context: str
    state: str
    creator: str
    created_at: datetime
    description: str | None = None
    target_url: str | None = None


@dataclass(frozen=True, slots=True)
class CheckRun:
    id: int
    repository: int
    sha: str
    name: str
    status: str
    app: str
    started_at: datetime
    conclusion: str | None = None
    completed_at: datetime | None = None
    details_url: str | None = None
    external_id: str = ""
    title: str | None = None
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A pull request in a merge queue; `group_sha` is the commit its checks run on."""

    id: int
    repository: int
    number: int
    base: str
    enqueuer: str
    enqueued_at: datetime
    head_sha: str
    group_sha: str | None = None
    state: str = "QUEUED"
    base_sha: str | None = None
    built_at: datetime | None = None
    jump: bool = False


@dataclass(frozen=True, slots=True)
class Dependency:
    """`blocked` waits for `blocking`; both are issue database ids."""

    blocked: int
    blocking: int


@dataclass(frozen=True, slots=True)
class SubIssue:
    parent: int
    child: int
    position: int
