"""Tools that only look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from ..adapters.deployment import Deployment
from ..domain.errors import NotFound

Document = dict[str, Any]
Repository = Annotated[str | None, Field(description="OWNER/NAME; every repository when left out.")]
Night = Annotated[str | None, Field(description="A night's id; the newest one when left out.")]
Moment = Annotated[str | None, Field(description="ISO 8601 with a time zone, such as 2026-11-01T00:00:00Z.")]
Limit = Annotated[int, Field(ge=1, le=200)]


@dataclass(frozen=True, slots=True)
class ReadingTools:
    """What can be asked of a deployment."""

    deployment: Deployment

    def tools(self) -> Sequence[Callable[..., Document]]:
        """Return the tools, under the names that an assistant sees."""
        return (
            self.night_status,
            self.plan,
            self.why,
            self.query_governance_events,
            self.stats,
            self.quota,
            self.costs,
            self.lessons,
        )

    def night_status(self, repository: Repository = None) -> Document:
        """Say whether a night is running, what came of the last one, and when the next one starts."""
        return self._get("overnight", repository=repository)

    def plan(self, night: Night = None) -> Document:
        """Return a night's plan: each issue in its place with the reasons, and what was left out."""
        return self._get("nights", self._night(night), "plan")

    def why(self, issue: Annotated[int, Field(ge=1)], night: Night = None) -> Document:
        """Explain what was decided about an issue in a night: its outcome and every event, newest first."""
        chosen = self._night(night)
        found = self._get("nights", chosen)
        row = next((one for one in found["issues"] if one["number"] == issue), None)
        left_out = next((one for one in found["exclusions"] if one["number"] == issue), None)
        if row is None and left_out is None:
            raise NotFound(f"night {chosen} does not know issue #{issue}: it was not open then")
        events = self._get("nights", chosen, "events", issue=issue, limit=200)["events"]
        return {"night": chosen, "issue": row, "left_out": left_out, "events": events}

    def query_governance_events(
        self,
        type: Annotated[str | None, Field(description="One event type, such as change_published.")] = None,  # noqa: A002 - the seeds' word
        severity: Annotated[str | None, Field(description="info, warning, error or critical.")] = None,
        repository: Repository = None,
        since: Moment = None,
        until: Moment = None,
        night: Annotated[str | None, Field(description="A night's id; all nights when left out.")] = None,
        issue: Annotated[int | None, Field(ge=1)] = None,
        limit: Limit = 50,
    ) -> Document:
        """Query governance memory: every decision, model call and dollar, newest first."""
        narrowed = {"severity": severity, "repository": repository, "since": since, "until": until}
        return self._get("events", type=type, night=night, issue=issue, limit=limit, **narrowed)

    def stats(self, repository: Repository = None) -> Document:
        """Count events by severity and type."""
        return self._get("stats", repository=repository)

    def quota(self) -> Document:
        """Return escalations used and left, and whether the throttle is open and why."""
        return self._get("quota")

    def costs(self, days: Annotated[int, Field(ge=1, le=366)] = 30) -> Document:
        """Return what attempts cost by day, tier and repository, and the limits in dollars."""
        return self._get("costs", days=days)

    def lessons(self, repository: Repository = None, retired: bool = False) -> Document:
        """List what gates and people taught, most recently seen first."""
        return self._get("lessons", repository=repository, retired=retired)

    def _night(self, night: str | None) -> str:
        if night:
            return night
        newest = self._get("nights", limit=1)["nights"]
        if not newest:
            raise NotFound("there has been no night yet")
        return str(newest[0]["id"])

    def _get(self, *path: object, **query: Any) -> Document:
        found: Document = self.deployment.get(*path, **query)
        return found
