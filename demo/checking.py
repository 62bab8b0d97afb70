"""What the demo's first night is there to show, each with its evidence from the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.overnight.domain.events import Event, EventType
from include.overnight.domain.models import LADDER, Tier

from .accounts import Bill

Rows = Sequence[Mapping[str, Any]]
"""The issues of night.json."""
Events = Sequence[Event]


@dataclass(frozen=True, slots=True)
class Check:
    """A claim about the night; it holds when something proves it."""

    claim: str
    proofs: tuple[str, ...]
    holds: bool

    @property
    def evidence(self) -> str:
        """The proofs as one text."""
        return "; ".join(self.proofs) or "nothing"


def check_night(document: Mapping[str, Any], events: Events) -> tuple[Check, ...]:
    """Return what a first night on the sample must show, and whether it does."""
    return tuple(_check(claim, proofs(document["issues"], events)) for claim, proofs in CLAIMS.items())


def check_bill(bill: Bill) -> Check:
    """Return whether every request of every tier is booked at tokens times list price, and no other."""
    proofs = tuple(f"{model} {count} requests ${usd:.6f}" for model, (count, usd) in bill.by_model().items())
    told = f"{len(bill.booked)} rows ${bill.total:.6f} in the ledger, {bill.unmatched} unmatched"
    return Check("costs are tokens × list price", (*proofs, told), bill.unmatched == 0)


def _check(claim: str, proofs: Sequence[str]) -> Check:
    return Check(claim, tuple(proofs), bool(proofs))


def _of(events: Events, kind: EventType) -> list[Event]:
    return [event for event in events if event.type is kind]


def _accepted_on(rows: Rows) -> dict[int, str]:
    """Return issue → tier of the attempt that was accepted."""
    return {
        row["number"]: attempt["tier"]
        for row in rows
        for attempt in row["attempts"]
        if attempt["outcome"] == "accepted"
    }


def _exempt(_: Rows, events: Events) -> list[str]:
    escalations = _of(events, EventType.MODEL_ESCALATION)
    return list(dict.fromkeys(_told(event) for event in escalations if event.metadata["exempt"]))


def _counted(_: Rows, events: Events) -> list[str]:
    counted = [event for event in _of(events, EventType.MODEL_ESCALATION) if not event.metadata["exempt"]]
    return [f"{_told(event)}, {event.metadata['quota_remaining']} left" for event in counted]


def _told(event: Event) -> str:
    return f"#{event.issue} to {event.metadata['to']} ({event.metadata['justification']})"


def _refused(rows: Rows, events: Events) -> list[str]:
    done = _accepted_on(rows)
    refused = [event for event in _of(events, EventType.QUOTA_REFUSED) if event.issue in done]
    return [
        f"#{event.issue} not to {event.metadata['tier']} ({event.metadata['reason']}), "
        f"done by {done[event.issue]}"
        for event in refused
        if event.issue and done[event.issue] != event.metadata["tier"]
    ]


def _healed(rows: Rows, _: Events) -> list[str]:
    wanted = [*map(str, reversed(LADDER)), str(Tier.LOCAL_BUILDER)]
    paths = {row["number"]: [attempt["tier"] for attempt in row["attempts"]] for row in rows}
    done = _accepted_on(rows)
    healed = [number for number, path in paths.items() if path == wanted and number in done]
    return [f"#{number} {' → '.join(paths[number])}" for number in healed]


def _replanned(_: Rows, events: Events) -> list[str]:
    written = _of(events, EventType.PLAN_WRITTEN)
    return [
        f"#{event.issue} by {event.metadata['tier']}" for event in written if " anew" in event.description
    ]


def _learnt(_: Rows, events: Events) -> list[str]:
    """Return the advice of each lesson; its source stands before it."""
    told = [event.description.split(": ", 1)[1] for event in _of(events, EventType.LESSON_LEARNT)]
    return list(dict.fromkeys(told))


def _proved(_: Rows, events: Events) -> list[str]:
    generated = _of(events, EventType.TESTS_GENERATED)
    proofs: dict[str, str] = {}
    for event in generated:
        proofs |= event.metadata["proofs"] if event.metadata["stage"] == "proved" else {}
    return [f"{path} {proof}" for path, proof in proofs.items()]


def _dropped(_: Rows, events: Events) -> list[str]:
    generated = _of(events, EventType.TESTS_GENERATED)
    rows = [row for event in generated for row in event.metadata["dropped"]]
    return list(dict.fromkeys(f"{row['path']}: {row['reason']}" for row in rows))


def _reviewed(_: Rows, events: Events) -> list[str]:
    reviews = _of(events, EventType.CHANGE_REVIEWED)
    met = [event for event in reviews if event.metadata["met"] == event.metadata["criteria"] > 0]
    return [f"{len(met)} of {len(reviews)} reviews"] if met and len(met) == len(reviews) else []


def _nine(rows: Rows, _: Events) -> list[str]:
    green = [row for row in rows if row["pull_request"]]
    nine = [row for row in green if len(row["gates"]) == 9 and "fail" not in row["gates"].values()]
    return [f"{len(nine)} pull requests"] if green and nine == green else []


def _stopped(rows: Rows, _: Events) -> list[str]:
    return [f"#{row['number']}: {row['reason']}" for row in rows if row["status"] == "failed"]


CLAIMS: Mapping[str, Callable[[Rows, Events], list[str]]] = {
    "escalations that are exempt from the quota": _exempt,
    "an escalation that the quota counts": _counted,
    "one that the quota refused, done by a cheaper tier": _refused,
    "healed down the whole ladder to the local builder": _healed,
    "an architecture plan written anew after two failures": _replanned,
    "lessons learnt": _learnt,
    "a test from the acceptance criteria that proved itself": _proved,
    "a test that proved nothing and was dropped": _dropped,
    "reviews on another tier that found every criterion met, with a quote": _reviewed,
    "nine gates passed on everything that was published": _nine,
    "changes that were stopped": _stopped,
}
"""Claim → its proofs, empty when the night does not show it."""
