"""A change on its way: attempts, checkpoints, and the bundle that travels between tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from .gates import Finding
from .issues import Issue, Repository


class Outcome(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    GATES_FAILED = "gates_failed"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    STUCK = "stuck"
    TIMED_OUT = "timed_out"
    OVER_BUDGET = "over_budget"
    KILLED = "killed"


MODEL_FAILED = frozenset(
    {Outcome.UNAVAILABLE, Outcome.REFUSED, Outcome.STUCK, Outcome.TIMED_OUT, Outcome.OVER_BUDGET}
)
"""Outcomes of an escalation that failed: its model did not do the work. A change that stayed red is the
ladder's business and a stopped night a person's; neither throttles the organization."""


class IssueStatus(StrEnum):
    """Where an issue stands at the end of a night."""

    PULL_REQUEST = "pull_request"
    JUDGED = "judged"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    PARKED = "parked"
    AWAITING_APPROVAL = "awaiting_approval"
    CRASHED = "crashed"


SEED_TOTALS = {
    IssueStatus.PULL_REQUEST: "success",
    IssueStatus.JUDGED: "success",
    IssueStatus.FAILED: "failed",
    IssueStatus.CRASHED: "failed",
    IssueStatus.BLOCKED: "skipped",
    IssueStatus.SKIPPED: "skipped",
    IssueStatus.PARKED: "skipped",
    IssueStatus.AWAITING_APPROVAL: "skipped",
}
"""Every status in the seeds' three words."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and dollars of one or many model requests."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    requests: int = 0
    cost_usd: Decimal = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.requests + other.requests,
            self.cost_usd + other.cost_usd,
        )

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Base:
    """What a change is built on: the default branch, or a dependency's recorded change.

    :param ref: human name of it ("main", "overnight/12-add-x").
    :param sha: the commit.
    :param bundles: object-storage URIs that must be applied, in order, to have `sha` in the mirror.
    """

    ref: str
    sha: str
    bundles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One committed change of ours, wherever it is.

    :param branch: the name it gets when pushed, "overnight/<issue>-<slug>".
    :param bundle: object-storage URI of a git bundle of base.sha..head_sha.
    :param files: paths it touches, sorted.
    """

    issue: int
    base: Base
    head_sha: str
    tree_sha: str
    branch: str
    bundle: str
    files: tuple[str, ...] = ()
    insertions: int = 0
    deletions: int = 0

    def as_base(self) -> Base:
        """Return this change as what a dependent builds on."""
        return Base(self.branch, self.head_sha, (*self.base.bundles, self.bundle))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One builder run on one tier for one issue.

    :param number: 1-based over the issue's night.
    :param seconds: wall clock.
    :param summary: what the builder says it did, untrusted.
    """

    number: int
    tier: str
    outcome: Outcome
    reason: str = ""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    summary: str = ""
    prompt_version: str = ""
    transcript: str = ""
    """Object-storage URI of the transcript, "" when none was kept."""
    failure: str = ""
    """FailureKind of a model failure, "" otherwise."""
    feedback: str = ""
    """What the gates said, for the next attempt."""
    change: Change | None = None
    """The change of an accepted attempt."""
    gates: tuple[tuple[str, str], ...] = ()
    """Gate → pass, fail, not_applicable; empty when none was asked."""
    awaits: tuple[Finding, ...] = ()
    """What only a person may allow, where nothing else is wrong with the change; `change` is set then."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An attempt whose builder is done and paid and whose gates have not spoken yet; resumed from here.

    :param plain: the change without the tests that a model wrote, None when there are none in it.
    :param transcript: object-storage URI, "" when none was kept.
    """

    number: int
    tier: str
    change: Change
    plain: Change | None = None
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    summary: str = ""
    prompt_version: str = ""
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Commission:
    """What a builder is asked to do: one attempt.

    :param feedback: what earlier attempts' gates said, "" for the first.
    :param instructions: the repository's own instruction files, in order (path, text).
    :param plan: a stored architecture plan to follow, "" when none.
    :param budget_usd: the most this attempt may spend.
    :param seconds: its wall clock.
    """

    repository: Repository
    issue: Issue
    attempt: int
    tier: str
    night: str
    feedback: str = ""
    instructions: tuple[tuple[str, str], ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    """Plain values that the repository's commands need."""
    lessons: tuple[str, ...] = ()
    plan: str = ""
    budget_usd: Decimal = Decimal(1)
    seconds: float = 1200.0
    resumes: int = 0
    """The attempt on the same tier that was cut off with its worker; a builder that can goes on from it."""


@dataclass(frozen=True, slots=True)
class BuildOutcome:
    """What a builder brings back; the work tree holds the change, uncommitted."""

    summary: str
    usage: Usage
    model: str
    prompt_version: str
    seconds: float
    transcript: str = ""
    """JSON text of the conversation, redacted."""
    authors: tuple[str, ...] = ()
    """"Name <email>" of whoever committed it elsewhere; empty: nobody but us."""
