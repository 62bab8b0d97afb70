"""The plan of a night: every fetched issue ends in it, or in its exclusions, with a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .issues import Dependency, Issue, IssueRef
from .revisions import Revision


class SequenceType(StrEnum):
    """What kind of work an issue is; the default order is the order of this list."""

    ARCHITECTURE = "architecture"
    MEMORY = "memory"
    GOVERNANCE = "governance"
    QA = "qa"
    BUILD = "build"
    DEPLOYMENT = "deployment"
    SELF_EVOLUTION = "self-evolution"


class Complexity(StrEnum):
    """How hard an issue looks."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Classification:
    """Sequence type and complexity, each with the rule that decided."""

    sequence_type: SequenceType
    complexity: Complexity
    type_reason: str
    complexity_reason: str


@dataclass(frozen=True, slots=True)
class PlannedIssue:
    """One issue in its place.

    :param depends_on: every dependency, satisfied or not, in the order read.
    :param waits_for: numbers of in-plan issues that must pass first.
    :param blocked: why it cannot start tonight ("" when it can).
    :param reason: why it stands at this position.
    """

    number: int
    title: str
    body_sha256: str
    position: int
    classification: Classification
    depends_on: tuple[Dependency, ...] = ()
    waits_for: tuple[int, ...] = ()
    depth: int = 0
    priority: int = 100
    reason: str = ""
    blocked: str = ""
    warnings: tuple[str, ...] = ()
    base_tier: str = ""
    """The tier that model selection names first, with `base_tier_reason`."""
    base_tier_reason: str = ""
    justification: str = ""
    """Tag of the escalation that the base tier is, "" for none."""
    exempt: bool = False
    """Whether the escalation that the base tier is, is exempt from the quota."""
    exemption: str = ""
    """Evidence of an exemption that no rule grants ("security vulnerability: the issue is labelled …"); it
    holds on whatever tier the issue comes to."""
    files_affected: int = 0
    tokens_needed: int = 0
    """Context window that it asks for; 0 when nobody looked."""
    revisions: tuple[Revision, ...] = ()
    """What is asked of its open pull request; empty for an issue that is built for the first time."""
    tier_considered: tuple[str, ...] = ()
    """Why the other rules lost, what did not fit and what history said, as sentences."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An issue that is not in the plan, and why."""

    number: int
    title: str
    reason: str
    kind: str = "ineligible"
    """ineligible, skip_label, untrusted, has_pull_request, handled, cycle, cut, not_requested."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered list of planned issues and everything left out."""

    issues: tuple[PlannedIssue, ...]
    exclusions: tuple[Exclusion, ...] = ()
    cycles: tuple[str, ...] = ()
    """Each named in full: "#4 → #9 → #4"."""

    def startable(self) -> tuple[PlannedIssue, ...]:
        """Return the issues that may start tonight, in order."""
        return tuple(issue for issue in self.issues if not issue.blocked)


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What planning may be told: overridable per repository."""

    sequence_order: tuple[SequenceType, ...] = tuple(SequenceType)
    max_issues: int = 50
    only: tuple[int, ...] = ()
    """A subset asked for by number; empty means all."""
    trusted_associations: tuple[str, ...] = ("OWNER", "MEMBER", "COLLABORATOR")
    ok_label: str = "overnight: ok"
    skip_label: str = "overnight: skip"
    own_label: str = "overnight-execution"
    """On the tracking issue and on support issues of ours: texts about Overnight, not work for it."""
    label_types: tuple[tuple[str, str], ...] = ()
    """(label, sequence type) pairs tried before the built-in rules."""
    priorities: tuple[tuple[int, int], ...] = ()
    """(issue number, priority) overrides from the API, CLI or dashboard; the label comes after."""
    created_before: datetime | None = None
    """A backfilled night considers only issues created before this moment."""


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """Everything outside the issues themselves that planning needs to know.

    :param outside: what a look-up of each out-of-plan reference found, keyed by reference.
    :param handled: number → reason, for issues whose pull request of ours a person closed.
    :param ready_changes: number → (ref, sha) of an open gate-passed pull request of ours.
    """

    outside: dict[IssueRef, str] = field(default_factory=dict)
    handled: dict[int, str] = field(default_factory=dict)
    ready_changes: frozenset[int] = frozenset()
    revisions: tuple[Revision, ...] = ()
    """What is asked of open pull requests of ours, oldest first."""
    unresolved_blocks: bool = True
    """Whether a reference that was not looked up blocks (off for a plan from a file: it only warns)."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The issues a plan is made from."""

    issues: tuple[Issue, ...]
