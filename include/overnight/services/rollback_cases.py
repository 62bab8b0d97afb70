"""Cases of rollback on record: how far each has come, what people are asked, and what they said."""

from __future__ import annotations

from dataclasses import replace

from ..documents import from_document, to_document
from ..domain import rollback_texts as texts
from ..domain.approvals import ROLLBACK, Approval
from ..domain.issues import Repository
from ..domain.rollback import Accusation, Case, CaseState
from ..ports import Desk
from .approving import Question
from .reading import OpenNight
from .rollback_aftermath import tell_left_alone


def subject_of(accusation: Accusation) -> str:
    """Return what a person allows or refuses."""
    return f"{ROLLBACK}:{accusation.merge.sha}"


def case_of(desk: Desk, repository: str, pull_request: int) -> Case | None:
    """Return what is known of a merged pull request's rollback, None when it was never accused.

    :param repository: GitHub node id.
    """
    known = desk.records.recall(_key(repository, pull_request))
    return from_document(Case, known) if known else None


def keep_case(desk: Desk, repository: str, case: Case) -> Case:
    """Write down how far a case has come, and return it."""
    number = case.accusation.merge.pull_request
    desk.records.remember(_key(repository, number), to_document(case))
    return case


def question_about(case: Case, base: str) -> Question:
    """Return what a person is asked.

    :param base: the default branch's name.
    """
    accusation = case.accusation
    return Question(
        subject_of(accusation),
        f"Roll #{accusation.merge.pull_request} back?",
        f"{texts.question(accusation, base)}\n\nThe revert is a pull request; a person merges it.",
    )


def give_word(
    desk: Desk,
    repository: Repository,
    accusation: Accusation,
    who: str,
    why: str,
    *,
    granted: bool,
    source: str = "airflow",
) -> None:
    """Write down what a person said about a rollback; the next look acts on it."""
    desk.approvals.give(
        Approval(
            subject=subject_of(accusation),
            who=who,
            why=why,
            repository=repository.node_id,
            issue=accusation.merge.issue,
            granted=granted,
            source=source,
        )
    )


def close_case(desk: Desk, night: OpenNight, case: Case, reason: str) -> Case:
    return keep_case(desk, night.repository.node_id, replace(case, state=CaseState.CLOSED, reason=reason))


def leave_to_people(desk: Desk, night: OpenNight, case: Case, reason: str) -> Case:
    """End a case that a person must look at, and tell them where they will see it."""
    tell_left_alone(desk, night, replace(case, reason=reason), on_github=True)
    return close_case(desk, night, case, reason)


def leave_as_decided(desk: Desk, night: OpenNight, case: Case, reason: str) -> Case:
    """End a case as a person decided, by word or by settings."""
    tell_left_alone(desk, night, replace(case, reason=reason), on_github=False)
    return close_case(desk, night, case, reason)


def _key(repository: str, pull_request: int) -> str:
    return f"rollback/{repository}/{pull_request}"
