"""A made-up past: nights, attempts, escalations and money, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from include.overnight.adapters.ledger import uuid7
from include.overnight.adapters.ledger.engine import open_engine
from include.overnight.adapters.ledger.tables import spending
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.gates import GateName

TYPES = ("architecture", "memory", "governance", "qa", "build", "deployment", "self-evolution")
TIERS = ("gpt-4", "gpt-4-turbo", "gpt-5.1")
_PRICE = {"gpt-4": 0.02, "gpt-4-turbo": 0.08, "gpt-5.1": 0.15}
_CHANCE = {"gpt-4": 0.55, "gpt-4-turbo": 0.7, "gpt-5.1": 0.8}
_TAG = {"gpt-4-turbo": "heavy_refactor", "gpt-5.1": "architecture_update"}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the past looks.

    :param padding: further small events a night, to reach any number.
    """

    issues: int = 6
    padding: int = 0
    seed: int = 7


class Past:
    """Makes a night's events and bookings."""

    def __init__(self, shape: Shape = Shape()) -> None:
        self._shape = shape
        self._dice = Random(shape.seed)
        self._made = 0
        self.bookings: list[dict[str, Any]] = []

    def night(
        self,
        name: str,
        began: datetime,
        *,
        night: str = "",
        trigger: str = "scheduled",
        logical_date: datetime | None = None,
    ) -> list[Event]:
        """Return a night of a repository, oldest event first."""
        told = _Telling(name, night or uuid7(began), began)
        kinds = [self._dice.choice(TYPES) for _ in range(self._shape.issues)]
        first, self._made = self._made + 1, self._made + len(kinds)
        logical = (logical_date or began).isoformat()
        limits = {"month_usd": "200", "night_usd": "20", "escalations_per_day": 50}
        told.say(EventType.OVERNIGHT_EXECUTION_STARTED, "Night started", full_name=name, trigger=trigger,
                 order={"logical_date": logical, "limits": limits}, repository={})  # fmt: skip
        rows = [
            {
                "number": number,
                "title": f"Issue {number}",
                "position": number,
                "sequence_type": kind,
                "complexity": "low",
                "dependencies": [],
            }
            for number, kind in enumerate(kinds, first)
        ]
        told.say(EventType.NIGHT_PLANNED, "Night planned", issues=rows, exclusions=[], cycles=[])
        ended = [self._issue(told, number, kind) for number, kind in enumerate(kinds, first)]
        for number in range(self._shape.padding):
            told.say(
                EventType.CHECKPOINT_SAVED,
                "Checkpoint saved",
                issue=first + number % len(kinds),
                sha="0" * 40,
            )
        totals = {"success": sum(ended), "failed": len(ended) - sum(ended), "skipped": 0}
        told.say(EventType.OVERNIGHT_EXECUTION_COMPLETED, "Night completed", totals=totals, full_name=name)
        return told.events

    def _issue(self, told: _Telling, number: int, kind: str) -> bool:
        tier = "gpt-5.1" if kind in ("architecture", "governance") else self._dice.choice(TIERS[:2])
        accepted = False
        for count in (1, 2):
            accepted = self._attempt(told, number, kind, tier, count)
            if accepted:
                break
        gates: list[dict[str, Any]] = [
            {
                "gate": str(gate),
                "status": "pass" if accepted or self._dice.random() < 0.8 else "fail",
                "findings": [],
                "seconds": self._dice.random() * 30,
            }
            for gate in GateName
        ]
        if accepted:
            told.say(EventType.CHANGE_JUDGED, "Judged", issue=number, passed=True, gates=gates)
        kind_of = EventType.ISSUE_EXECUTION_COMPLETED if accepted else EventType.ISSUE_EXECUTION_FAILED
        told.say(kind_of, "Ended", issue=number, severity=Severity.INFO if accepted else Severity.ERROR,
                 status="pull_request" if accepted else "failed", reason="as the gates say",
                 pull_request=number + 500 if accepted else None)  # fmt: skip
        return accepted

    def _attempt(self, told: _Telling, number: int, kind: str, tier: str, count: int) -> bool:
        dice, attempt = self._dice, f"{told.night}/{number}/{count}"
        if tier != "gpt-4":
            exempt = tier == "gpt-5.1"
            told.say(EventType.QUOTA_RESERVED, "Reserved", issue=number, tier=tier, justification=_TAG[tier],
                     exempt=exempt, daily=count + number % 7, hourly=count, concurrent=1)  # fmt: skip
            told.say(EventType.MODEL_ESCALATION, "Escalated", issue=number, attempt=attempt, to=tier,
                     number=count, justification=_TAG[tier], reason="heavy_task", exempt=exempt,
                     quota_remaining=40, context={"task_type": kind})  # fmt: skip
        if dice.random() < 0.1:
            told.say(EventType.AUTO_HEAL, "Healed", issue=number, attempt=attempt, kind="server_error",
                     action="retry", tier=tier, to=None, severity=Severity.INFO)  # fmt: skip
        accepted, cost = dice.random() < _CHANCE[tier], _PRICE[tier] * (0.5 + dice.random())
        tokens = int(cost * 400_000)
        told.say(EventType.ATTEMPT_FINISHED, "Attempt finished", issue=number, attempt=attempt, number=count,
                 sequence_type=kind, complexity="low", tier=tier, model=f"model of {tier}",
                 outcome="accepted" if accepted else "gates_failed", input_tokens=tokens, output_tokens=900,
                 requests=4, cost_usd=round(cost, 6), seconds=30 + dice.random() * 200,
                 tokens=tokens + 900)  # fmt: skip
        self.bookings.append(_booking(told, number, attempt, cost, tokens))
        return accepted


class _Telling:
    """The events of a night so far, a minute apart at most."""

    def __init__(self, repository: str, night: str, began: datetime) -> None:
        self.repository, self.night, self.at = f"R_{repository}", night, began
        self.events: list[Event] = []

    def say(
        self,
        kind: EventType,
        description: str,
        /,
        *,
        issue: int | None = None,
        attempt: str = "",
        severity: Severity = Severity.INFO,
        **metadata: Any,
    ) -> None:
        self.at += timedelta(seconds=11)
        self.events.append(
            Event(
                kind, description, severity, self.repository, self.night, issue, attempt, metadata, at=self.at
            )
        )


def nights(past: Past, names: Sequence[str], first: datetime, days: int) -> Iterator[list[Event]]:
    """Yield a night a day of each repository."""
    for day in range(days):
        for place, name in enumerate(names):
            due = first + timedelta(days=day)
            yield past.night(name, due + timedelta(minutes=place), logical_date=due)


def store_bookings(url: str, past: Past) -> None:
    """Write the money of the nights made so far, and forget it."""
    if past.bookings:
        with open_engine(url).begin() as connection:
            connection.execute(insert(spending), past.bookings)
    past.bookings = []


def _booking(told: _Telling, issue: int, attempt: str, cost: float, tokens: int) -> dict[str, Any]:
    micros = int(cost * 1_000_000)
    return {
        "id": uuid7(told.at),
        "repository": told.repository,
        "night": told.night,
        "issue": issue,
        "attempt": attempt,
        "month": f"{told.at:%Y-%m}",
        "at": told.at,
        "reserved": micros,
        "booked": micros,
        "settled_at": told.at,
        "tokens": tokens,
    }
