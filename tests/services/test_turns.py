"""A priority set while a night runs: what has not begun is sequenced anew."""

import pytest

from include.overnight.adapters.ledger import uuid7
from include.overnight.beginning import begin_night
from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.events import EventType
from include.overnight.services.concluding import conclude
from include.overnight.services.overviewing import node_id
from include.overnight.services.planning import plan_night
from include.overnight.services.prioritizing import set_priority
from include.overnight.services.reading import open_night
from include.overnight.services.turns import turns_of
from include.overnight.services.waiting import look

from ..fakes import writes
from ..staging import REPOSITORY

GOOD = writes("colour.py", "RED = 1\n")


def planned(stage, count=4, **settings):
    numbers = [stage.issue(f"Issue {n}") for n in range(count)]
    desk = stage.desk(settings="\n".join(f"{name} = {value}" for name, value in settings.items()))
    night, _ = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()), params={})
    opened = open_night(desk, night)
    plan_night(desk, opened)
    return desk, opened, numbers


def want(desk, number, priority=1):
    set_priority(desk, node_id(desk, REPOSITORY), number, priority, who="ann", why="the release waits")


def begin(desk, night, number):
    desk.ledger.append(night.event(EventType.ATTEMPT_STARTED, f"#{number}", issue=number))


def test_a_night_in_one_process_takes_the_issue_next_that_was_put_first_meanwhile(stage):
    numbers = [stage.issue(f"Issue {n}") for n in range(4)]
    desk = stage.desk({number: [GOOD] for number in numbers})

    def urgent(tree):
        GOOD(tree)
        want(desk, numbers[3])

    desk.scripted.scripts = {**desk.scripted.scripts, numbers[0]: [urgent]}
    stage.night(desk, dry_run=True)
    built = [commission.issue.number for commission in desk.scripted.commissions]
    assert built == [numbers[0], numbers[3], numbers[1], numbers[2]]


def test_one_issue_at_a_time_the_next_turn_goes_to_the_one_that_was_put_first(stage):
    desk, night, (first, second, third, fourth) = planned(stage, parallel_issues=1)
    begin(desk, night, first)
    want(desk, fourth)
    assert not any(look(desk, night.id, number).over for number in (second, third, fourth))
    conclude(desk, night, first, IssueStatus.FAILED, "red")
    assert [look(desk, night.id, number).over for number in (second, third, fourth)] == [False, False, True]


def test_an_issue_that_has_begun_is_not_overtaken_by_a_second_one_at_a_time(stage):
    desk, night, (first, second, *_) = planned(stage, parallel_issues=1)
    begin(desk, night, second)
    assert not look(desk, night.id, first).over
    conclude(desk, night, second, IssueStatus.JUDGED, "green")
    assert look(desk, night.id, first).over


def test_a_build_gives_way_only_where_people_changed_the_order(stage):
    desk, night, (first, second, _, fourth) = planned(stage, parallel_issues=2)
    turns = turns_of(desk, night.id)
    assert turns.gives_way_to(fourth) == ()
    begin(desk, night, first)
    want(desk, fourth)
    assert turns.gives_way_to(second) == (fourth,)
    assert turns.gives_way_to(fourth) == ()
    begin(desk, night, fourth)
    assert turns.gives_way_to(second) == ()


def test_as_many_pass_as_there_are_free_places(stage):
    desk, night, (first, second, third, fourth) = planned(stage, parallel_issues=2)
    want(desk, third, 1)
    assert turns_of(desk, night.id).gives_way_to(first) == ()
    want(desk, fourth, 2)
    assert turns_of(desk, night.id).gives_way_to(first) == (third, fourth)
    assert turns_of(desk, night.id).gives_way_to(second) == (third, fourth, first)


@pytest.mark.parametrize("why", ["it waits for a person", "it is over", "it waits for another"])
def test_nobody_gives_way_to_an_issue_that_cannot_start(stage, why):
    desk, night, (first, second, third, _) = planned(stage, parallel_issues=1)
    want(desk, third)
    assert turns_of(desk, night.id).gives_way_to(first) == (third,)
    if why == "it waits for a person":
        desk.approvals.ask(night.repository.node_id, third, "escalation:experimental", "x", night.id)
    elif why == "it is over":
        conclude(desk, night, third, IssueStatus.SKIPPED, "gone")
    else:
        want(desk, third, None)
        want(desk, second)
        conclude(desk, night, second, IssueStatus.SKIPPED, "gone")
    assert turns_of(desk, night.id).gives_way_to(first) == ()
