"""Documents about events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from .names import AN_EVENT


class EventDocument(BaseModel):
    """One thing that happened."""

    model_config = ConfigDict(from_attributes=True)
    id: str = Field(examples=[AN_EVENT])
    type: str = Field(examples=["attempt_finished"])
    severity: str = Field(examples=["info"])
    at: datetime
    description: str = Field(examples=["#42 attempt 1 on gpt-4: accepted (all 9 gates passed)"])
    repository: str = Field(examples=["R_kgDOpantry"])
    night: str
    issue: int | None
    attempt: str
    dry_run: bool
    metadata: dict[str, Any]


class EventPageDocument(BaseModel):
    """Events, newest first."""

    events: list[EventDocument]
    next: str | None = None
    """Cursor of the next page; null on the last one."""


class StatsDocument(BaseModel):
    """How many events there are."""

    total: int
    by_severity: dict[str, int] = Field(examples=[{"info": 120, "warning": 4, "error": 0, "critical": 0}])
    by_type: dict[str, int] = Field(examples=[{"attempt_finished": 14}])
