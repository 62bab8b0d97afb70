"""Documents about starting and stopping nights."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...domain.plans import SequenceType
from .names import A_NIGHT, A_RUN, GitHubNumber

_DAG = "overnight_execution.acme.pantry"


class NightWish(BaseModel):
    """What a person wants of a night; what is left out is as the settings say."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"owner": "acme", "repo": "pantry", "max_issues_per_run": 10, "dry_run": True}]
        },
    )

    owner: str = Field(min_length=1, max_length=39, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$")
    repo: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")
    issues: list[GitHubNumber] | None = Field(None, max_length=1000, description="Only these issues.")
    max_issues_per_run: int | None = Field(None, ge=1, le=10_000, strict=True)
    sequence_order: list[SequenceType] | None = Field(None, max_length=7)
    dry_run: bool | None = Field(None, strict=True, description="Nothing is written to GitHub.")
    plan_only: bool | None = Field(None, strict=True, description="No model is called either.")
    enable_model_escalation: bool | None = Field(None, strict=True)
    enable_auto_heal: bool | None = Field(None, strict=True)
    enable_desktop_sync: bool | None = Field(None, strict=True)
    create_prs_automatically: bool | None = Field(None, strict=True)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.repo}"

    def params(self) -> dict[str, Any]:
        """Return the parameters of the run: what was said, under the settings' own names."""
        return self.model_dump(mode="json", exclude={"owner", "repo"}, exclude_none=True)


class RunDocument(BaseModel):
    """A run of a repository's DAG."""

    dag_id: str = Field(examples=[_DAG])
    run_id: str = Field(examples=[A_RUN])
    state: str = Field(examples=["queued"])
    started: bool = Field(examples=[True])
    """False when it ran already and no second one was started."""
    night: str | None = Field(examples=[A_NIGHT])
    """Its night; null while the repository was never looked up at GitHub."""
    admitted: bool = Field(examples=[False])
    """Whether the night is in the ledger yet."""
    url: str | None = Field(examples=["/dags/overnight_execution.acme.pantry/runs/manual__…"])
    """Its page in Airflow."""


class Wish(BaseModel):
    """Whether running attempts may finish."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"now": False}]})
    now: bool = Field(False, strict=True, description="End running attempts before their next model request.")


class RetryWish(BaseModel):
    """How an issue is retried."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"anew": False}]})
    anew: bool = Field(
        False, strict=True, description="A new round under the same budget, instead of going on."
    )


class Told(BaseModel):
    """One sentence."""

    night: str
    told: str = Field(examples=["Night … is stopping: no new attempt starts."])
