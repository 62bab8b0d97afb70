"""Documents about lessons and priorities."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from .names import AN_EVENT, FullName, Why


class Teaching(BaseModel):
    """A lesson that a person gives."""

    model_config = ConfigDict(extra="forbid")
    repository: FullName
    advice: str = Field(
        min_length=1, max_length=400, pattern=r"\S", examples=["Money is Decimal, never float."]
    )
    pattern: str = Field("", max_length=500, examples=["float\\(.*price"])
    """Regular expression; a change with an added line that it matches fails gate qiel."""
    scope: str = Field("*", max_length=200, examples=["src/*"])


class LessonDocument(BaseModel):
    """One thing learnt."""

    model_config = ConfigDict(from_attributes=True)
    id: str = Field(examples=[AN_EVENT])
    repository: str
    advice: str
    source: str
    rule: str
    pattern: str
    scope: str
    uses: int
    learnt_at: datetime | None
    last_seen: datetime | None
    retired: str
    """Who retired it and why; empty while it is in force."""


class LessonsDocument(BaseModel):
    """Lessons, most recently seen first."""

    lessons: list[LessonDocument]
    next: str | None = None


class PriorityWish(BaseModel):
    """A priority; the person is whoever asks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"repository": "acme/pantry", "priority": 10, "why": "the release waits"}]
        },
    )
    repository: FullName
    priority: int | None = Field(
        ge=-999_999,
        le=999_999,
        strict=True,
        description="Lowest first; unset issues have 100; null takes it back.",
    )
    why: Why


class PriorityDocument(BaseModel):
    """A priority in force, or taken back (null)."""

    model_config = ConfigDict(from_attributes=True)
    repository: str
    issue: int
    priority: int | None
    who: str
    why: str
    at: datetime | None
    event: str


class PrioritiesDocument(BaseModel):
    """Priorities in force, most urgent first."""

    priorities: list[PriorityDocument]
