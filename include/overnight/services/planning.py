"""Plan a night: read the backlog, decide, write the plan down before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..documents import to_document
from ..domain.changes import IssueStatus
from ..domain.estimating import files_named
from ..domain.events import Event, EventType
from ..domain.issues import Issue
from ..domain.plans import Plan, PlanFacts, PlannedIssue
from ..domain.quotas import exemption_of
from ..domain.sequencing import make_plan, outside_refs
from ..failpoints import failpoint
from ..ports import Desk
from .choosing import Chooser, make_chooser
from .closed_pulls import why_closed
from .commissions import without_commissions
from .preparing import record_default_base
from .publications import published_change
from .reading import OpenNight, latest, once, planned_issues
from .revising import pending
from .revising_heard import listen

MAPPED_LIMIT = 1024
"""Airflow maps no more tasks than this by default ([core] max_map_length)."""


def plan_night(desk: Desk, night: OpenNight) -> tuple[PlannedIssue, ...]:
    """Fetch, plan, record; return the issues that may start, in order."""
    if latest(desk, night.id, EventType.NIGHT_PLANNED) is None:
        listen(desk, night)
        issues = desk.tracker.open_issues(night.repository)
        plan = with_tiers(desk, night, decide_plan(desk, night, issues), issues)
        failpoint("plan.before_record")
        desk.ledger.append(_planned(night, plan), *_not_starting(night, plan))
        failpoint("plan.after_record")
    startable = tuple(issue for issue in planned_issues(desk, night.id) if not issue.blocked)
    if startable and not night.order.plan_only:  # also when a first try died before it
        record_default_base(desk, night)
    return startable


def decide_plan(desk: Desk, night: OpenNight, issues: tuple[Issue, ...]) -> Plan:
    """Return the plan of these issues: look up what lies outside, then decide purely."""
    issues = tuple(without_commissions(desk, night.repository.node_id, issue) for issue in issues)
    rules, name = night.order.plan, night.repository.full_name.lower()
    facts = PlanFacts(
        ready_changes=_ready_changes(desk, night, issues),
        revisions=pending(desk, night.repository.node_id),
        handled=why_closed(desk, night.repository, {issue.number for issue in issues}),
    )
    outside = desk.tracker.ref_states(night.repository, outside_refs(issues, rules, facts, repository=name))
    facts = replace(facts, outside={ref: str(state) for ref, state in outside.items()})
    return _cap(make_plan(issues, rules, facts, repository=name, now=desk.clock.now()))


def _ready_changes(desk: Desk, night: OpenNight, issues: tuple[Issue, ...]) -> frozenset[int]:
    """Return the issues whose open pull request is ours and passed every gate on an earlier night."""
    ready = set()
    for issue in issues:
        ours = desk.records.publication(night.repository.node_id, f"pull_request/{issue.number}")
        kept = published_change(desk, night.repository.node_id, issue.number) if ours else None
        if kept and any(str(pr.number) == ours and pr.is_open for pr in issue.pull_requests):
            ready.add(issue.number)
    return frozenset(ready)


def _cap(plan: Plan) -> Plan:
    """Block what lies beyond the number of tasks Airflow maps."""
    startable = 0
    issues = []
    for issue in plan.issues:
        startable += not issue.blocked
        if not issue.blocked and startable > MAPPED_LIMIT:
            issue = replace(
                issue, blocked=f"only {MAPPED_LIMIT} issues start in one night; it is next in line"
            )
        issues.append(issue)
    return replace(plan, issues=tuple(issues))


def with_tiers(desk: Desk, night: OpenNight, plan: Plan, issues: tuple[Issue, ...]) -> Plan:
    """Return the plan with every issue's base tier: by rule, by what fits, by what history says."""
    if not plan.issues:
        return plan
    by_number = {issue.number: issue for issue in issues}
    paths = desk.workspace.list_files(night.repository, desk.workspace.refresh(night.repository))
    now = desk.clock.now()
    chooser = make_chooser(desk, night.order, night.repository.node_id, now)
    return replace(
        plan,
        issues=tuple(
            _with_tier(chooser, planned, by_number[planned.number], paths, now) for planned in plan.issues
        ),
    )


def _with_tier(
    chooser: Chooser, planned: PlannedIssue, issue: Issue, paths: tuple[str, ...], now: datetime
) -> PlannedIssue:
    files = len(files_named(issue, paths))
    chosen = chooser.choose(issue, planned.classification, files, now)
    choice = chosen.result
    proved = exemption_of(issue.label_names)
    return replace(
        planned,
        files_affected=files,
        tokens_needed=chosen.tokens_needed,
        base_tier=str(choice.selected_model),
        base_tier_reason=choice.reason,
        justification=choice.justification,
        exempt=choice.exempt or (proved is not None and choice.escalated),
        exemption=proved[1] if proved else "",
        tier_considered=choice.considered,
    )


def plan_row(planned: PlannedIssue) -> dict[str, Any]:
    """Return a planned issue under the names of `night.json`."""
    return {
        "number": planned.number,
        "title": planned.title,
        "position": planned.position,
        "sequence_type": str(planned.classification.sequence_type),
        "complexity": str(planned.classification.complexity),
        "dependencies": sorted({d.ref.number for d in planned.depends_on if not d.ref.repository}),
    }


def _planned(night: OpenNight, plan: Plan) -> Event:
    return night.event(
        EventType.NIGHT_PLANNED,
        f"{len(plan.issues)} issues planned, {len(plan.startable())} may start, "
        f"{len(plan.exclusions)} left out",
        id=once(night.id, EventType.NIGHT_PLANNED),
        metadata={
            "issues": [plan_row(issue) | {"planned": to_document(issue)} for issue in plan.issues],
            "exclusions": [to_document(exclusion) for exclusion in plan.exclusions],
            "cycles": list(plan.cycles),
        },
    )


def _not_starting(night: OpenNight, plan: Plan) -> list[Event]:
    return [
        night.event(
            EventType.ISSUE_EXECUTION_SKIPPED,
            f"#{issue.number} is blocked: {issue.blocked}",
            issue=issue.number,
            metadata={"status": str(IssueStatus.BLOCKED), "reason": issue.blocked},
            id=once(night.id, EventType.NIGHT_PLANNED, issue.number),
        )
        for issue in plan.issues
        if issue.blocked
    ]


def plan_document(plan: Plan) -> Mapping[str, Any]:
    """Return a plan as `overnight plan --json` prints it, under the names of `night.json`."""
    return {
        "issues": [
            plan_row(issue)
            | {
                "depth": issue.depth,
                "priority": issue.priority,
                "reason": issue.reason,
                "blocked": issue.blocked,
                "warnings": list(issue.warnings),
                "type_reason": issue.classification.type_reason,
                "complexity_reason": issue.classification.complexity_reason,
            }
            for issue in plan.issues
        ],
        "exclusions": [to_document(exclusion) for exclusion in plan.exclusions],
        "cycles": list(plan.cycles),
    }
