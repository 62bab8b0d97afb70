"""What a machine with a checkout reports."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...domain.events import Severity
from ...domain.switching import BUILDER_STREAM
from .names import AN_EVENT, FullName

_LARGEST = 256 * 1024


def _no_builder(name: str) -> str:
    if name == BUILDER_STREAM:
        raise ValueError("no checkout has this name: it is the stream that builder switches rest on")
    return name


class _Told(BaseModel):
    """What is read of a report's metadata later; whatever else it holds is only shown."""

    model_config = ConfigDict(strict=True)
    report: bool = False
    ready: bool = False
    reason: str = ""
    host: str = ""
    issues: list[str] = Field(default_factory=list)
    unpushed: list[str] = Field(default_factory=list)
    uncommitted: list[str] = Field(default_factory=list)


def _sound(metadata: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(metadata, ensure_ascii=False)) > _LARGEST:
        raise ValueError(f"more than {_LARGEST // 1024} KiB")
    _Told.model_validate(metadata)
    return metadata


DesktopName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", examples=["anns-laptop"]),
    AfterValidator(_no_builder),
]
ReportType = Literal[
    "desktop_sync", "desktop_sync_failed", "repository_drift_detected", "desktop_health_check"
]


class DesktopReportWish(BaseModel):
    """One thing that was found in, or done to, a checkout."""

    model_config = ConfigDict(extra="forbid")
    desktop: DesktopName
    full_name: FullName
    id: Annotated[str, Field(min_length=8, max_length=64, examples=[AN_EVENT])]
    """Chosen by the machine: sent again, the same report is taken once."""
    type: ReportType
    severity: Severity = Severity.INFO
    description: Annotated[str, Field(min_length=1, max_length=4000)]
    metadata: Annotated[dict[str, Any], AfterValidator(_sound)] = Field(default_factory=dict)


class DesktopReportDocument(BaseModel):
    """The event that came of it."""

    event: str = Field(examples=[AN_EVENT])
