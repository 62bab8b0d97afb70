"""Documents about nights, without their issues."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from .names import A_NIGHT
from .runs import RunDocument


class StatusCounts(BaseModel):
    """Issues by status."""

    model_config = ConfigDict(extra="ignore")
    pull_request: int = 0
    judged: int = 0
    failed: int = 0
    blocked: int = 0
    skipped: int = 0
    parked: int = 0
    awaiting_approval: int = 0
    crashed: int = 0


class TotalsDocument(BaseModel):
    """A night in numbers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"planned": 14, "excluded": 3, "success": 9}]})
    planned: int = 0
    excluded: int = 0
    success: int = 0
    failed: int = 0
    skipped: int = 0
    by_status: StatusCounts = StatusCounts()


class NightSummary(BaseModel):
    """A night without its issues."""

    model_config = ConfigDict(from_attributes=True)
    id: str = Field(examples=[A_NIGHT])
    full_name: str = Field(examples=["acme/pantry"])
    trigger: str = Field(examples=["scheduled"])
    dry_run: bool
    status: str = Field(examples=["completed"])
    reason: str = Field(examples=["Night of acme/pantry completed: 9 succeeded, 1 failed, 4 skipped"])
    started_at: datetime | None
    finished_at: datetime | None
    totals: TotalsDocument


class NightPageDocument(BaseModel):
    """Nights, newest first."""

    nights: list[NightSummary]
    next: str | None = None
    """Cursor of the next page; null on the last one."""


class RepositoryStanding(BaseModel):
    """Where one repository stands."""

    full_name: str = Field(examples=["acme/pantry"])
    enabled: bool
    running: bool
    run: RunDocument | None
    current_night: NightSummary | None
    last_night: NightSummary | None
    next_schedule: datetime | None
    """When the scheduler starts the next night; null when it will not."""


class OverviewDocument(BaseModel):
    """Where every repository stands."""

    running: bool
    repositories: list[RepositoryStanding]
