"""Documents about health and desktops."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class HealthPart(BaseModel):
    """One part, and what is wrong with it."""

    name: str = Field(examples=["ledger"])
    ok: bool
    detail: str = Field(examples=["answers"])


class HealthDocument(BaseModel):
    """Whether everything that pages need is there."""

    ok: bool
    version: str = Field(examples=["0.1.0"])
    parts: list[HealthPart]


class DesktopDocument(BaseModel):
    """What one checkout said last."""

    model_config = ConfigDict(from_attributes=True)
    name: str = Field(examples=["foreman-app"])
    full_name: str
    ready: bool
    told: str
    issues: list[str]
    at: datetime | None
    event: str


class BuilderDocument(BaseModel):
    """Who builds in a primary builder's stead."""

    model_config = ConfigDict(from_attributes=True)
    primary: str = Field(examples=["openai"])
    phase: str = Field(examples=["desktop"])
    told: str = Field(examples=["the desktop builds; the primary was healthy 1 of 4 times"])
    since: datetime | None


class DesktopsDocument(BaseModel):
    """Every desktop that reported within a week, and who builds."""

    desktops: list[DesktopDocument]
    builders: list[BuilderDocument]
