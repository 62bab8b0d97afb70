"""`overnight governance-issues`: the four issues of the policy, shown or put on GitHub."""

from __future__ import annotations

from typing import Annotated

import typer

from ..assembly import Overnight
from ..domain.governance_issues import get_governance_issues
from ..domain.issues import split_full_name
from ..services.governance_issues import WrittenIssues, create_governance_issues
from .console import Exit, JsonOption, complain, print_json, say, speaking
from .desk import checked, desk
from .tables import row, show, table


def command(
    create: Annotated[
        str | None, typer.Option("--create", metavar="OWNER/REPO", help="Create or update them there.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Show each issue's whole text.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the four governance issues, or create them on GitHub; done twice, nothing is there twice."""
    with speaking():
        if create is None:
            _show(text, as_json)
            return
        written = _create(desk(checked(create)), create)
        if as_json:
            print_json(_document(written))
        else:
            for one in written.written:
                if one.put:
                    say(f"#{one.put.number} {one.put.put}: {one.issue.title} {one.put.url}".rstrip())
            for error in written.errors:
                complain(error)
        if written.errors:
            raise typer.Exit(Exit.TRY_AGAIN)


def _create(house: Overnight, full_name: str) -> WrittenIssues:
    return create_governance_issues(house, house.issues, *split_full_name(full_name))


def _show(text: bool, as_json: bool) -> None:
    issues = get_governance_issues()
    if as_json:
        print_json(
            [
                {
                    "key": one.key,
                    "priority": one.priority,
                    "sequence_type": str(one.sequence_type),
                    "acceptance_criteria": list(one.acceptance_criteria),
                    **one.payload(),
                }
                for one in issues
            ]
        )
        return
    made = table("Governance issues", "priority", "sequence type", "issue")
    for one in issues:
        row(made, one.priority, one.sequence_type, one.title, details=() if text else (one.summary,))
    show(made)
    if text:
        for one in issues:
            say(f"# {one.title}\n\n{one.body()}\n")


def _document(written: WrittenIssues) -> dict[str, object]:
    return {
        "created": written.created,
        "issues": [
            {
                "title": one.issue.title,
                "number": one.put.number if one.put else None,
                "result": str(one.put.put) if one.put else "failed",
                "error": one.error or None,
            }
            for one in written.written
        ],
    }
