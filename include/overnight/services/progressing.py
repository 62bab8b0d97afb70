"""Where each issue of a night is on its way: waiting, building, judging, publishing, over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ..domain.events import EventQuery, EventType
from ..domain.nights import Night, NightIssue
from ..ports import Desk


class Stage(StrEnum):
    """The steps an issue moves through."""

    AWAIT = "await"
    BUILD = "build"
    JUDGE = "judge"
    PUBLISH = "publish"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """One issue on its way; `reason` is why it is there."""

    issue: NightIssue
    stage: Stage
    reason: str
    cost_usd: Decimal = Decimal(0)


def progress(desk: Desk, night: Night, issues: Sequence[NightIssue] | None = None) -> tuple[Progress, ...]:
    """Return the progress of a night's issues, or of some of them, in plan order."""
    chosen = night.issues if issues is None else issues
    begun = _begun(desk, night) if night.status == "running" else {}
    done = {issue.number: issue.status for issue in night.issues}
    return tuple(
        Progress(issue, *_place(issue, begun.get(issue.number, ""), done), cost_of(issue))
        for issue in sorted(chosen, key=lambda issue: issue.position)
    )


def cost_of(issue: NightIssue) -> Decimal:
    """Return the dollars an issue's finished attempts cost."""
    return sum((Decimal(str(row.get("cost_usd") or 0)) for row in issue.attempts), Decimal(0))


def _begun(desk: Desk, night: Night) -> dict[int, str]:
    query = EventQuery(types=(EventType.ATTEMPT_STARTED,), night=night.id, limit=None, oldest_first=True)
    return {event.issue: event.description for event in desk.ledger.events(query) if event.issue is not None}


def _place(issue: NightIssue, begun: str, done: dict[int, str]) -> tuple[Stage, str]:
    if issue.status:
        return Stage.DONE, issue.reason
    if issue.gates:
        red = [gate for gate, status in issue.gates.items() if status == "fail"]
        if red:
            return Stage.JUDGE, f"the judge found {', '.join(red)} red"
        return Stage.PUBLISH, "every gate passed"
    if issue.branch:
        return Stage.JUDGE, f"{issue.branch} is built and goes through the gates again"
    if begun or issue.attempts:
        return Stage.BUILD, begun
    waits = [number for number in issue.dependencies if number in done and not done[number]]
    if waits:
        return Stage.AWAIT, f"waits for {', '.join(f'#{number}' for number in waits)}"
    return Stage.AWAIT, "ready, waits for a free place"
