"""Documents about our open pull requests."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from .names import A_NIGHT


class CheckDocument(BaseModel):
    """One check of a pull request's head."""

    model_config = ConfigDict(from_attributes=True)
    name: str = Field(examples=["tests"])
    state: str = Field(examples=["success"])
    required: bool
    url: str


class QueuePlaceDocument(BaseModel):
    """A place in a merge queue; 1 is next."""

    model_config = ConfigDict(from_attributes=True)
    state: str = Field(examples=["AWAITING_CHECKS"])
    position: int
    seconds_to_merge: int | None


class PullNowDocument(BaseModel):
    """How GitHub sees a pull request now."""

    model_config = ConfigDict(from_attributes=True)
    state: str = Field(examples=["open"])
    draft: bool
    conflicting: bool | None
    review: str = Field(examples=["approved"])
    checks: list[CheckDocument]
    auto_merge: bool
    queue: QueuePlaceDocument | None


class PullDocument(BaseModel):
    """One open pull request of ours."""

    repository: str = Field(examples=["acme/pantry"])
    number: int = Field(examples=[101])
    issue: int = Field(examples=[42])
    url: str
    branch: str = Field(examples=["overnight/42-prices-as-decimal"])
    base: str = Field(examples=["main"])
    night: str = Field(examples=[A_NIGHT])
    pushed_at: datetime
    state: str = Field(examples=["in the merge queue"])
    """What the last look said; empty before the first."""
    seen_at: datetime | None
    owed: str = Field(examples=["ann asked for a change"])
    """What a coming night does on it; empty when nothing is asked."""
    left_alone_by: str
    now: PullNowDocument | None = None
    """Null unless `now` was asked for, or GitHub does not show it any more."""


class PullsDocument(BaseModel):
    """Open pull requests, newest first."""

    pulls: list[PullDocument]
    next: int | None = None
    """`offset` of the next page; null on the last one."""
