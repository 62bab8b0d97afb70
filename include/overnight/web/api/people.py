"""`/approvals` and `/session`: people's words."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from ...assembly import Overnight
from ...domain.approvals import ESCALATION, OVERRIDE, Approval, may_approve
from ...domain.errors import SettingsError
from ...domain.justification import TAGS
from ...settings import approvers
from ..forging import form_token
from ..guarding import Operator, Person, Right, Viewer, check
from ..shapes.people import Question, QueueDocument, SessionDocument, Word, WordDocument
from .reaching import Desk, HouseOf, RepositoryName, View, router

routes = router("people", more=(404,))


@routes.get("/session")
def session(person: Viewer, house: HouseOf) -> SessionDocument:
    """Say who asks, and return the token that writes with a cookie need."""
    held = [right for right in Right if person.may(right, "")]
    return SessionDocument(name=person.name, rights=held, token=form_token(person.name, house.guard.secret))


@routes.get("/approvals")
def queue(desk: Desk, sight: View, repository: RepositoryName = None) -> QueueDocument:
    """List what waits for a person's word, and escalations to review, oldest first."""
    place = sight.id_of(repository) if repository is not None else None
    rows = desk.approvals.queue(place) if place != "" else ()
    return QueueDocument(
        queue=[
            Question.model_validate({**row, "repository": sight.name_of(row["repository"])})
            for row in rows
            if sight.shows(row["repository"])
        ]
    )


@routes.post("/approvals", status_code=201)
def give_word(word: Word, desk: Desk, sight: View, person: Operator) -> WordDocument:
    """Allow or refuse what needs a person; what waited for it leaves the queue."""
    return WordDocument.model_validate(speak(desk, sight, person, word, "api"))


def speak(desk: Desk, sight: View, person: Person, word: Word, source: str) -> Approval:
    """Store a person's word; an override of the quota is an administrator's, all else an approver's.

    :raises SettingsError: the subject is none, or its end is past.
    :raises HTTPException: 403 for somebody else.
    """
    kind, _, detail = word.subject.partition(":")
    if kind == ESCALATION and detail not in TAGS:
        raise SettingsError(f"{detail!r} justifies no escalation: the tags are {', '.join(TAGS)}")
    check(person, Right.ADMINISTER if kind == OVERRIDE else Right.OPERATE, word.repository)
    if kind != OVERRIDE and (why_not := why_silent(desk, person, word.repository)):
        raise HTTPException(403, why_not)
    return desk.approvals.give(
        Approval(
            subject=word.subject,
            who=person.name,
            why=word.why,
            repository=sight.id_of(word.repository, ask=True),
            issue=word.issue,
            granted=word.granted,
            until=word.until,
            source=source,
        )
    )


def why_silent(desk: Overnight, person: Person, repository: str) -> str:
    """Return why a person's word counts for nothing on a repository, "" when it counts."""
    named = approvers(desk.settings, repository)
    if not named and not person.may(Right.EDIT, repository):
        return f"{person.name} may not edit the DAG of {repository}, and `approvers` names nobody"
    if may_approve(named, person.name, *person.also):
        return ""
    return f"{person.name} may not approve on {repository}: `approvers` names {', '.join(named)}"
