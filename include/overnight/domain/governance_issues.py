"""The four governance-critical issues of the seeds, as templates of GitHub issues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .plans import SequenceType


@dataclass(frozen=True, slots=True)
class GovernanceIssue:
    """One template.

    :param key: what it is known by for ever; part of its hidden mark.
    :param priority: 1 is the most urgent.
    :param summary: one paragraph.
    :param tasks: what is to be done, one line each.
    :param acceptance_criteria: what must hold at the end, one line each.
    """

    key: str
    title: str
    priority: int
    sequence_type: SequenceType
    summary: str
    tasks: tuple[str, ...]
    acceptance_criteria: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def marker(self) -> str:
        """The name that its hidden mark is made of."""
        return f"governance/{self.key}"

    def body(self) -> str:
        """Return the issue's text in Markdown."""
        return "\n".join(
            [
                f"**Priority**: {self.priority}  ",
                f"**Sequence type**: {self.sequence_type}",
                "",
                self.summary,
                "",
                "## Tasks",
                *(f"- {task}" for task in self.tasks),
                "",
                "## Acceptance criteria",
                *(f"- [ ] {criterion}" for criterion in self.acceptance_criteria),
            ]
        )

    def payload(self) -> Mapping[str, Any]:
        """Return what GitHub's REST API takes to create the issue."""
        return {"title": self.title, "body": self.body(), "labels": list(self.labels)}


def _labels(kind: SequenceType, priority: int) -> tuple[str, ...]:
    return ("governance-critical", str(kind), f"priority: {priority}")


GOVERNANCE_ISSUES = (
    GovernanceIssue(
        key="model-escalation",
        title="Model escalation integration",
        priority=1,
        sequence_type=SequenceType.ARCHITECTURE,
        summary=(
            "Every layer that asks a model chooses it by the same rules: escalation by what the task is, a "
            "quota, a fallback chain that ends on the local builder, and a record of each choice."
        ),
        tasks=(
            "Choose models in one place, by one table of rules, and use it from planning, building and chat",
            "Respect the quota by day, by hour and at once; exempt what the policy exempts",
            "Fall back gpt-5.1, gpt-4-turbo, gpt-4, local builder when a model fails",
            "Write every escalation into governance memory with its reason and justification",
        ),
        acceptance_criteria=(
            "An architecture task of high complexity with 20 files is given gpt-5.1, escalated and exempt",
            "At most 50 escalations are counted a day and 10 an hour, and 5 run at once",
            "With every model provider down, an issue is built by the local builder or parked, not failed",
            "Governance memory tells each escalation's from, to, reason, justification and quota left",
        ),
        labels=_labels(SequenceType.ARCHITECTURE, 1),
    ),
    GovernanceIssue(
        key="desktop-sync",
        title="Enhanced desktop sync",
        priority=2,
        sequence_type=SequenceType.GOVERNANCE,
        summary=(
            "Local checkouts stay level with GitHub without ever losing a developer's work, and a desktop "
            "takes over building when the primary builder fails."
        ),
        tasks=(
            "Detect drift: local and remote commit, files that diverged, conflicts to resolve by hand",
            "Merge only what is safe, with a way back; leave uncommitted and unpushed work alone",
            "Check health every 30 minutes: exists, clean, branch, remote reachable, model answers",
            "Switch builders after repeated failures, and back when the primary one is stable",
        ),
        acceptance_criteria=(
            "A checkout that is only behind is brought level; one with uncommitted work is left as it is",
            "Drift that cannot be merged safely is reported with the files in conflict",
            "A switch of builders, and the switch back, are events with their reason",
            "Every sync and health check is found in governance memory",
        ),
        labels=_labels(SequenceType.GOVERNANCE, 2),
    ),
    GovernanceIssue(
        key="auto-heal",
        title="Auto-heal failed escalations",
        priority=3,
        sequence_type=SequenceType.GOVERNANCE,
        summary=(
            "A failed escalation heals itself: the error decides whether to wait, to try again, to use "
            "another model or to begin anew from a checkpoint, and each step is on record."
        ),
        tasks=(
            "Classify failures by type and error code: API error, context exhausted, permission, timeout",
            "Try again with exponential backoff, then on the next model",
            "Save a checkpoint before each attempt and roll back to it after a failed one",
            "Regenerate the architecture plan after two failed attempts, with the failures as input",
        ),
        acceptance_criteria=(
            "A rate limit waits as told and goes on; a server error is tried again with backoff",
            "An exhausted context is compacted once, then a model with a larger window is used",
            "After a failed attempt the work tree is what it was at the checkpoint",
            "The success rate of auto-heal is in the weekly report",
        ),
        labels=_labels(SequenceType.GOVERNANCE, 3),
    ),
    GovernanceIssue(
        key="gsr-model",
        title="GSR-Model: governance safety rails for high-cost model usage",
        priority=4,
        sequence_type=SequenceType.GOVERNANCE,
        summary=(
            "Costly models are used on purpose: with a justification, within a quota and a budget, throttled "
            "when they do not pay, and reported."
        ),
        tasks=(
            "Require a justification tag for each escalation: auto-approved, review, explicit approval",
            "Throttle at 80 % of the day or the hour, after 3 failures in an hour, above $2.00 a task",
            "Exempt critical failures, security, data integrity, governance and an admin's override",
            "Report quota and cost by day, week and month, with a forecast and budget alerts",
        ),
        acceptance_criteria=(
            "An escalation without a known tag does not happen, and the issue is built on a cheaper model",
            "A throttled quota refuses review and explicit tags and lets auto-approved ones pass",
            "An admin's override has a name, a reason and an end, and is an event",
            "The policy document is generated from the settings in force",
        ),
        labels=_labels(SequenceType.GOVERNANCE, 4),
    ),
)
"""Source: the seeds' "Issues Defined", with their priorities and types."""

COLOURS: Mapping[str, tuple[str, str]] = {
    "governance-critical": ("b60205", "Governance depends on it"),
    "architecture": ("5319e7", "Sequence type"),
    "governance": ("5319e7", "Sequence type"),
    **{f"priority: {number}": ("fbca04", "1 is the most urgent") for number in range(1, 5)},
}
"""Label → colour and description."""


def get_governance_issues() -> tuple[GovernanceIssue, ...]:
    """Return the four templates, most urgent first."""
    return GOVERNANCE_ISSUES


def summary(issues: Iterable[GovernanceIssue] = GOVERNANCE_ISSUES) -> str:
    """Return the issues as a Markdown table."""
    rows = ["| priority | issue | sequence type | criteria |", "|---|---|---|---|"]
    rows += [
        f"| {one.priority} | {one.title} | {one.sequence_type} | {len(one.acceptance_criteria)} |"
        for one in sorted(issues, key=lambda one: one.priority)
    ]
    return "\n".join(rows)
