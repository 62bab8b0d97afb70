"""`overnight approve`: a person's word on an escalation, a protected path or a rollback."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ..assembly import Overnight
from ..documents import to_document
from ..domain.approvals import ESCALATION, OVERRIDE, Approval, may_approve
from ..domain.errors import Forbidden, SettingsError
from ..domain.justification import TAGS
from ..settings import approvers
from .console import JsonOption, RepositoryOption, print_json, say, speaking
from .desk import chosen_repository, desk, node_id

MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]
WhoOption = Annotated[str, typer.Option("--who", help="The person whose word it is.")]
WhyOption = Annotated[str, typer.Option("--why", help="The reason; both are kept in the ledger.")]


def command(
    issue: Annotated[int, typer.Argument(min=1, help="Issue number.")],
    subject: Annotated[
        str, typer.Option("--subject", help="escalation:TAG, protected:PATH-OR-GLOB or rollback:SHA.")
    ],
    who: WhoOption,
    why: WhyOption,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="Moment in UTC; it never ends when left out.")
    ] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no, so that nobody is asked again.")] = False,
    repository: RepositoryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Allow or refuse what needs a person; later nights heed it, and what waited for it leaves the queue."""
    with speaking():
        _check(subject)
        house = desk()
        place = chosen_repository(house, repository)
        _check_approver(who, approvers(house.settings, place))
        given = give(
            house,
            Approval(
                subject=subject,
                who=who,
                why=why,
                repository=node_id(house, place),
                issue=issue,
                granted=not refuse,
                until=in_utc(until),
            ),
        )
        if as_json:
            print_json(to_document(given))
        else:
            say(f"{'Allowed' if given.granted else 'Refused'}: {subject} for #{issue}{end_of(given)}.")


def give(house: Overnight, word: Approval) -> Approval:
    """Store a person's word (SettingsError when it names nobody, or no reason)."""
    if not (word.who.strip() and word.why.strip()):
        raise SettingsError("--who and --why must say something: both are kept in the ledger")
    return house.approvals.give(word)


def in_utc(moment: datetime | None) -> datetime | None:
    """Return a moment that was written without a zone as one in UTC."""
    return moment.replace(tzinfo=UTC) if moment else None


def end_of(word: Approval) -> str:
    """Return the words for how long it holds."""
    return f", until {word.until:%Y-%m-%d %H:%M} UTC" if word.until else ""


def _check_approver(who: str, named: tuple[str, ...]) -> None:
    """Refuse the word of somebody whom settings do not name; roles are known to Airflow alone."""
    if not may_approve(named, who):
        raise Forbidden(
            f"{who} may not approve: `approvers` names {', '.join(named)}; people of a role answer in the "
            "dashboard, where Airflow knows them"
        )


def _check(subject: str) -> None:
    kind, _, detail = subject.partition(":")
    if kind == OVERRIDE:
        raise SettingsError("the quota is overridden by `overnight quota override`, which wants an end")
    if kind == ESCALATION and detail not in TAGS:
        raise SettingsError(f"{detail!r} justifies no escalation: the tags are {', '.join(TAGS)}")
