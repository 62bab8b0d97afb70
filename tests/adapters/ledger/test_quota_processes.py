"""Sixty-four processes want escalations at once, and many are killed: no limit is crossed, nothing leaks.

Time runs 1200 times faster than the clock, from just after midnight: three seconds are an hour, so that the
hour slides, leases expire and the day's limit is reached while everybody is still at it.
"""

import multiprocessing
import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from include.overnight.adapters.ledger import LedgerDatabase
from include.overnight.adapters.ledger.tables import escalations
from include.overnight.domain.errors import FenceLost
from include.overnight.domain.events import EventQuery, EventType
from include.overnight.ports import QuotaUse

from .builders import asking, skip_fsync

FORK = multiprocessing.get_context("fork")
PROCESSES, KILLED_WHILE_HOLDING, KILLED_ANYWHERE = 64, 16, 12
LIMITS = {"escalations_per_day": 60, "escalations_per_hour": 30, "escalations_at_once": 5}
SPEED = 1200
LEASE = 1200.0
"""Seconds of the quick clock: one of ours."""
MORNING = datetime(2026, 3, 14, 0, 5, tzinfo=UTC)


@dataclass(frozen=True)
class QuickClock:
    """Calls like `utc_now`; every process has the same one."""

    began: float

    def __call__(self):
        return MORNING + timedelta(seconds=(time.monotonic() - self.began) * SPEED)


@dataclass(frozen=True)
class Worker:
    """One process: it escalates until the day's quota is spent, and notes in a file what it holds."""

    number: int
    url: str
    clock: QuickClock
    folder: object

    def run(self):
        if self.url.startswith("sqlite"):
            skip_fsync(self.url)
        quota, dice = LedgerDatabase(self.url, now=self.clock).quota, random.Random(self.number)
        while True:
            exempt = self.number % 8 == 0  # which needs a slot too, and is done after one
            ask = asking(issue=self.number, seconds=LEASE, exempt=exempt, **LIMITS)
            grant = quota.lease(ask)
            if "used today" in grant.reason:
                return
            if grant.lease:
                self._work(quota, grant.lease, dice)
                if exempt:
                    return
            time.sleep(dice.uniform(0.1, 0.4))

    def _work(self, quota, lease, dice):
        self._note("granted", lease)
        if self.number < KILLED_WHILE_HOLDING:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(dice.uniform(0.01, 0.2))
        if self.number % 3 == 0:
            try:
                quota.renew(lease, LEASE)
            except FenceLost:
                return
        self._note("released", lease)
        quota.release(lease, "accepted")

    def _note(self, what, lease):
        line = f"{what} {lease} {self.clock().isoformat()}\n"
        with (self.folder / f"{self.number}.txt").open("a") as file:
            file.write(line)


def test_sixty_four_processes_never_cross_a_limit_and_what_is_killed_leaks_nothing(database, url, tmp_path):
    folder = tmp_path / "notes"
    folder.mkdir()
    clock = QuickClock(time.monotonic())
    workers = [FORK.Process(target=Worker(number, url, clock, folder).run) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in random.Random(7).sample(workers[KILLED_WHILE_HOLDING:], KILLED_ANYWHERE):
        time.sleep(0.1)
        worker.kill()
    for worker in workers:
        worker.join(60)
    codes = [worker.exitcode for worker in workers]
    assert set(codes) == {0, -signal.SIGKILL}
    assert codes.count(-signal.SIGKILL) >= KILLED_ANYWHERE / 2

    rows = stored(database)
    counted = [row.at for row in rows if not row.exempt]
    assert len(counted) == LIMITS["escalations_per_day"]
    assert {at.date() for at in counted} == {MORNING.date()}
    for at in counted:
        assert (
            sum(at - timedelta(hours=1) < other <= at for other in counted) <= LIMITS["escalations_per_hour"]
        )
    assert most_at_once(rows, notes(folder)) <= LIMITS["escalations_at_once"]
    assert len(notes(folder)) > 50

    reserved = database.ledger.events(EventQuery(types=(EventType.QUOTA_RESERVED,), limit=None))
    assert {event.metadata["lease"] for event in reserved} == {row.id for row in rows}
    assert database.ledger.verify() == ()
    time.sleep(LEASE / SPEED)
    after = LedgerDatabase(url, now=clock).quota
    assert after.use().concurrent == 0
    assert after.use().daily == LIMITS["escalations_per_day"]
    everyone = [after.lease(asking(exempt=True, seconds=LEASE, **LIMITS)).lease for _ in range(6)]
    assert [bool(lease) for lease in everyone] == [True] * 5 + [False]
    assert LedgerDatabase(url, now=lambda: clock() + timedelta(days=1)).quota.use() == QuotaUse(0, 0, 0)


def stored(database):
    with database.ledger._store.read() as connection:
        return connection.execute(escalations.select().order_by(escalations.c.at)).all()


def notes(folder):
    """Return what the processes themselves say they held: lease → [granted, released or nothing]."""
    found = {}
    for file in folder.iterdir():
        for line in file.read_text().splitlines():
            _, lease, moment = line.split()
            found.setdefault(lease, []).append(datetime.fromisoformat(moment))
    return found


def most_at_once(rows, held):
    """Count from the holders' own notes, and not from the columns that the quota itself counts by."""
    changes = []
    for row in rows:
        if row.id in held:
            begin, *end = held[row.id]
            until = min([*end, row.expires_at])
            changes += [(begin, 1), (until, -1)] if begin < until else []
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most
