"""Words of people and the questions that wait for them; each is a row and an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select

from ...domain.approvals import ESCALATION, OVERRIDE, PROTECTED, ROLLBACK, Approval, word_on
from ...domain.errors import SettingsError
from ...domain.events import Event, EventType
from ...domain.milestones import aware
from .appending import record
from .chain import uuid7
from .engine import lock
from .questions import answer, open_questions, put, reviews_due
from .store import Store, storable
from .tables import approvals

_KINDS = (ESCALATION, PROTECTED, ROLLBACK, OVERRIDE)


class SqlApprovals:
    """The `Approvals` port. Words are never changed: a newer one on the same subject takes the place."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def give(self, approval: Approval) -> Approval:
        """Store a word and return it with id and moment; it answers the open questions it covers.

        A word that stands already, letter for letter, is returned and not stored again.

        :raises SettingsError: no name, no reason, an unknown subject, an end that is past already, or an
            override of the quota without an end.
        """
        word = _checked(self._cleaned(approval), self._store.now())
        with self._store.write() as connection:
            lock(connection, "approvals")
            at = _next_moment(connection, self._store.now())
            standing = _newest(connection, word, at)
            if standing is not None and replace(standing, id="", at=None) == replace(word, id="", at=None):
                return standing
            stored = replace(word, id=uuid7(at), at=at)
            connection.execute(insert(approvals).values(_row(stored)))
            answer(connection, stored)
            record(connection, self._store, _event(stored))
            return stored

    def ask(self, repository: str, issue: int, subject: str, why: str, night: str) -> None:
        """Put a question into the morning queue, unless it stands there or a word in force answers it."""
        subject, why = storable(subject), storable(self._store.clean(why))
        _check_subject(subject)
        with self._store.write() as connection:
            lock(connection, "approvals")
            now = self._store.now()
            spoken = word_on(_in_force(connection, now, repository, issue), repository, issue, subject, now)
            if spoken is None and put(connection, now, (repository, issue, subject), why, night):
                record(connection, self._store, _request(repository, issue, subject, why, night))

    def word(self, repository: str, issue: int, subject: str) -> Approval | None:
        """Return the newest word in force on a subject, None when nobody spoke."""
        subject, now = storable(subject), self._store.now()
        with self._store.read() as connection:
            return word_on(_in_force(connection, now, repository, issue), repository, issue, subject, now)

    def in_force(self, repository: str, issue: int | None = None) -> tuple[Approval, ...]:
        """Return every word in force, newest first, the organization's included.

        :param issue: leaves out words on other issues; without it every issue's are there.
        """
        with self._store.read() as connection:
            return _in_force(connection, self._store.now(), repository, issue)

    def queue(self, repository: str | None = None) -> tuple[Mapping[str, Any], ...]:
        """Return open questions and escalations to review, oldest first.

        Each has kind ("question" or "review"), repository, issue, subject, why, night and at; a review
        has tier, outcome and lease too. A word on its subject takes it off the queue.
        """
        with self._store.read() as connection:
            rows = [*open_questions(connection, repository), *reviews_due(connection, repository)]
        return tuple(sorted(rows, key=lambda row: (row["at"], row["repository"], row["issue"])))

    def _cleaned(self, approval: Approval) -> Approval:
        texts = self._store.clean([approval.who, approval.why])
        who, why = map(storable, texts)
        return replace(approval, who=who, why=why, subject=storable(approval.subject))


def overrides(connection: Connection, now: datetime, repository: str, issue: int) -> tuple[Approval, ...]:
    """Return words in force about the quota itself."""
    about = approvals.c.subject.startswith(f"{OVERRIDE}:", autoescape=True)
    return _in_force(connection, now, repository, issue, about)


def _in_force(
    connection: Connection,
    now: datetime,
    repository: str,
    issue: int | None,
    *conditions: ColumnElement[bool],
) -> tuple[Approval, ...]:
    table = approvals.c
    query = select(approvals).where(
        table.repository.in_(("", repository)), or_(table.until.is_(None), table.until > now), *conditions
    )
    if issue is not None:
        query = query.where(or_(table.issue.is_(None), table.issue == issue))
    found = connection.execute(query.order_by(table.at.desc(), table.id.desc()))
    return tuple(_approval(row) for row in found)


def _newest(connection: Connection, word: Approval, now: datetime) -> Approval | None:
    """Return the newest word in force on exactly the same subject and place."""
    same = (approvals.c.subject == word.subject, approvals.c.repository == word.repository)
    words = _in_force(connection, now, word.repository, word.issue, *same)
    return next((each for each in words if each.issue == word.issue), None)


def _next_moment(connection: Connection, now: datetime) -> datetime:
    # The newest word counts, so a clock that was put back must not make an older one the newest.
    latest = connection.execute(select(func.max(approvals.c.at, type_=approvals.c.at.type))).scalar_one()
    return now if latest is None or latest < now else latest + timedelta(microseconds=1)


def _checked(word: Approval, now: datetime) -> Approval:
    _check_subject(word.subject)
    if not (word.who.strip() and word.why.strip()):
        raise SettingsError("say who allows or refuses it, and why: both are kept in the ledger")
    if word.subject.startswith(f"{OVERRIDE}:") and word.until is None:
        raise SettingsError("an override of the quota needs an end: say until when")
    until = None if word.until is None else aware(word.until)
    if until is not None and until <= now:
        raise SettingsError(f"{until:%Y-%m-%d %H:%M} UTC is past already; give an end that is to come")
    return replace(word, until=until)


def _check_subject(subject: str) -> None:
    kind, colon, detail = subject.partition(":")
    if kind not in _KINDS or not colon or not detail.strip():
        raise SettingsError(f"{subject!r} is no subject; write one of {', '.join(f'{k}:…' for k in _KINDS)}")


def _row(word: Approval) -> dict[str, Any]:
    return {column.name: getattr(word, column.name) for column in approvals.columns}


def _approval(row: Row[Any]) -> Approval:
    return Approval(**row._mapping)


def _event(word: Approval) -> Event:
    place = f"#{word.issue}" if word.issue is not None else "every issue"
    verb = "allowed" if word.granted else "refused"
    end = f" until {word.until:%Y-%m-%d %H:%M} UTC" if word.until else ""
    return Event(
        EventType.APPROVAL_GIVEN if word.granted else EventType.APPROVAL_REFUSED,
        f"{word.subject} {verb} for {place} by {word.who}{end}: {word.why}",
        repository=word.repository,
        issue=word.issue,
        metadata={
            "approval": word.id,
            "subject": word.subject,
            "who": word.who,
            "why": word.why,
            "until": word.until,
            "source": word.source,
        },
    )


def _request(repository: str, issue: int, subject: str, why: str, night: str) -> Event:
    return Event(
        EventType.APPROVAL_REQUESTED,
        f"#{issue}: {subject} waits for a person: {why}",
        repository=repository,
        issue=issue,
        night=night,
        metadata={"subject": subject, "why": why},
    )
