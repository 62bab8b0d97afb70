"""GitHub's own words for what its coding agent does: states of a task, and what a session used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...domain.errors import FailureKind, ModelFailure, Rejected, Stuck, TimedOut

_NANO = 1_000_000_000


class Standing(StrEnum):
    """Where the agent's work stands."""

    WORKING = "working"
    DONE = "done"
    ASKING = "asking"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"


STATES: Mapping[str, Standing] = {
    "queued": Standing.WORKING,
    "in_progress": Standing.WORKING,
    "completed": Standing.DONE,
    "idle": Standing.DONE,
    "waiting_for_user": Standing.ASKING,
    "failed": Standing.FAILED,
    "timed_out": Standing.TIMED_OUT,
    "cancelled": Standing.CANCELLED,
}
"""GitHub's state → ours; one that nobody knows yet counts as work."""


@dataclass(frozen=True, slots=True)
class Session:
    """One run of the agent.

    :param unit: what it is billed in, "" when GitHub does not say.
    """

    state: str
    created_at: str
    model: str = ""
    unit: str = ""
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """The agent's work on one pull request, oldest session first."""

    id: str
    state: str
    sessions: tuple[Session, ...] = ()

    def since(self, moment: str) -> tuple[Session, ...]:
        """Return the sessions from a moment on (GitHub's time, as it writes it)."""
        return tuple(session for session in self.sessions if session.created_at >= moment)

    def standing(self, moment: str) -> Standing:
        """Return where the work since a moment stands; what was before it does not count."""
        sessions = self.since(moment)
        if self.sessions and not sessions:
            return Standing.WORKING
        return STATES.get(sessions[-1].state if sessions else self.state, Standing.WORKING)


def read_task(told: Mapping[str, Any]) -> Task:
    """Return a task as `GET /agents/repos/…/tasks/…` tells it."""
    sessions = [_session(one) for one in told.get("sessions") or () if isinstance(one, dict)]
    ordered = tuple(sorted(sessions, key=lambda session: session.created_at))
    return Task(str(told.get("id", "")), str(told.get("state", "")), ordered)


def _session(told: Mapping[str, Any]) -> Session:
    usage = told.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    amount = usage.get("amount")
    return Session(
        state=str(told.get("state", "")),
        created_at=str(told.get("created_at", "")),
        model=str(told.get("model") or ""),
        unit=str(usage.get("type") or ""),
        amount=float(amount) if isinstance(amount, int | float) else 0.0,
    )


def is_about(told: Mapping[str, Any], pull_id: int, branch: str) -> bool:
    """Whether a task made a pull request, or the branch it comes from."""
    for artifact in told.get("artifacts") or ():
        data = artifact.get("data") if isinstance(artifact, dict) else None
        if isinstance(data, dict) and (
            (artifact.get("type") == "pull" and data.get("id") == pull_id) or data.get("head_ref") == branch
        ):
            return True
    return False


def used(sessions: Sequence[Session]) -> str:
    """Return what sessions used, in GitHub's units, "" when it does not say; summed before it is rounded."""
    totals: dict[str, float] = {}
    for session in sessions:
        if session.unit:
            totals[session.unit] = totals.get(session.unit, 0.0) + session.amount
    return ", ".join(_told(unit, amount) for unit, amount in sorted(totals.items()))


def _told(unit: str, amount: float) -> str:
    if unit == "ai_credits":
        return f"{amount / _NANO:.1f} AI credits"
    return f"{amount:g} {unit.replace('_', ' ')}"


def failure_of(standing: Standing, where: str) -> Rejected | None:
    """Return how the attempt failed, None while nothing did."""
    match standing:
        case Standing.ASKING:
            return Stuck(f"Copilot asks a question on {where}, and nobody answers at night")
        case Standing.CANCELLED:
            return Stuck(f"somebody cancelled Copilot's work on {where}")
        case Standing.TIMED_OUT:
            return TimedOut(f"GitHub ended Copilot's work on {where}: it took too long")
        case Standing.FAILED:
            return ModelFailure(FailureKind.TRANSPORT, f"Copilot's work on {where} failed at GitHub")
        case _:
            return None
