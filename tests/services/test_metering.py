"""Marks of the budget: each is written once, and people are told of it."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from include.overnight.domain.alerts import RULES, AlertRule
from include.overnight.domain.budgeting import reached
from include.overnight.domain.changes import Usage
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.issues import Repository
from include.overnight.domain.orders import Limits, NightOrder
from include.overnight.services.metering import tell_what_is_loud, watch_money
from include.overnight.services.reading import OpenNight

from ..fakes import ToldClock
from .little_desk import LittleDesk


@dataclass
class Alarmed(LittleDesk):
    clock: ToldClock = field(default_factory=ToldClock)
    alert_rules: tuple[AlertRule, ...] = RULES
    sent: list[tuple[str, str]] = field(default_factory=list)

    def notify(self, title, body):
        self.sent.append((title, body))


@pytest.fixture
def desk(tmp_path):
    clock = ToldClock()
    return Alarmed(tmp_path, clock=clock, now=clock.now)


LIMITS = Limits(
    night_usd=Decimal(10), month_usd=Decimal(100), issue_usd=Decimal(500), attempt_usd=Decimal(50)
)


def night(id_="n1", **more):
    return OpenNight(
        NightOrder(id_, "acme", "box", dry_run=False, limits=LIMITS, **more),
        Repository("R", "acme", "box", ""),
    )


def spend(desk, usd, on):
    budget = desk.budgets.open(on.order, "R", 1, f"{on.id}/1/1")
    budget.settle(budget.reserve(Decimal(usd)), Usage(cost_usd=Decimal(usd)))


@pytest.mark.parametrize(("spent", "percent"), [("0", 0), ("4.99", 0), ("5", 50), ("8", 80), ("10", 100)])
def test_a_mark_is_reached_at_its_share_and_not_before(spent, percent):
    assert reached(Decimal(spent), Decimal(10)) == percent


def test_a_limit_of_nothing_has_no_marks():
    assert reached(Decimal(0), Decimal(0)) == 0


def test_each_mark_of_night_and_month_is_written_once(desk):
    told = []
    for usd in ("5", "0.5", "3", "1.5"):
        spend(desk, usd, night())
        told += [(event.metadata["scope"], event.metadata["percent"]) for event in watch_money(desk, night())]
        assert watch_money(desk, night()) == ()
    assert told == [("night", 50), ("night", 80), ("night", 100)]
    for other in range(2, 7):
        spend(desk, "10", night(f"n{other}"))
        told += [(e.metadata["scope"], e.metadata["percent"]) for e in watch_money(desk, night(f"n{other}"))]
    assert told[-1] == ("night", 100)
    assert ("month", 50) in told
    assert len(desk.ledger.events(EventQuery(types=(EventType.BUDGET_REACHED,)))) == len(told)


def test_a_mark_that_was_jumped_over_is_not_told_of(desk):
    spend(desk, "9", night())
    (event,) = watch_money(desk, night())
    assert (event.metadata["percent"], event.severity) == (80, "warning")


def test_people_are_told_of_every_mark_in_words(desk):
    for usd in ("5", "5"):
        spend(desk, usd, night())
        tell_what_is_loud(desk, night())
    assert [title for title, _ in desk.sent] == ["Overnight: a budget is being spent"] * 2
    assert (
        "**info**: a budget is being spent: `$5.00 of this night's $10.00 is spent: half`" in desk.sent[0][1]
    )
    assert "nothing more is built tonight (limits.night_usd)" in desk.sent[1][1]
