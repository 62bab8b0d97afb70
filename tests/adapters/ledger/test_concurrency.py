"""Many processes at once, some of them killed: nothing is lost, doubled or left half done."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.domain.errors import OverBudget
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.lessons import Lesson
from include.overnight.domain.orders import ThrottleRules

from .builders import (
    NIGHT,
    OTHER_NIGHT,
    REPOSITORY,
    asking,
    attempted,
    completed,
    event,
    order,
    planned,
    started,
)

ROOT = Path(__file__).parents[3]
FORK = multiprocessing.get_context("fork")


def together(count, work):
    """Run `work(number)` in forked processes that start at the same moment; return what each returned."""
    barrier, answers = FORK.Barrier(count), FORK.SimpleQueue()

    def run(number):
        barrier.wait(30)
        try:
            answers.put((number, work(number)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent must see it
            answers.put((number, repr(error)))

    processes = [FORK.Process(target=run, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    got = dict(answers.get() for _ in processes)
    for process in processes:
        process.join(60)
    return [got[number] for number in range(count)]


def test_eight_processes_with_fifty_appends_each_lose_nothing(database, url):
    database.ledger.append(started(), planned(*range(1, 9)))

    def work(number):
        ledger = LedgerDatabase(url).ledger
        for n in range(50):
            night = NIGHT if n % 2 else OTHER_NIGHT
            ledger.append(event(description=f"{number}/{n}", night=night), attempted(number + 1))
        ledger.append(completed(OTHER_NIGHT))
        return "done"

    assert together(8, work) == ["done"] * 8
    stored = database.ledger.events(EventQuery(limit=None, oldest_first=True))
    mine = {f"{number}/{n}" for number in range(8) for n in range(50)}
    assert {each.description for each in stored} >= mine
    assert len(stored) == 2 + 8 * 50 * 2 + 8
    assert len({each.id for each in stored}) == len(stored)
    assert database.ledger.verify() == ()
    assert [len(issue.attempts) for issue in database.ledger.night(NIGHT).issues] == [50] * 8
    assert database.ledger.rebuild() == ()


def test_sixteen_processes_never_exceed_the_quota(database, url):
    def work(number):
        mine = LedgerDatabase(url)
        held, most, count = [], 0, 0
        for _ in range(4):
            limits = {"escalations_per_day": 20, "escalations_per_hour": 18, "escalations_at_once": 5}
            lease = mine.quota.lease(asking(issue=number, **limits)).lease
            count += bool(lease)
            held += [lease] if lease else []
            most = max(most, mine.quota.use().concurrent)
            if held and number % 2:
                mine.quota.release(held.pop())
        for lease in held:
            mine.quota.release(lease)
        return most, count

    answers = together(16, work)
    assert max(most for most, _ in answers) <= 5
    now = LedgerDatabase(url).quota.use()  # the processes ran on the real clock
    assert sum(count for _, count in answers) == now.hourly <= 18
    assert now.concurrent == 0


def test_sixteen_processes_claim_one_issue_and_one_gets_it(url, database):
    def work(number):
        return LedgerDatabase(url).claims.claim(REPOSITORY, 42, f"night-{number}", 600) is not None

    assert sorted(together(16, work)) == [False] * 15 + [True]


def test_the_retries_of_one_night_get_a_fence_each(url, database):
    def work(_number):
        claims = LedgerDatabase(url).claims
        return [claims.claim(REPOSITORY, 42, NIGHT, 600).fence for _ in range(5)]

    fences = [fence for answer in together(6, work) for fence in answer]
    assert sorted(fences) == list(range(1, 31))


def test_sixteen_processes_never_cross_a_dollar_limit(database, url):
    def work(number):
        budget = LedgerDatabase(url).budgets.open(order(night_usd=Decimal("2.00")), REPOSITORY, number, "a1")
        reserved = 0
        for _ in range(4):
            try:
                budget.reserve(Decimal("0.07"))
                reserved += 1
            except OverBudget:
                pass
        return reserved

    assert sum(together(16, work)) == 28
    assert database.budgets.spent(night=NIGHT) == Decimal("1.96")


def test_a_checkpoint_and_the_end_of_nights_do_not_wait_for_each_other_in_a_ring(database, url):
    def work(number):
        ledger = LedgerDatabase(url).ledger
        for n in range(10):
            if number % 2:
                assert ledger.checkpoint() == ()
            else:
                ledger.append(
                    started(f"night-{number}-{n}"), event(night=NIGHT), completed(f"night-{number}-{n}")
                )
        return "done"

    assert together(6, work) == ["done"] * 6
    assert database.ledger.verify() == ()


WRITER = """
import sys
from include.overnight.adapters.ledger import LedgerDatabase
from tests.adapters.ledger.builders import attempted, event
ledger = LedgerDatabase(sys.argv[1]).ledger
while True:
    ledger.append(event(description="one"), attempted(1), event(description="two"))
    print("appended", flush=True)
"""


@pytest.mark.parametrize("delay", [0.05, 0.11, 0.23])
def test_a_writer_that_is_killed_leaves_no_half_append(database, url, delay):
    database.ledger.append(started(), planned(1))
    command = [sys.executable, "-W", "ignore", "-c", WRITER, url]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    ) as writer:
        assert writer.stdout.readline() == b"appended\n"
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
    stored = database.ledger.events(EventQuery(limit=None, oldest_first=True))
    assert [each.description for each in stored[2:]] == ["one", "Attempt finished", "two"] * (
        (len(stored) - 2) // 3
    )
    assert len(stored) > 2
    assert len(database.ledger.night(NIGHT).issue(1).attempts) == (len(stored) - 2) // 3
    assert database.ledger.verify() == ()
    database.ledger.append(event(description="life goes on"))
    assert database.ledger.verify() == ()


def test_two_nights_at_once_never_cross_one_issues_limit(database, url):
    def work(number):
        night = NIGHT if number % 2 else OTHER_NIGHT
        asked = order(night, issue_usd=Decimal("1.00"))
        budget = LedgerDatabase(url).budgets.open(asked, REPOSITORY, 42, f"a{number}")
        reserved = 0
        for _ in range(4):
            try:
                budget.reserve(Decimal("0.09"))
                reserved += 1
            except OverBudget:
                pass
        return reserved

    assert sum(together(8, work)) == 11
    assert database.budgets.spent(repository=REPOSITORY, issue=42) == Decimal("0.99")


def test_many_workers_open_and_close_one_breaker_once_and_let_one_probe_through(database, url, clock):
    database.circuits.failed("https://models.example", "timeout")
    clock.forward(seconds=15)

    def work(_number):
        circuits = LedgerDatabase(url, now=clock).circuits
        return sum(circuits.failed("https://models.example", "timeout") for _ in range(3))

    assert sum(together(8, work)) == 1
    clock.forward(seconds=60)

    def probe(_number):
        return LedgerDatabase(url, now=clock).circuits.why_open("https://models.example") == ""

    assert sum(together(8, probe)) == 1
    events = database.ledger.events(EventQuery())
    assert [event.type for event in events] == [EventType.CIRCUIT_OPENED]


def test_many_workers_that_learn_and_ask_the_same_thing_leave_one_row_and_one_event(database, url):
    def work(number):
        mine = LedgerDatabase(url)
        mine.lessons.learn(Lesson(REPOSITORY, "Do not print", f"gate lint, issue #{number}"))
        mine.approvals.ask(REPOSITORY, 42, "escalation:experimental", "why", NIGHT)
        return "done"

    assert together(8, work) == ["done"] * 8
    assert len(database.lessons.all()) == 1
    assert len(database.approvals.queue()) == 1
    kinds = {event.type for event in database.ledger.events(EventQuery())}
    assert kinds == {EventType.LESSON_LEARNT, EventType.APPROVAL_REQUESTED}
    assert len(database.ledger.events(EventQuery())) == 2


def test_grants_that_move_the_throttle_and_nights_that_write_do_not_wait_for_each_other_in_a_ring(
    database, url
):
    rules = ThrottleRules(hourly_share=0.0)

    def work(number):
        mine = LedgerDatabase(url)
        for n in range(8):
            if number % 2:
                # Each repository's thresholds are new every time: two events of two streams in one grant.
                asked = asking(repository=f"R_{number}", throttle=replace(rules, failed_last_hour=n + 1))
                mine.quota.release(mine.quota.lease(replace(asked, exempt=True)).lease)
            else:
                mine.ledger.append(event(), event(night=""))
        return "done"

    assert together(6, work) == ["done"] * 6
    assert database.ledger.verify() == ()
