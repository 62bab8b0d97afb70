"""What is tried inside an attempt, on a real ledger and a clock that is told the time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic_ai import Agent

from demo.model import Fault, RunningModel, running_model
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.models import ModelEndpoint
from include.overnight.adapters.models.healed import HealedModel
from include.overnight.domain.changes import Usage
from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.domain.healing import Action, Ladder
from include.overnight.domain.issues import Repository
from include.overnight.domain.models import LADDER, Tier, TierFacts
from include.overnight.domain.orders import NightOrder
from include.overnight.ports import Circuits, Desk, Ledger, Records
from include.overnight.services.healing import AttemptHealer, keep_out, unavailable_tiers
from include.overnight.services.reading import OpenNight
from include.overnight.services.stopping import Stopped
from tests.fakes import ToldClock

NIGHT, K, A = "night-7", FailureKind, Action
ENDPOINT = "http://models.invalid/v1"
FREE: Any = {"input_usd_per_mtok": Decimal(0), "output_usd_per_mtok": Decimal(0)}


class FreeBudget:
    """A budget of a model that costs nothing."""

    def reserve(self, usd: Decimal) -> str:
        return str(usd)

    def settle(self, reservation: str, usage: Usage) -> None:
        assert usage.cost_usd == 0


@dataclass
class SmallDesk:
    """The parts of a desk that healing touches: the real ledger, and a told clock."""

    ledger: Ledger
    records: Records
    circuits: Circuits
    clock: ToldClock = field(default_factory=ToldClock)

    def tier_facts(self) -> dict[str, TierFacts]:
        return {tier: TierFacts(tier, tier, ENDPOINT) for tier in LADDER}

    def events(self, kind: EventType) -> list[Event]:
        return list(self.ledger.events(EventQuery(types=(kind,), oldest_first=True)))


@pytest.fixture
def desk(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    clock = ToldClock()
    database = LedgerDatabase(url, now=clock.now)
    yield SmallDesk(database.ledger, database.records, database.circuits, clock)
    database.close()


def healer(desk: SmallDesk, tier: Tier = Tier.GPT_4_TURBO, **order: Any) -> AttemptHealer:
    night = OpenNight(NightOrder(NIGHT, "acme", "box", **order), Repository("R_1", "acme", "box", "main"))
    return AttemptHealer(cast(Desk, desk), night, 12, f"{NIGHT}/12/1", tier, Ladder(), jitter=lambda: 0.0)


def failure(kind: FailureKind, retry_after: float | None = None) -> ModelFailure:
    return ModelFailure(kind, f"the model failed: {kind}", retry_after)


def test_every_step_is_in_the_ledger_before_it_is_done(desk):
    steps = [healer(desk).treat(failure(K.RATE_LIMIT, 17.0))]
    written = desk.events(EventType.AUTO_HEAL)
    assert [(event.issue, event.attempt) for event in written] == [(12, f"{NIGHT}/12/1")]
    told = written[0].metadata
    assert (told["kind"], told["action"], told["tier"]) == ("rate_limit", "wait", "gpt-4-turbo")
    assert (told["wait_seconds"], told["retry_after"], told["reason"]) == (17.0, 17.0, steps[0].reason)


def test_a_kind_is_counted_on_its_tier_until_the_table_says_to_go_down(desk):
    one = healer(desk)
    steps = [one.treat(failure(K.RATE_LIMIT)) for _ in range(3)]
    assert [step.action for step in steps] == [A.WAIT, A.WAIT, A.DOWN]
    assert [step.wait_seconds for step in steps] == [2.0, 4.0, None]
    assert steps[-1].tier is Tier.GPT_4
    assert desk.events(EventType.AUTO_HEAL)[-1].metadata["to"] == "gpt-4"


def test_jitter_makes_a_backoff_longer_by_half_at_most(desk):
    one = healer(desk)
    one.jitter = lambda: 1.0
    assert one.treat(failure(K.TRANSPORT)).wait_seconds == 3.0


def test_an_answer_ends_what_passes_and_keeps_what_is_given_once(desk):
    one = healer(desk)
    for kind in (K.TRANSPORT, K.RATE_LIMIT, K.TIMEOUT, K.CONTEXT_EXHAUSTED, K.REFUSAL, K.STUCK):
        one.treat(failure(kind))
    one.answered()
    again = {kind: one.treat(failure(kind)).action for kind in (K.TRANSPORT, K.TIMEOUT, K.RATE_LIMIT)}
    assert again == {K.TRANSPORT: A.RETRY_SAME, K.TIMEOUT: A.RETRY_SAME, K.RATE_LIMIT: A.WAIT}
    spent = [one.treat(failure(kind)).action for kind in (K.CONTEXT_EXHAUSTED, K.REFUSAL, K.STUCK)]
    assert not {A.COMPACT, A.NUDGE} & {*spent}


@pytest.mark.parametrize("kind", [K.AUTH, K.INSUFFICIENT_QUOTA, K.MODEL_GONE])
def test_a_model_that_is_gone_stays_out_for_the_night_and_is_said_once(desk, kind):
    first, second = healer(desk), healer(desk)
    assert first.treat(failure(kind)).remember
    second.treat(failure(kind))
    assert unavailable_tiers(cast(Desk, desk), NIGHT) == {"gpt-4-turbo": f"the model failed: {kind}"}
    assert unavailable_tiers(cast(Desk, desk), "another-night") == {}
    assert len(desk.events(EventType.MODEL_UNAVAILABLE)) == 1
    assert len(desk.events(EventType.AUTO_HEAL)) == 2


def test_a_failure_that_passes_keeps_no_tier_out(desk):
    one = healer(desk)
    for _ in range(4):
        one.treat(failure(K.TRANSPORT))
    assert unavailable_tiers(cast(Desk, desk), NIGHT) == {}


def test_a_tier_can_be_kept_out_for_another_reason(desk):
    night = healer(desk).night
    keep_out(cast(Desk, desk), night, Tier.GPT_5_1, failure(K.MODEL_GONE), issue=3)
    assert list(unavailable_tiers(cast(Desk, desk), NIGHT)) == ["gpt-5.1"]


def test_an_endpoint_whose_breaker_is_open_is_not_tried_again(desk):
    first = healer(desk)
    assert [first.treat(failure(K.TRANSPORT)).action for _ in range(4)][-1] is A.DOWN
    desk.clock.sleep(15)
    other = healer(desk, Tier.GPT_4)  # another tier of the same server
    opened = other.treat(failure(K.TRANSPORT))
    assert opened.action is A.PARK
    assert "the endpoint of gpt-4 fails again and again" in opened.reason
    still_open = healer(desk, Tier.GPT_5_1).treat(failure(K.TIMEOUT))
    assert (still_open.action, still_open.wait_seconds) == (A.DOWN, None)
    assert "has not answered since" in still_open.reason
    assert len(desk.events(EventType.CIRCUIT_OPENED)) == 1


def test_five_builds_that_meet_one_blip_all_go_on_after_their_backoff(desk):
    healers = [healer(desk) for _ in range(5)]
    steps = [one.treat(failure(K.TRANSPORT)) for one in healers]
    assert {(step.action, step.wait_seconds) for step in steps} == {(A.RETRY_SAME, 2.0)}
    desk.clock.sleep(2.0)
    for one in healers:
        assert desk.circuits.why_open(ENDPOINT) == ""
        one.answered()
    assert desk.events(EventType.CIRCUIT_OPENED) == []


def test_the_first_answer_closes_the_breaker(desk):
    one = healer(desk)
    for _ in range(5):
        one.treat(failure(K.TRANSPORT))
        desk.clock.sleep(4)
    assert desk.circuits.why_open(ENDPOINT)
    healer(desk).answered()
    assert desk.circuits.why_open(ENDPOINT) == ""
    assert len(desk.events(EventType.CIRCUIT_CLOSED)) == 1


def test_with_auto_heal_off_nothing_is_tried_again(desk):
    one = healer(desk, enable_auto_heal=False)
    for kind in (K.TRANSPORT, K.RATE_LIMIT, K.CONTEXT_EXHAUSTED, K.REFUSAL):
        step = one.treat(failure(kind))
        assert step.action is A.DOWN
        assert "auto-heal is off" in step.reason


def test_a_local_tier_without_facts_needs_no_breaker(desk):
    one = healer(desk, Tier.LOCAL_BUILDER)
    assert one.treat(failure(K.TRANSPORT)).action is A.RETRY_SAME
    one.answered()


def test_rest_takes_the_clocks_time_in_slices(desk):
    healer(desk).rest(12.0)
    assert desk.clock.slept == [5.0, 5.0, 2.0]


@pytest.mark.parametrize(("at_once", "slept"), [(True, [5.0]), (False, [5.0, 5.0])])
def test_a_night_that_is_stopped_at_once_ends_a_rest(desk, at_once, slept):
    desk.records.remember(f"stop/{NIGHT}", {"who": "ann", "now": at_once})
    if at_once:
        with pytest.raises(Stopped, match="stopped by ann"):
            healer(desk).rest(10.0)
    else:
        healer(desk).rest(10.0)
    assert desk.clock.slept == slept


def test_nothing_of_a_key_is_kept_with_a_failure(desk):
    url = "http://user:hunter2@models.invalid/v1?key=hunter2"
    desk.tier_facts = lambda: {"gpt-4-turbo": TierFacts("gpt-4-turbo", "m", url)}  # type: ignore[method-assign]
    for _ in range(5):
        healer(desk).treat(failure(K.TRANSPORT))
    assert "hunter2" not in str(desk.ledger.events(EventQuery(limit=None)))


def ask(served: RunningModel, treating: AttemptHealer) -> str:
    endpoint = ModelEndpoint("gpt-4-turbo", "gpt-4-turbo", served.api_url, **FREE)
    model = HealedModel(endpoint, FreeBudget(), treating)

    async def talk() -> str:
        try:
            return (await Agent(model).run("Issue #12: x\nAttempt 1 on tier gpt-4-turbo")).output
        finally:
            await model.close()

    return asyncio.run(talk())


@pytest.fixture
def served(tmp_path):
    (tmp_path / "012.toml").write_text('[[attempts]]\n[[attempts.turns]]\ntext = "Done."\n')
    with running_model(tmp_path) as running:
        running.model.faults.add(Fault(status=429, headers={"retry-after": "12"}))
        yield running


def test_a_real_request_is_waited_for_on_the_told_clock_and_told_in_the_ledger(desk, served):
    assert ask(served, healer(desk)) == "Done."
    assert desk.clock.slept == [5.0, 5.0, 2.0]
    (event,) = desk.events(EventType.AUTO_HEAL)
    assert (event.metadata["action"], event.metadata["wait_seconds"]) == ("wait", 12.0)
    assert [entry.status for entry in served.model.journal.entries] == [429, 200]


def test_a_night_that_is_stopped_at_once_sends_no_second_request(desk, served):
    desk.records.remember(f"stop/{NIGHT}", {"who": "ann", "now": True})
    with pytest.raises(Stopped, match="stopped by ann"):
        ask(served, healer(desk))
    assert len(served.model.journal.entries) == 1
