"""`/lessons`: what gates and people taught."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from ...domain.errors import NotFound
from ...services.teaching import lessons, retire_lesson, teach
from ..guarding import Operator, Right, check
from ..shapes.learning import LessonDocument, LessonsDocument, Teaching
from .reaching import Desk, Limit, RepositoryName, View, router

routes = router("lessons", more=(404,))


@routes.get("/lessons")
def list_lessons(
    desk: Desk,
    sight: View,
    repository: RepositoryName = None,
    retired: Annotated[bool, Query(description="Show retired ones, too.")] = False,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> LessonsDocument:
    """List lessons, most recently seen first."""
    place = sight.id_of(repository) if repository is not None else None
    known = lessons(desk, place or "") if place != "" else ()
    found = [one for one in known if sight.shows(one.repository) and (retired or not one.retired)]
    chosen = [LessonDocument.model_validate(one) for one in found[offset : offset + limit]]
    for one in chosen:
        one.repository = sight.name_of(one.repository)
    more = len(found) > offset + limit
    return LessonsDocument(lessons=chosen, next=str(offset + limit) if more else None)


@routes.post("/lessons", status_code=201)
def give_lesson(teaching: Teaching, desk: Desk, sight: View, person: Operator) -> LessonDocument:
    """Teach a lesson; with a pattern, gate qiel enforces it."""
    check(person, Right.OPERATE, teaching.repository)
    place = sight.id_of(teaching.repository, ask=True)
    taught = teach(desk, place, teaching.advice, person.name, pattern=teaching.pattern, scope=teaching.scope)
    return LessonDocument.model_validate(taught)


@routes.delete("/lessons/{lesson}")
def retire(
    lesson: Annotated[str, Path(max_length=64)],
    why: Annotated[str, Query(min_length=1, max_length=300, pattern=r"\S", examples=["we moved to SQL"])],
    desk: Desk,
    sight: View,
    person: Operator,
) -> LessonDocument:
    """Retire a lesson: builders no longer hear it, and no gate enforces it."""
    known = next((one for one in lessons(desk, "") if one.id == lesson), None)
    if known is None or not sight.shows(known.repository):
        raise NotFound(f"there is no lesson {lesson}")
    check(person, Right.OPERATE, sight.name_of(known.repository))
    return LessonDocument.model_validate(retire_lesson(desk, lesson, person.name, why))
