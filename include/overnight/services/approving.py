"""Escalations that a person must approve: who may be asked now, what was answered, what a label says."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.approvals import ESCALATION, Approval, may_approve
from ..domain.eligibility import TRUSTED_PERMISSIONS
from ..domain.issues import Issue
from ..domain.justification import needs_person
from ..domain.lines import one_line
from ..domain.models import Tier, is_escalation
from ..domain.plans import PlannedIssue
from ..ports import Desk
from .reading import OpenNight, open_night, planned_issue

APPROVE_LABEL = "overnight: approve"
SOMEBODY_IS_AWAKE = frozenset({"manual"})
"""Triggers of nights that a person waits for; other nights use approvals given beforehand."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before an issue is built."""

    subject: str
    title: str
    body: str


def question(desk: Desk, night_id: str, number: int) -> Question | None:
    """Return what a person must be asked before this issue is built; None when nobody need be."""
    night, planned = open_night(desk, night_id), planned_issue(desk, night_id, number)
    subject = subject_of(planned)
    if not subject or night.order.trigger not in SOMEBODY_IS_AWAKE:
        return None
    if desk.approvals.word(night.repository.node_id, number, subject):
        return None
    desk.approvals.ask(night.repository.node_id, number, subject, _why(planned), night_id)
    return Question(
        subject,
        f"Escalate #{number} to {planned.base_tier}?",
        f"**{one_line(planned.title, 120)}**\n\n{_why(planned)}\n\n"
        f"At most ${night.order.limits.issue_usd:.2f} over the issue's life. "
        "Without an answer the next cheaper tier does the work.",
    )


def answer(desk: Desk, night_id: str, number: int, *, granted: bool, who: str, why: str) -> None:
    """Write down what a person answered; it holds for this issue until it is withdrawn."""
    night, planned = open_night(desk, night_id), planned_issue(desk, night_id, number)
    subject = subject_of(planned)
    if not subject or desk.approvals.word(night.repository.node_id, number, subject):
        return
    desk.approvals.give(
        Approval(
            subject=subject,
            who=who,
            why=why,
            repository=night.repository.node_id,
            issue=number,
            granted=granted,
            source="airflow",
        )
    )


def heed_approval_label(desk: Desk, night: OpenNight, planned: PlannedIssue, issue: Issue) -> None:
    """Take the label `overnight: approve` as a word, when a maintainer set it."""
    subject = subject_of(planned)
    if not subject or APPROVE_LABEL not in issue.label_names:
        return
    if desk.approvals.word(night.repository.node_id, issue.number, subject):
        return
    vetting = desk.tracker.who_labelled(night.repository, issue, APPROVE_LABEL)
    if vetting is None or vetting.permission not in TRUSTED_PERMISSIONS:
        return
    if not may_approve(night.order.approvers, f"github:{vetting.actor}"):
        return
    desk.approvals.give(
        Approval(
            subject=subject,
            who=vetting.actor,
            why=f"label {APPROVE_LABEL!r}",
            repository=night.repository.node_id,
            issue=issue.number,
            source="label",
        )
    )


def subject_of(planned: PlannedIssue) -> str:
    """Return what must be approved before an issue's escalation, "" when nothing must."""
    tag = planned.justification
    escalates = bool(planned.base_tier) and is_escalation(Tier(planned.base_tier))
    return f"{ESCALATION}:{tag}" if escalates and needs_person(tag) else ""


def _why(planned: PlannedIssue) -> str:
    return f"{planned.base_tier_reason}, justified as {planned.justification}"
