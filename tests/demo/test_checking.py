"""What the demo claims of a night is proved by its rows and events, and by nothing else."""

import pytest

from demo.checking import CLAIMS, check_night
from include.overnight.domain.events import Event, EventType


def attempts(*steps):
    return [{"tier": tier, "outcome": outcome} for tier, outcome in steps]


def row(number, status="pull_request", **more):
    gates = {f"gate {n}": "pass" for n in range(9)} if status == "pull_request" else {}
    plain = {"number": number, "status": status, "reason": "", "attempts": [], "gates": gates}
    return plain | {"pull_request": number + 100 if status == "pull_request" else None} | more


def event(kind, issue=None, text="", **metadata):
    return Event(kind, text, issue=issue, metadata=metadata)


def escalation(issue, exempt):
    return event(
        EventType.MODEL_ESCALATION, issue,
        to="gpt-5.1", justification="architecture_update", exempt=exempt, quota_remaining=0,
    )  # fmt: skip


LADDER = attempts(
    ("gpt-5.1", "refused"), ("gpt-4-turbo", "refused"), ("gpt-4", "refused"), ("local-builder", "accepted")
)
ROWS = [
    row(9),
    row(24, attempts=attempts(("gpt-4", "accepted"))),
    row(25, attempts=LADDER),
    row(18, "failed", reason="governance: a protected path"),
]
EVENTS = [
    escalation(9, exempt=True),
    escalation(23, exempt=False),
    event(EventType.QUOTA_REFUSED, 24, tier="gpt-4-turbo", reason="1 of 1 used"),
    event(EventType.PLAN_WRITTEN, 23, "architecture plan written", tier="gpt-4"),
    event(EventType.PLAN_WRITTEN, 23, "architecture plan written anew, with what failed", tier="gpt-4-turbo"),
    event(EventType.LESSON_LEARNT, text="Lesson learnt from gate test: Run the whole suite."),
    event(EventType.TESTS_GENERATED, 2, stage="written", proofs={"a.py": "fails"}, dropped=[
        {"path": "b.py", "reason": "it passes without the change already"}]),
    event(EventType.TESTS_GENERATED, 2, stage="proved", proofs={"a.py": "notices a fault"}, dropped=[]),
    event(EventType.CHANGE_REVIEWED, 9, met=3, criteria=3),
]  # fmt: skip


def held(rows=ROWS, events=EVENTS):
    return {check.claim: check.evidence for check in check_night({"issues": rows}, events) if check.holds}


def test_a_night_that_shows_everything_holds_every_claim_with_its_evidence():
    told = held()
    assert told.keys() == CLAIMS.keys()
    assert list(told.values()) == [
        "#9 to gpt-5.1 (architecture_update)",
        "#23 to gpt-5.1 (architecture_update), 0 left",
        "#24 not to gpt-4-turbo (1 of 1 used), done by gpt-4",
        "#25 gpt-5.1 → gpt-4-turbo → gpt-4 → local-builder",
        "#23 by gpt-4-turbo",
        "Run the whole suite.",
        "a.py notices a fault",
        "b.py: it passes without the change already",
        "1 of 1 reviews",
        "3 pull requests",
        "#18: governance: a protected path",
    ]


def test_a_night_without_anything_holds_no_claim():
    assert held([], []) == {}


@pytest.mark.parametrize(
    ("rows", "events", "lost"),
    [
        ([row(24, attempts=attempts(("gpt-4-turbo", "accepted")))], EVENTS, "one that the quota refused"),
        ([row(24, attempts=attempts(("gpt-4", "gates_failed")))], EVENTS, "one that the quota refused"),
        ([row(25, attempts=LADDER[1:])], EVENTS, "healed down the whole ladder"),
        ([row(9, gates={"build": "pass"})], EVENTS, "nine gates passed"),
        ([row(9, gates={f"gate {n}": "fail" for n in range(9)})], EVENTS, "nine gates passed"),
        (ROWS, [event(EventType.CHANGE_REVIEWED, 9, met=2, criteria=3)], "reviews on another tier"),
    ],
)
def test_a_claim_is_not_held_by_half_of_its_proof(rows, events, lost):
    assert not [claim for claim in held(rows, events) if claim.startswith(lost)]
