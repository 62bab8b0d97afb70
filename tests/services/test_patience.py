"""A step is tried again as long as it was asked to wait; what stays broken waits for another night."""

import pytest

from demo.forge import Fault
from include.overnight.adapters.ledger import uuid7
from include.overnight.assembly import SystemClock
from include.overnight.beginning import begin_night
from include.overnight.domain.errors import RateLimited, Rejected, Unreachable
from include.overnight.domain.waits import asked_wait
from include.overnight.services.patience import park, patiently
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night
from include.overnight.services.reporting import report_issue
from include.overnight.services.running import execute_issue
from include.overnight.services.summarizing import crashed, summarize_night

from ..fakes import ToldClock, writes
from ..staging import REPOSITORY

GOOD = writes("colour.py", "RED = 1\n")


class Waiter:
    """What `patiently` asks of a desk: a clock."""

    def __init__(self):
        self.clock = ToldClock()


def failing(*errors):
    """Return a step that raises these in turn and then returns."""
    left = list(errors)

    def step():
        if left:
            raise left.pop(0)
        return "done"

    return step


def test_a_step_waits_as_long_as_it_was_told():
    desk = Waiter()
    assert patiently(desk, failing(RateLimited("wait", 120.0), RateLimited("wait", 7.5))) == "done"
    assert desk.clock.slept == [121.0, 8.5]


def test_without_a_word_the_waits_grow_and_stay_under_a_minute():
    desk = Waiter()
    assert patiently(desk, failing(Unreachable("gone"), RateLimited("wait"))) == "done"
    assert len(desk.clock.slept) == 2
    assert max(desk.clock.slept) <= 60


def test_a_fault_that_stays_is_raised_after_the_third_try():
    desk = Waiter()
    with pytest.raises(Unreachable, match="third"):
        patiently(desk, failing(Unreachable("first"), Unreachable("second"), Unreachable("third")))


def test_what_repetition_cannot_mend_is_not_repeated():
    desk = Waiter()
    with pytest.raises(Rejected):
        patiently(desk, failing(Rejected("no")))
    assert desk.clock.slept == []


def test_only_who_names_a_time_is_waited_for():
    assert asked_wait(RateLimited("wait")) is None
    assert asked_wait(Unreachable("gone")) is None
    assert asked_wait(None) is None


@pytest.fixture
def planned(stage):
    number = stage.issue("Add a colour")
    desk = stage.desk({number: [GOOD]})
    night, _ = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()))
    (issue,) = plan_night(desk, open_night(desk, night))
    return desk, night, issue


def test_an_issue_whose_night_lost_github_is_parked_with_the_reason_and_told_later(stage, planned):
    desk, night, issue = planned
    park(desk, night, issue.number, Unreachable("GitHub does not answer"))
    row = desk.ledger.issue(night, issue.number)
    assert (row.status, row.reason.split(";")[0]) == ("parked", "GitHub does not answer")
    assert report_issue(desk, night, issue.number).status == "parked"
    crashed(summarize_night(desk, night))


@pytest.mark.slow
def test_a_night_in_which_github_is_down_ends_parked_not_crashed(stage, planned):
    desk, night, issue = planned
    stage.running.order(Fault("/", times=1000, status=503))
    told = []
    execute_issue(Hurried(desk), open_night(desk, night), issue, lambda step, number: told.append(step))
    assert desk.ledger.issue(night, issue.number).status == "parked"
    assert any(step.startswith("parked") for step in told)
    stage.forge.faults.clear()
    assert report_issue(desk, night, issue.number).status == "parked"


class Hurried:
    """A desk on which waiting takes no time."""

    def __init__(self, desk):
        self._desk = desk
        self.clock = Sleepless()

    def __getattr__(self, name):
        return getattr(self._desk, name)


class Sleepless(SystemClock):
    def sleep(self, seconds):
        return
