"""Documents about a night's issues and its plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...domain.changes import IssueStatus
from .names import A_NIGHT
from .nights import TotalsDocument


class AttemptDocument(BaseModel):
    """One builder run on one tier."""

    model_config = ConfigDict(extra="allow")
    tier: str | None = Field(None, examples=["gpt-4"])
    outcome: str | None = Field(None, examples=["accepted"])
    tokens: int | None = None
    cost_usd: Any = Field(None, examples=[0.0312])
    seconds: float | None = None


class NightIssueDocument(BaseModel):
    """One planned issue."""

    number: int
    title: str
    position: int
    sequence_type: str
    complexity: str
    dependencies: list[int]
    status: str = Field(examples=[*IssueStatus])
    """Empty while it is on its way."""
    reason: str
    attempts: list[AttemptDocument]
    gates: dict[str, str]
    branch: str | None
    pull_request: int | None


class NightDocument(BaseModel):
    """A night, as `night.json`."""

    model_config = ConfigDict(populate_by_name=True)
    schema_: str = Field(alias="schema", examples=["overnight.night/1"])
    night: str = Field(examples=[A_NIGHT])
    repository: str = Field(examples=["acme/pantry"])
    dry_run: bool
    status: str
    reason: str
    started_at: datetime | None
    finished_at: datetime | None
    issues: list[NightIssueDocument]
    exclusions: list[dict[str, Any]]
    cycles: list[str]
    totals: TotalsDocument


class PlannedDocument(BaseModel):
    """One issue in its place, with the reasons."""

    number: int
    title: str
    position: int
    sequence_type: str
    complexity: str
    dependencies: list[int]
    waits_for: list[int]
    depth: int
    priority: int
    reason: str
    blocked: str
    warnings: list[str]
    type_reason: str
    complexity_reason: str
    base_tier: str
    base_tier_reason: str
    justification: str


class PlanDocument(BaseModel):
    """The plan of a night."""

    night: str
    issues: list[PlannedDocument]
    turns: list[int] = Field(examples=[[9, 4, 12]])
    """While it runs: the order that people want by now for what has not begun; empty afterwards."""
    exclusions: list[dict[str, Any]]
    cycles: list[str] = Field(examples=[["#4 → #9 → #4"]])
