"""What a repository's gates have taught, kept until a person retires it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from ...domain.errors import NotFound, SettingsError
from ...domain.events import Event, EventType
from ...domain.lessons import Lesson
from .appending import record
from .chain import uuid7
from .engine import lock
from .store import Store, storable
from .tables import lessons

_TEXTS = ("advice", "source", "pattern", "scope", "rule")


class SqlLessons:
    """The `Lessons` port. The same repository, rule and advice are one lesson for ever."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def learn(self, lesson: Lesson, night: str = "") -> Lesson:
        """Store a lesson and return it with id and moments; one that is known is only seen again.

        A lesson that a person retired stays retired, however often it is learnt again.

        :raises SettingsError: it has no advice, or no repository.
        """
        new = self._cleaned(lesson)
        with self._store.write() as connection:
            lock(connection, "lessons")
            known = _find(connection, lessons.c.fingerprint == _fingerprint(new))
            now = self._store.now()
            if known is not None:
                seen = replace(known, last_seen=max(now, known.last_seen or now))
                _change(connection, known.id, last_seen=seen.last_seen)
                return seen
            stored = replace(new, id=uuid7(now), uses=0, learnt_at=now, last_seen=now, retired="")
            connection.execute(insert(lessons).values(_row(stored)))
            record(connection, self._store, _learnt(stored, night))
            return stored

    def active(self, repository: str, limit: int = 100) -> tuple[Lesson, ...]:
        """Return the lessons in force, most recently seen first."""
        return self._select(lessons.c.repository == repository, lessons.c.retired == "", limit=limit)

    def used(self, ids: Sequence[str]) -> None:
        """Count one use of each; ids that are unknown count nothing."""
        if not ids:
            return
        with self._store.write() as connection:
            lock(connection, "lessons")
            _change(connection, *ids, uses=lessons.c.uses + 1)

    def retire(self, id_: str, who: str, why: str) -> Lesson:
        """Put a lesson out of force and return it; one that is retired already keeps its first reason.

        :raises NotFound: no such lesson.
        :raises SettingsError: nobody's name, or no reason.
        """
        who, why = (storable(text).strip() for text in self._store.clean([who, why]))
        if not (who and why):
            raise SettingsError("say who retires the lesson and why: both are kept in the ledger")
        with self._store.write() as connection:
            lock(connection, "lessons")
            known = _find(connection, lessons.c.id == id_)
            if known is None:
                raise NotFound(f"there is no lesson {id_}; `overnight lessons` lists them")
            if known.retired:
                return known
            retired = replace(known, retired=f"{who}: {why}")
            _change(connection, id_, retired=retired.retired)
            record(connection, self._store, _retired(retired, who, why))
            return retired

    def all(self, repository: str | None = None) -> tuple[Lesson, ...]:
        """Return every lesson, the retired ones too, most recently seen first."""
        return self._select(*([] if repository is None else [lessons.c.repository == repository]))

    def _select(self, *conditions: ColumnElement[bool], limit: int | None = None) -> tuple[Lesson, ...]:
        query = select(lessons).where(*conditions).order_by(lessons.c.last_seen.desc(), lessons.c.id.desc())
        with self._store.read() as connection:
            return tuple(_lesson(row) for row in connection.execute(query.limit(limit)))

    def _cleaned(self, lesson: Lesson) -> Lesson:
        texts = self._store.clean([getattr(lesson, name) for name in _TEXTS])
        advice, source, pattern, scope, rule = (storable(text).strip() for text in texts)
        cleaned = replace(lesson, advice=advice, source=source, pattern=pattern, scope=scope, rule=rule)
        if not cleaned.advice or not cleaned.repository:
            raise SettingsError("a lesson needs a repository and an advice")
        return cleaned


def _fingerprint(lesson: Lesson) -> str:
    return sha256("\0".join((lesson.repository, lesson.rule, lesson.advice)).encode()).hexdigest()


def _find(connection: Connection, condition: ColumnElement[bool]) -> Lesson | None:
    row = connection.execute(select(lessons).where(condition)).one_or_none()
    return None if row is None else _lesson(row)


def _change(connection: Connection, *ids: str, **values: Any) -> None:
    connection.execute(update(lessons).where(lessons.c.id.in_(ids)).values(**values))


def _row(lesson: Lesson) -> dict[str, Any]:
    known = {c.name: getattr(lesson, c.name) for c in lessons.columns if c.name != "fingerprint"}
    return known | {"fingerprint": _fingerprint(lesson)}


def _lesson(row: Row[Any]) -> Lesson:
    return Lesson(**{name: value for name, value in row._mapping.items() if name != "fingerprint"})


def _learnt(lesson: Lesson, night: str) -> Event:
    return Event(
        EventType.LESSON_LEARNT,
        f"Lesson learnt from {lesson.source}: {lesson.advice}",
        repository=lesson.repository,
        night=night,
        metadata={"lesson": lesson.id, "rule": lesson.rule, "scope": lesson.scope, "pattern": lesson.pattern},
    )


def _retired(lesson: Lesson, who: str, why: str) -> Event:
    return Event(
        EventType.LESSON_RETIRED,
        f"Lesson retired by {who} ({why}): {lesson.advice}",
        repository=lesson.repository,
        metadata={"lesson": lesson.id, "who": who, "why": why},
    )
