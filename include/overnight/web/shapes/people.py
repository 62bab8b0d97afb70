"""Documents about people's words."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..guarding import Right
from .names import FullName, GitHubNumber, Why


class Question(BaseModel):
    """What waits for a person."""

    kind: str = Field(examples=["question", "review"])
    repository: str = Field(examples=["acme/pantry"])
    issue: int
    subject: str = Field(examples=["escalation:experimental"])
    why: str
    night: str
    at: datetime
    tier: str | None = None
    outcome: str | None = None


class QueueDocument(BaseModel):
    """The morning queue, oldest first."""

    queue: list[Question]


class Word(BaseModel):
    """A person's word; the person is whoever asks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "repository": "acme/pantry",
                    "issue": 42,
                    "subject": "escalation:experimental",
                    "why": "worth a try",
                }
            ]
        },
    )
    repository: FullName
    issue: GitHubNumber | None = Field(None, description="Every issue of the repository when left out.")
    subject: str = Field(
        min_length=3,
        max_length=500,
        description="escalation:TAG, protected:GLOB, rollback:SHA or, for administrators, override:quota.",
    )
    why: Why
    granted: bool = Field(True, strict=True, description="False refuses it, so that nobody is asked again.")
    until: AwareDatetime | None = None


class WordDocument(BaseModel):
    """A word that was given."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    subject: str
    who: str
    why: str
    issue: int | None
    granted: bool
    until: datetime | None
    at: datetime | None


class SessionDocument(BaseModel):
    """Who asks, and the token that writes with a cookie need."""

    name: str = Field(examples=["ann"])
    rights: list[Right]
    token: str
