"""What a second reader of the attempts tried: moved bases, spent gate time, dead tiers, slow builders."""

import threading
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.errors import FailureKind, FenceLost, ModelFailure
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.models import ModelSelectionContext
from include.overnight.ports import Handle, Pending
from include.overnight.services import attempting, claiming
from include.overnight.services.building import build_issue
from include.overnight.services.claiming import Heart, beating, kept_alive
from include.overnight.services.executing import execute_with_escalation
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night

from ..fakes import ScriptedAdvisor, ScriptedBuilder, writes
from ..staging import REPOSITORY

pytestmark = pytest.mark.slow  # whole nights and killed processes, minutes together

GOOD = writes("colour.py", "RED = 1\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")
MORE = "import unittest\n\n\nclass MoreTest(unittest.TestCase):\n    def test_more(self):\n        pass\n"


class Killed(BaseException):
    """The process died here."""


def die(*_, **__):
    raise Killed


def begin(desk):
    night, _ = begin_night(
        desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={"dry_run": False}
    )
    plan_night(desk, open_night(desk, night))
    return night


def test_a_resumed_attempt_is_judged_on_its_own_base_when_the_branch_has_moved(stage, monkeypatch):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD, GOOD]})
    night = begin(desk)
    with monkeypatch.context() as crash:
        crash.setattr(attempting, "_judged", die)
        with pytest.raises(Killed):
            build_issue(desk, night, number)
    stage.forge.commit(REPOSITORY, "main", {"test_more.py": MORE}, "More tests", "lead")
    built = build_issue(desk, night, number)
    outcomes = [attempt["outcome"] for attempt in desk.ledger.issue(night, number).attempts]
    assert built.change is not None
    assert built.change.files == ("colour.py",)
    assert outcomes == ["gates_failed", "accepted"]


def test_no_builder_is_paid_once_the_gate_time_is_used_up(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [BAD]}, settings="gates = { gate_budget_seconds = 0.001 }")
    built = build_issue(desk, begin(desk), number)
    assert "gates.gate_budget_seconds = 0.001" in built.reason
    assert len(desk.scripted.commissions) == 1


def test_a_refused_escalation_passes_over_a_tier_that_cannot_be_used(stage):
    number = stage.issue("Add a colour", labels=["architecture"])
    tiers = {"gpt-4": "", "gpt-4-turbo": "no key", "gpt-5.1": "", "local-builder": "off"}
    desk = stage.desk({number: [GOOD]}, settings="quota_limits = { daily = 9, hourly = 9, concurrent = 0 }")
    desk.tiers.update(tiers)
    night = begin(desk)
    assert build_issue(desk, night, number).change is not None
    refused = desk.ledger.events(EventQuery(types=(EventType.QUOTA_REFUSED,), night=night))
    assert [event.metadata["tier"] for event in refused] == ["gpt-5.1"]
    assert [attempt["tier"] for attempt in desk.ledger.issue(night, number).attempts] == ["gpt-4"]


@dataclass
class SlowBuilder(ScriptedBuilder):
    """Works elsewhere and is never done."""

    looked: int = 0
    after: object = None

    def collect(self, handle: Handle):
        self.looked += 1
        if self.after:
            self.after()
        return Pending(look_again_seconds=0.2)


def test_a_builder_that_is_never_done_ends_with_the_attempts_time(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk(settings="enable_auto_heal = false\n[limits]\nattempt_seconds = 1")
    slow = SlowBuilder({})
    object.__setattr__(desk, "scripted", slow)
    night = begin(desk)
    assert "limits.attempt_seconds = 1" in build_issue(desk, night, number).reason
    assert [attempt["outcome"] for attempt in desk.ledger.issue(night, number).attempts] == ["timed_out"]
    assert 1 < slow.looked < 20


@dataclass
class Lease:
    """A slot that says FenceLost once it was given back, as the ledger's does."""

    given_back: bool = False
    renewing: threading.Event = field(default_factory=threading.Event)

    def renew(self):
        if self.given_back:
            raise FenceLost("it was released")


def test_a_lease_given_back_during_a_beat_is_not_taken_for_a_lost_claim(monkeypatch):
    monkeypatch.setattr(claiming, "_RENEWALS_PER_LEASE", 10)
    seat, slow, heart = Lease(), threading.Event(), Heart()
    heart.renewals.append(lambda: (slow.set(), threading.Event().wait(0.3)))  # the claim: a busy database
    with beating(heart, 1.0):
        with kept_alive(heart, seat.renew):
            assert slow.wait(5)
        seat.given_back = True
        threading.Event().wait(0.5)
    heart.check()


def test_a_heart_that_is_surprised_says_that_its_hold_is_lost(monkeypatch):
    monkeypatch.setattr(claiming, "_RENEWALS_PER_LEASE", 4)

    def surprise():
        raise RuntimeError("not one of ours")

    heart = Heart(renewals=[surprise])
    with beating(heart, 0.2):
        threading.Event().wait(0.6)
    with pytest.raises(FenceLost, match="not one of ours"):
        heart.check()


def test_a_task_that_fails_by_itself_is_on_record_and_frees_its_slot(stage):
    desk = stage.desk()
    order = open_night(desk, begin(desk)).order
    context = ModelSelectionContext("architecture", "high", 20, is_architecture_task=True)

    def task(tier):
        raise ValueError(f"no such file, on {tier}")

    with pytest.raises(ValueError, match="no such file"):
        execute_with_escalation(desk, context, task, order)
    failed = desk.ledger.events(EventQuery(types=(EventType.MODEL_ESCALATION_FAILED,)))
    assert ["no such file" in event.description for event in failed] == [True]
    assert desk.quota.use().concurrent == 0


def test_a_long_task_keeps_its_slot(stage, monkeypatch):
    from include.overnight.services import executing

    monkeypatch.setattr(executing, "LEASE_SECONDS", 0.4)
    desk = stage.desk()
    order = open_night(desk, begin(desk)).order
    context = ModelSelectionContext("architecture", "high", 20, is_architecture_task=True)
    renewed = []
    quota = type(desk.quota)
    renew = quota.renew
    monkeypatch.setattr(quota, "renew", lambda self, *given: (renewed.append(given), renew(self, *given)))
    execute_with_escalation(desk, context, lambda tier: threading.Event().wait(0.8), order)
    assert len(renewed) >= 2


def test_a_plan_that_costs_too_much_leaves_the_money_to_the_builder(stage):
    number = stage.issue("Add a colour")
    dear = ScriptedAdvisor(plans=["1. Do it."], cost=Decimal("0.9"))
    desk = stage.desk({number: [GOOD]}, counsel=dear, settings="[limits]\nissue_usd = 0.05")
    night = begin(desk)
    assert build_issue(desk, night, number).change is not None
    assert desk.budgets.spent(night=night) == desk.scripted.cost


def test_a_tier_that_failed_outside_a_night_is_asked_again_by_the_next_task(stage):
    desk = stage.desk()
    order = replace(open_night(desk, begin(desk)).order, night="")
    context = ModelSelectionContext("architecture", "high", 20, is_architecture_task=True)

    def refused_once(tier):
        if tier == "gpt-5.1":
            raise ModelFailure(FailureKind.AUTH, "the key is refused")
        return tier

    assert execute_with_escalation(desk, context, refused_once, order)[0] == "gpt-4-turbo"
    assert execute_with_escalation(desk, context, lambda tier: tier, order)[0] == "gpt-5.1"
