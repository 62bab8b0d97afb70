"""Issues for tests of the domain: trusted and ordinary unless a test says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from include.overnight.domain.issues import Issue, IssueRef
from include.overnight.domain.plans import Plan, PlanFacts, PlannedIssue, PlanRules
from include.overnight.domain.sequencing import make_plan

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
REPOSITORY = "octo/pantry"


def an_issue(number: int, body: str = "", title: str = "", **fields: Any) -> Issue:
    """Return an open issue of the owner."""
    fields.setdefault("author_association", "OWNER")
    return Issue(number, title or f"Add thing {number}", body, **fields)


def plan(
    *issues: Issue,
    rules: PlanRules | None = None,
    outside: dict[IssueRef, str] | None = None,
    **facts: Any,
) -> Plan:
    """Return the plan of these issues."""
    known = PlanFacts(outside=outside or {}, **facts)
    return make_plan(issues, rules or PlanRules(), known, repository=REPOSITORY, now=NOW)


def order(made: Plan) -> list[int]:
    """Return the numbers in plan order."""
    return [issue.number for issue in made.issues]


def planned(made: Plan, number: int) -> PlannedIssue:
    """Return one planned issue."""
    return next(issue for issue in made.issues if issue.number == number)


def left_out(made: Plan) -> dict[int, tuple[str, str]]:
    """Return number → (kind, reason) of what is not in the plan."""
    return {exclusion.number: (exclusion.kind, exclusion.reason) for exclusion in made.exclusions}
