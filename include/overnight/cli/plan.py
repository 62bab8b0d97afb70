"""`overnight plan`: tonight's plan, or the plan of a file of issues, without starting anything."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from ..domain.plans import Plan, PlannedIssue, PlanRules
from ..services.planning import plan_document
from ..services.previewing import plan_file, preview
from ..settings import make_order
from .console import JsonOption, RepositoryOption, print_json, say, speaking
from .desk import checked, chosen_repository, desk
from .showing import show_exclusions
from .tables import row, short, show, table

_ANYBODY = ("OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "NONE")


def command(
    repository: RepositoryOption = None,
    issues_file: Annotated[
        Path | None,
        typer.Option(help="GitHub REST issues: a JSON array or JSON Lines."),
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Look issues outside the file up on GitHub.")] = False,
    anybody: Annotated[
        bool, typer.Option("--anybody", help="Plan a file's issues of untrusted authors, too.")
    ] = False,
    max_issues: Annotated[int | None, typer.Option(min=1, help="Cut the plan after this many.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the order in which issues would be worked on, and what is left out, with reasons."""
    with speaking():
        plan = (
            _of_file(issues_file, repository, live, anybody, max_issues)
            if issues_file
            else _of_now(repository, max_issues)
        )
        if as_json:
            print_json(plan_document(plan))
        else:
            show_plan(plan)


def _of_file(path: Path, repository: str | None, live: bool, anybody: bool, max_issues: int | None) -> Plan:
    from ..adapters.github.files import read_issues_file

    issues, told = read_issues_file(path)
    name = checked(repository or told or "local/file")
    rules = PlanRules(max_issues=max_issues or max(len(issues), 1))
    if anybody:
        rules = replace(rules, trusted_associations=_ANYBODY)
    return plan_file(desk(), issues, name, rules, live=live)


def _of_now(repository: str | None, max_issues: int | None) -> Plan:
    house = desk(repository)
    params = {"max_issues_per_run": max_issues}
    name = chosen_repository(house, repository)
    order = make_order(house.settings, name, "preview", trigger="cli", now=house.clock.now(), params=params)
    return preview(house, order)


def show_plan(plan: Plan) -> None:
    """Print a plan: each issue in its place, then what was left out, then warnings."""
    made = table("Plan", "", "issue", "title, type, why here, tier")
    for issue in plan.issues:
        row(
            made,
            issue.position,
            f"#{issue.number}",
            short(issue.title),
            details=(_what(issue), _why(issue), _tier(issue)),
        )
    show(made)
    if not plan.issues:
        say("No issue would be worked on.")
    show_exclusions(asdict(exclusion) for exclusion in plan.exclusions)
    for issue in plan.issues:
        for text in issue.warnings:
            say(f"Warning: #{issue.number}: {text}")


def _what(issue: PlannedIssue) -> str:
    kind = f"{issue.classification.sequence_type}, {issue.classification.complexity}"
    needs = ", ".join(str(dependency.ref) for dependency in issue.depends_on)
    return f"{kind}, depends on {needs}" if needs else kind


def _why(issue: PlannedIssue) -> str:
    if not issue.blocked:
        return issue.reason
    return issue.blocked if issue.blocked.startswith("blocked") else f"blocked: {issue.blocked}"


def _tier(issue: PlannedIssue) -> str:
    """Say which tier it starts on; a plan of a file names none."""
    return f"{issue.base_tier}: {issue.base_tier_reason}" if issue.base_tier else ""
