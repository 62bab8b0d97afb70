"""What the services need from outside, as Protocols; adapters and fakes both fit them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from .domain.changes import Base, BuildOutcome, Change, Commission
from .domain.events import Event, EventQuery
from .domain.gates import GateName, GateResult
from .domain.issues import Issue, IssueRef, RefState, Repository
from .domain.nights import Night, NightIssue
from .domain.orders import Commands, NightOrder


class Clock(Protocol):
    """Time, so that tests can hold it still."""

    def now(self) -> datetime:
        """Return the moment in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


# GitHub


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as GitHub tells it."""

    number: int
    url: str
    head_ref: str
    head_sha: str
    base_ref: str
    state: str
    draft: bool = False
    merged: bool = False
    node_id: str = ""
    body: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a person on an issue."""

    id: int
    author: str
    author_association: str
    body: str


class Tracker(Protocol):
    """Reads of GitHub. Errors: NotAuthorized, NotFound, RateLimited, Unreachable."""

    def login(self) -> str:
        """Return the login the token belongs to."""

    def repository(self, owner: str, name: str) -> Repository:
        """Return a repository by its (case-insensitive) name."""

    def open_issues(self, repository: Repository) -> tuple[Issue, ...]:
        """Return every open issue, pull requests excluded, in about ⌈N/100⌉ requests."""

    def issue(self, repository: Repository, number: int) -> Issue:
        """Return one issue, open or closed; NotFound when deleted."""

    def ref_states(self, repository: Repository, refs: Iterable[IssueRef]) -> dict[IssueRef, RefState]:
        """Look up issues outside the plan, here or in other repositories; never raises NotFound."""

    def trusted_comments(
        self, repository: Repository, number: int, associations: Sequence[str]
    ) -> tuple[Comment, ...]:
        """Return an issue's comments whose author has one of the associations, oldest first."""

    def pull_request_from(self, repository: Repository, branch: str) -> PullRequest | None:
        """Return the newest pull request with this head branch in the repository itself, open or not."""


class Writer(Protocol):
    """Writes to GitHub: one pace for all, looked up by id or marker before every create."""

    def put_comment(
        self, repository: Repository, number: int, marker: str, body: str, known: int | None
    ) -> int:
        """Create or edit the one comment of ours that carries the marker; return its id."""

    def put_pull_request(
        self,
        repository: Repository,
        *,
        head: str,
        base: str,
        title: str,
        body: str,
        draft: bool,
        labels: Sequence[str] = (),
        reviewers: Sequence[str] = (),
    ) -> PullRequest:
        """Open the pull request from `head`, or update the open one; Forbidden if a person closed it."""

    def put_labels(
        self, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Add and remove labels of an issue; missing labels are created."""

    def put_tracking_issue(
        self, repository: Repository, label: str, title: str, body: str, known: int | None
    ) -> int:
        """Create or update the one issue of ours with the label; return its number."""

    def put_label_definitions(self, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
        """Create the labels (name → colour, description) that are missing; return how many were."""


# Git


@dataclass(frozen=True, slots=True)
class Tree:
    """A work tree on this machine; its git directory lies elsewhere, out of the builder's reach."""

    path: Path
    base: Base
    git_dir: Path


class Workspace(Protocol):
    """Git on this worker: one bare mirror per repository, a work tree per issue."""

    def refresh(self, repository: Repository) -> str:
        """Fetch the mirror and return the sha of the default branch (RepositoryUnusable when empty)."""

    def open_tree(self, repository: Repository, base: Base, name: str) -> Tree:
        """Return a fresh work tree `name` at the base, applying its bundles when needed."""

    def close_tree(self, tree: Tree) -> None:
        """Remove a work tree."""

    def commit(self, tree: Tree, message: str, order: NightOrder) -> str | None:
        """Commit everything in the tree as the order's author; None when nothing changed."""

    def rollback(self, tree: Tree, sha: str) -> None:
        """Put the tree back to a commit, untracked files gone."""

    def pack(self, tree: Tree, issue: int, branch: str) -> Change:
        """Bundle base..HEAD into storage and describe it; ChangeUnusable when empty."""

    def open_change(self, repository: Repository, change: Change, name: str) -> Tree:
        """Return a clean work tree at the change's head, taken from its bundle alone."""

    def diff(self, tree: Tree) -> str:
        """Return the unified diff base..HEAD (text; binary files named only)."""

    def read_file(self, repository: Repository, sha: str, path: str) -> str | None:
        """Return a file of a commit as text, None when absent."""

    def list_files(self, repository: Repository, sha: str) -> tuple[str, ...]:
        """Return every path of a commit, sorted."""

    def conflicts(self, repository: Repository, ours: str, theirs: str) -> tuple[str, ...]:
        """Return the paths on which merging two commits would conflict; empty when it is clean."""

    def push(self, repository: Repository, change: Change, expected: str | None) -> None:
        """Push the change to its branch; `expected` is our own earlier sha there, None for a new branch.

        Forbidden when somebody else's commit stands there or the branch is protected.
        """

    def remote_sha(self, repository: Repository, branch: str) -> str | None:
        """Return the sha of a branch on GitHub, None when it does not exist."""


class Storage(Protocol):
    """Objects that travel between tasks: bundles, transcripts, artifacts."""

    def put(self, name: str, content: bytes) -> str:
        """Store under a relative name and return the URI."""

    def get(self, uri: str) -> bytes:
        """Return what is stored at a URI (NotFound)."""


# Sandbox


@dataclass(frozen=True, slots=True)
class Ran:
    """What a confined command did; output is capped, decoded with replacement."""

    exit_code: int
    stdout: str
    stderr: str
    timed_out: bool = False
    seconds: float = 0.0

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Sandbox(Protocol):
    """Runs hostile code: the tree writable (or not), everything else read-only or hidden."""

    def self_test(self) -> None:
        """Prove the confinement on this machine, or raise SandboxUnavailable naming the fix."""

    def run(
        self,
        tree: Path,
        command: str,
        *,
        environment: Mapping[str, str] | None = None,
        seconds: float = 60.0,
        max_output: int = 256 * 1024,
        read_only_tree: bool = False,
        network: bool = False,
        mounts: Sequence[tuple[Path, str, bool]] = (),
    ) -> Ran:
        """Run a shell command in the tree (mounted at /work).

        :param mounts: (host path, path inside, writable) on top.
        """


# Builder


@dataclass(frozen=True, slots=True)
class Handle:
    """A begun build; plain text so that it can be kept over a deferral."""

    builder: str
    id: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Not done yet; look again after some seconds."""

    look_again_seconds: float = 60.0


class Builder(Protocol):
    """Turns a commission into changed files. Errors: ModelFailure, Stuck, TimedOut, OverBudget."""

    def begin(self, commission: Commission, tree: Tree, budget: Budget) -> Handle:
        """Start one attempt in the tree."""

    def collect(self, handle: Handle) -> BuildOutcome | Pending:
        """Return the outcome, or Pending while it runs elsewhere."""

    def transcript(self, handle: Handle) -> str:
        """Return the conversation so far, redacted, also of an attempt that failed ("" when none)."""


class Budget(Protocol):
    """Dollars of one attempt, reserved per request before it is sent and settled by real usage."""

    def reserve(self, usd: Decimal) -> str:
        """Reserve an upper bound; OverBudget when any limit would be crossed."""

    def settle(self, reservation: str, usd: Decimal, tokens: int) -> None:
        """Book what it really cost."""


# Gates


@dataclass(frozen=True, slots=True)
class Case:
    """What a gate judges: a change in a clean checkout, its base beside it.

    :param head: clean work tree at the change.
    :param base: clean work tree at its base.
    """

    order: NightOrder
    repository: Repository
    issue: Issue
    change: Change
    head: Tree
    base: Tree
    commands: Commands
    diff: str
    base_results: Mapping[str, Any] = field(default_factory=dict)


class Gate(Protocol):
    """One named check of a change."""

    name: GateName

    def judge(self, case: Case) -> GateResult:
        """Return the result; a tool that is missing, crashes or times out is a failure."""


class CommandReader(Protocol):
    """Reads how a target repository wants to be built."""

    def read(self, order: NightOrder, files: Sequence[str], read_file: Any) -> Commands:
        """Return the commands of `.overnight.yml` or the detected ones (SettingsError names line and key)."""


# Ledger


@dataclass(frozen=True, slots=True)
class Claim:
    """An issue held by one worker until `expires_at`; `fence` grows with every new holder."""

    repository: str
    issue: int
    night: str
    fence: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """Escalations counted now, for the organization and for one repository."""

    daily: int
    hourly: int
    concurrent: int


class Ledger(Protocol):
    """The append-only event store; append also moves the projection, in the same transaction."""

    def append(self, *events: Event, claim: Claim | None = None) -> tuple[Event, ...]:
        """Store events and return them with id and moment; FenceLost when the claim is no longer held."""

    def events(self, query: EventQuery) -> tuple[Event, ...]:
        """Return matching events."""

    def night(self, night: str) -> Night | None:
        """Return a night from the projection."""

    def issue(self, night: str, number: int) -> NightIssue | None:
        """Return one issue of a night from the projection: one indexed row."""

    def nights(self, repository: str | None = None, limit: int = 20) -> tuple[Night, ...]:
        """Return nights without their issues' detail, newest first."""

    def verify(self, stream: str | None = None) -> tuple[str, ...]:
        """Return what is wrong with the hash chain, empty when it verifies."""


class Claims(Protocol):
    """Leases on issues, with fencing."""

    def claim(self, repository: str, issue: int, night: str, seconds: float) -> Claim | None:
        """Take (or, for the same night, take over) an issue; None while another night holds it."""

    def renew(self, claim: Claim, seconds: float) -> Claim:
        """Prolong; FenceLost when somebody else took over."""

    def release(self, claim: Claim) -> None:
        """Give it back; silent when already lost."""

    def holder(self, repository: str, issue: int) -> Claim | None:
        """Return the claim in force, if any."""

    def abandoned(self, repository: str, issue: int, night: str) -> bool:
        """Return whether this night held the issue last and its lease expired without a release."""


class Quota(Protocol):
    """Escalations of the whole organization, enforced atomically in the database."""

    def use(self, repository: str | None = None) -> QuotaUse:
        """Return what is counted now."""

    def lease(
        self,
        order: NightOrder,
        repository: str,
        issue: int,
        tier: str,
        exempt: bool,
        seconds: float,
        *,
        claim: Claim | None = None,
    ) -> str | None:
        """Reserve one escalation and its concurrent slot; None when refused."""

    def release(self, lease: str) -> None:
        """Free the concurrent slot; the escalation stays counted."""


class Budgets(Protocol):
    """Dollars reserved and spent, by attempt, issue, night and month."""

    def open(
        self, order: NightOrder, repository: str, issue: int, attempt: str, *, claim: Claim | None = None
    ) -> Budget:
        """Return the budget of one attempt; with a claim every reservation checks its fence."""

    def spent(
        self, *, repository: str | None = None, issue: int | None = None, night: str | None = None
    ) -> Decimal:
        """Return dollars spent or reserved in the narrowest scope given; the current month without one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an issue's change in one night."""

    night: str
    issue: int
    change: Change
    text_sha256: str
    dry_run: bool
    passed: bool | None
    """None while it is not judged."""


class Records(Protocol):
    """State rows beside the events: changes, publications, single-flight results, stop requests."""

    def keep_change(self, repository: str, kept: Kept) -> None:
        """Store or replace the change of (night, issue)."""

    def change(self, repository: str, issue: int, night: str | None = None) -> Kept | None:
        """Return the change of a night, or the newest one of any."""

    def publication(self, repository: str, key: str) -> str | None:
        """Return GitHub's id recorded under a key ("comment/12", "tracking", "pull_request/12")."""

    def record_publication(self, repository: str, key: str, value: str) -> None:
        """Record GitHub's id under a key."""

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep a small JSON document under a key (base results, dead models, order snapshots)."""

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return what was remembered."""


# All of them


class Desk(Protocol):
    """Everything a service may ask for; each part is made when it is first touched."""

    @property
    def tracker(self) -> Tracker: ...

    @property
    def writer(self) -> Writer: ...

    @property
    def workspace(self) -> Workspace: ...

    @property
    def storage(self) -> Storage: ...

    @property
    def sandbox(self) -> Sandbox: ...

    @property
    def gates(self) -> Sequence[Gate]: ...

    @property
    def commands(self) -> CommandReader: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def claims(self) -> Claims: ...

    @property
    def quota(self) -> Quota: ...

    @property
    def budgets(self) -> Budgets: ...

    @property
    def records(self) -> Records: ...

    @property
    def clock(self) -> Clock: ...

    def builder(self, tier: str) -> Builder:
        """Return the builder that works on a tier."""

    def set_up(self, tree: Tree, commands: Commands, order: NightOrder) -> str:
        """Run the repository's setup in a tree, once per checkout; return "" or what went wrong."""

    def record_base(self, tree: Tree, commands: Commands, order: NightOrder) -> Mapping[str, Any]:
        """Build, lint and test a base tree; return the document that gates compare with."""

    def notify(self, title: str, body: str) -> None:
        """Send the morning message, where settings name somebody; never raises."""

    def list_price(self, tier: str, input_tokens: int, output_tokens: int) -> Decimal:
        """Return dollars at list price on a tier; 0 where it costs nothing or has no known price."""

    def available_tiers(self) -> Mapping[str, str]:
        """Return tier → "" when usable, else why it is not."""
