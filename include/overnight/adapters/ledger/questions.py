"""The morning queue: what waits for a person's word, and what a person should look at afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, insert, select, update

from ...domain.approvals import ESCALATION, Approval
from .chain import uuid7
from .tables import escalations, questions

Subject = tuple[str, int, str]
"""Repository, issue, subject: one question."""


def put(connection: Connection, now: datetime, subject: Subject, why: str, night: str) -> bool:
    """Put a question into the queue and return True, or False when it stands there.

    One that was answered by a word which is no longer in force is put anew.
    """
    repository, issue, text = subject
    table = questions.c
    mine = (table.repository == repository, table.issue == issue, table.subject == text)
    if connection.execute(select(table.id).where(*mine, table.answered_at.is_(None))).first():
        return False
    row = {
        "id": uuid7(now),
        "repository": repository,
        "issue": issue,
        "subject": text,
        "why": why,
        "night": night,
        "at": now,
    }
    connection.execute(insert(questions).values(row))
    return True


def answer(connection: Connection, word: Approval) -> None:
    """Take everything off the queue that a word covers."""
    asked = [row["id"] for row in open_questions(connection, word.repository or None) if _covers(word, row)]
    seen = [row["lease"] for row in reviews_due(connection, word.repository or None) if _covers(word, row)]
    _close(connection, questions, asked, answered_at=word.at)
    _close(connection, escalations, seen, reviewed_at=word.at)


def open_questions(connection: Connection, repository: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield questions nobody answered."""
    query = select(questions).where(questions.c.answered_at.is_(None))
    if repository is not None:
        query = query.where(questions.c.repository == repository)
    for row in connection.execute(query):
        yield _entry("question", row, row.subject, row.why) | {"id": row.id}


def reviews_due(connection: Connection, repository: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield escalations whose tag wants a review that nobody made."""
    table = escalations.c
    query = select(escalations).where(table.review.is_(True), table.reviewed_at.is_(None))
    if repository is not None:
        query = query.where(table.repository == repository)
    for row in connection.execute(query):
        entry = _entry("review", row, f"{ESCALATION}:{row.tag}", row.reason)
        yield entry | {"tier": row.tier, "outcome": row.outcome, "lease": row.id}


def _entry(kind: str, row: Row[Any], subject: str, why: str) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("repository", "issue", "night", "at")}
    return {"kind": kind, "subject": subject, "why": why} | plain


def _covers(word: Approval, row: Mapping[str, Any]) -> bool:
    return word.covers(row["repository"], row["issue"], row["subject"])


def _close(connection: Connection, table: Table, ids: list[str], **values: Any) -> None:
    if ids:
        connection.execute(update(table).where(table.c.id.in_(ids)).values(**values))
