from __future__ import annotations

from decimal import Decimal

import pytest

from include.overnight.domain.approvals import Approval
from include.overnight.domain.events import EventType
from include.overnight.domain.evidence import EscalationFact
from include.overnight.ports import Stage
from include.overnight.services.remembrance import EXPECTED, ledger_facts
from tests.services.shelf import NIGHT, Shelf

TYPES = EventType


def write(shelf: Shelf, type_: EventType, attempt: int = 0, **metadata: object) -> None:
    task = f"{NIGHT.id}/1/{attempt}" if attempt else ""
    issue = None if type_ in (TYPES.OVERNIGHT_EXECUTION_STARTED, TYPES.NIGHT_PLANNED) else 1
    shelf.ledger.append(NIGHT.event(type_, "x", issue=issue, attempt=task, metadata=metadata))


@pytest.fixture
def shelf() -> Shelf:
    """A whole night: two attempts, the second one an escalation, and what it built."""
    shelf = Shelf()
    write(shelf, TYPES.OVERNIGHT_EXECUTION_STARTED)
    write(shelf, TYPES.NIGHT_PLANNED)
    for number, tier in ((1, "gpt-4"), (2, "gpt-5.1")):
        write(shelf, TYPES.CHECKPOINT_SAVED, number)
        write(shelf, TYPES.ATTEMPT_STARTED, number, tier=tier)
    write(shelf, TYPES.MODEL_ESCALATION, 2, to="gpt-5.1", justification="experimental", exempt=False)
    write(shelf, TYPES.ATTEMPT_FINISHED, 1, cost_usd=0.1, change=None)
    write(shelf, TYPES.ATTEMPT_FINISHED, 2, cost_usd=0.2, change={"head_sha": "c0ffee"})
    write(shelf, TYPES.CHANGE_BUILT, head_sha="c0ffee")
    return shelf


def missing(shelf: Shelf, stage: Stage = Stage.JUDGE) -> tuple[str, ...]:
    return ledger_facts(shelf, NIGHT, 1, stage).missing


def test_a_whole_night_misses_nothing_and_its_own_chain_alone_is_verified(shelf):
    facts = ledger_facts(shelf, NIGHT, 1, Stage.JUDGE)
    assert (facts.missing, facts.problems, facts.events, facts.spent_usd) == ((), (), 8, Decimal("0.42"))
    assert shelf.ledger.verified == [NIGHT.id]
    shelf.ledger.problems = ("event 3 was changed",)
    assert ledger_facts(shelf, NIGHT, 1, Stage.JUDGE).problems == ("event 3 was changed",)


@pytest.mark.parametrize("type_", sorted({type_ for types in EXPECTED.values() for type_ in types}))
def test_every_expected_event_is_missed_when_it_is_not_there(shelf, type_):
    shelf.ledger.stored = [event for event in shelf.ledger.stored if event.type is not type_]
    assert any(type_ in sentence for sentence in missing(shelf))


def test_an_attempt_that_left_nothing_a_cost_and_a_foreign_commit_are_missed(shelf):
    kept = list(shelf.ledger.stored)
    shelf.ledger.stored = [event for event in kept if not event.attempt.endswith("/1")]
    assert missing(shelf) == ("attempt 1 left nothing",)
    shelf.ledger.stored = [event for event in kept if event.type is not TYPES.ATTEMPT_FINISHED]
    write(shelf, TYPES.ATTEMPT_FINISHED, 1, change={"head_sha": "other"})
    write(shelf, TYPES.ATTEMPT_FINISHED, 2, cost_usd=1)
    assert missing(shelf) == (
        "attempt 1 does not say what it cost",
        "no attempt of any night ended in the commit c0ffee that was built",
    )


def test_in_the_builders_loop_the_attempt_under_way_need_not_have_ended(shelf):
    shelf.ledger.stored = [
        event
        for event in shelf.ledger.stored
        if event.type is not TYPES.CHANGE_BUILT
        and not (event.type is TYPES.ATTEMPT_FINISHED and event.attempt.endswith("/2"))
    ]
    assert missing(shelf, Stage.BUILD) == ()
    assert len(missing(shelf)) == 2


def test_a_change_taken_up_from_a_dry_run_points_to_an_attempt_of_that_night(shelf):
    shelf.ledger.stored = [event for event in shelf.ledger.stored if not event.attempt]
    assert len(missing(shelf)) == 1
    ended = NIGHT.event(TYPES.ATTEMPT_FINISHED, "x", issue=1, metadata={"change": {"head_sha": "c0ffee"}})
    object.__setattr__(ended, "night", "an-earlier-night")
    shelf.ledger.append(ended)
    assert missing(shelf) == ()


def test_escalations_are_told_with_whether_a_person_approved(shelf):
    assert ledger_facts(shelf, NIGHT, 1, Stage.JUDGE).escalations == (
        EscalationFact("gpt-5.1", "experimental"),
    )
    shelf.approvals.given = [Approval("escalation:*", "Ann", "try it", issue=1)]
    facts = ledger_facts(shelf, NIGHT, 1, Stage.JUDGE)
    assert [fact.approved for fact in facts.escalations] == [True]
    assert facts.approvals == tuple(shelf.approvals.given)
