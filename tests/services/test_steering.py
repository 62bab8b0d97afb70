"""A whole night while the paid models are down: the desktop's builds, and gives the work back."""

from dataclasses import dataclass, replace

import pytest

from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.desktops import Finding, health_of
from include.overnight.domain.errors import FailureKind, ModelFailure
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.models import LADDER, Tier
from include.overnight.domain.orders import NightOrder
from include.overnight.domain.switching import Phase, SwitchRules
from include.overnight.services.reading import OpenNight
from include.overnight.services.steering import builder_name, steered
from include.overnight.services.surveying import survey
from include.overnight.services.switching import builder_standing, check_builders

from ..fakes import ScriptedBuilder, writes
from ..staging import of, open_stage

READY = health_of((Finding("local model", True, "answers"),))
SETTINGS = "[switching]\nfailures = 2\nhealthy_checks = 1\nstable_minutes = 0\n[gates]\nreview = false\n"
OPEN = {**dict.fromkeys(LADDER, ""), "local-builder": ""}


@dataclass
class Outage(ScriptedBuilder):
    """Plays its scripts on the desktop's model; on any other only while that is up."""

    down: bool = True

    def collect(self, handle):
        commission = self._begun[handle.id][0]
        if self.down and commission.tier != Tier.LOCAL_BUILDER:
            raise ModelFailure(FailureKind.TRANSPORT, "HTTP 503")
        return super().collect(handle)


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def house(stage, scripts, tiers=OPEN, **more):
    """Return a desk of a deployment that has a desktop to build on."""
    desk = stage.desk({}, SETTINGS, tiers=tiers)
    values = desk.settings.values.model_copy(update={"desktop_builder_enabled": True, **more})
    return replace(desk, settings=replace(desk.settings, values=values), scripted=Outage(scripts))


def tiers_of(night, number):
    return [attempt["tier"] for attempt in of(night, number).attempts]


def switches(desk):
    events = desk.ledger.events(EventQuery(types=(EventType.BUILDER_SWITCH,), oldest_first=True))
    return [(event.metadata["from"], event.metadata["to"]) for event in events]


def test_after_failures_in_a_row_issues_begin_on_the_desktop_and_the_primary_gets_them_back(stage):
    numbers = [stage.issue(f"Add note {n}") for n in range(4)]
    desk = house(stage, {number: [writes(f"note{number}.txt", "x\n")] for number in numbers})
    night = stage.night(desk, issues=numbers[:3])
    assert {of(night, number).status for number in numbers[:3]} == {IssueStatus.PULL_REQUEST}
    assert tiers_of(night, numbers[2]) == ["local-builder"]
    assert switches(desk) == [("primary", "desktop")]
    attempts = [tier for number in numbers[:3] for tier in tiers_of(night, number)]
    assert len([tier for tier in attempts if tier != "local-builder"]) == 2
    desk.scripted.down = False
    rules = desk.settings.values.switching.rules()
    assert check_builders(desk, lambda: "", rules, READY).phase is Phase.TRIAL
    later = stage.night(desk, issues=numbers[3:])
    assert tiers_of(later, numbers[3]) == [LADDER[0]]
    assert check_builders(desk, lambda: "", rules, READY).phase is Phase.PRIMARY
    assert switches(desk)[1:] == [("desktop", "trial"), ("trial", "primary")]


def test_without_a_desktop_that_can_build_nobody_is_sent_there(stage):
    number = stage.issue("Add a note")
    desk = house(stage, {number: [writes("note.txt", "x\n")]}, {**OPEN, "local-builder": "is off"})
    for _ in range(3):
        assert of(stage.night(desk, issues=[number]), number).status == IssueStatus.PARKED
    assert builder_standing(desk).phase is Phase.PRIMARY
    assert switches(desk) == []


@pytest.mark.parametrize(
    ("kind", "dry_run", "usable"),
    [
        ("openai", False, (*LADDER, Tier.LOCAL_BUILDER)),
        ("command", False, (*LADDER, Tier.LOCAL_BUILDER)),
        ("local", False, (Tier.LOCAL_BUILDER,)),
        ("copilot", False, (LADDER[0], Tier.LOCAL_BUILDER)),
        ("copilot", True, (Tier.LOCAL_BUILDER,)),
    ],
)
def test_each_kind_of_builder_has_its_own_rungs(stage, kind, dry_run, usable):
    desk = house(stage, {})
    order = NightOrder("n", "acme", "box", builder="hired", builder_kind=kind, dry_run=dry_run)
    night = OpenNight(replace(order, switching=SwitchRules()), desk.tracker.repository("acme", "box"))
    assert steered(desk, night, survey(desk, night), "n/1/1").usable() == usable
    assert builder_name(night, LADDER[0]) == "hired"
    assert builder_name(night, Tier.LOCAL_BUILDER) == ("local" if kind == "copilot" else "hired")
