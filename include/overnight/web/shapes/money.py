"""Documents about escalations and dollars."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field


class GaugeDocument(BaseModel):
    """Escalations used, of a limit (null: no limit of its own)."""

    used: int = Field(examples=[7])
    limit: int | None = Field(examples=[50])
    part: int | None = Field(default=None, examples=[25])
    """What is kept for a repository while its night runs; null: nothing is shared."""


class QuotaScope(BaseModel):
    """Escalations of the organization, or of one repository."""

    name: str = Field(examples=["organization"])
    daily: GaugeDocument
    hourly: GaugeDocument
    concurrent: GaugeDocument


class QuotaDocument(BaseModel):
    """Escalations used and left, and the throttle."""

    scopes: list[QuotaScope]
    throttled: bool
    throttle: list[str] = Field(examples=[["41 of 50 escalations today"]])
    """Why escalations that need agreement are held back."""


class ShareDocument(BaseModel):
    """Dollars under one name."""

    model_config = ConfigDict(from_attributes=True)
    name: str = Field(examples=["gpt-4"])
    usd: Decimal = Field(examples=["0.31"])
    tokens: int
    attempts: int
    accepted: int


class BudgetDocument(BaseModel):
    """The hard limits in dollars."""

    attempt: Decimal
    issue: Decimal
    night: Decimal
    month: Decimal


class CostsDocument(BaseModel):
    """What attempts cost."""

    since: datetime
    total: ShareDocument
    by_day: list[ShareDocument]
    by_tier: list[ShareDocument]
    by_repository: list[ShareDocument]
    month_usd: Decimal
    """Spent or reserved in this UTC month, of all repositories."""
    limits: BudgetDocument
