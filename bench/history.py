"""A long history: append, query, statistics, full verification and the monthly report.

`python -m bench.history`: BENCH_EVENTS events (1,000,000 unless told otherwise) on a SQLite file, and on
PostgreSQL where OVERNIGHT_BENCH_POSTGRESQL names an empty database (it is upgraded, and filled). Ratios are
of one run on one machine; seconds mean nothing elsewhere.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine, insert

from bench.synthetic import Past, Shape, store_bookings
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.ledger.engine import parse_url
from include.overnight.domain.events import Event, EventQuery, EventType

FIRST = datetime(2025, 9, 1, 2, tzinfo=UTC)
DAYS = 210
REPOSITORIES = ("acme/pantry", "acme/box", "acme/site", "acme/api")
BATCH = 1_000

plain = Table(
    "bench_plain",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("type", String(64)),
    Column("at", String(32)),
    Column("body", Text),
)


def timed(work: Callable[[], object]) -> float:
    """Return seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def fill(url: str, total: int) -> tuple[float, int]:
    """Append so many events in batches; return seconds in the ledger and how many there are."""
    ledger = LedgerDatabase(url).ledger
    nights = DAYS * len(REPOSITORIES)
    past = Past(Shape(issues=8, padding=max(0, total // nights - 60)))
    spent, written = 0.0, 0
    waiting: list[Event] = []
    for place in count():
        if written >= total:
            break
        began = FIRST + timedelta(days=place // len(REPOSITORIES) % DAYS, minutes=place)
        waiting += past.night(REPOSITORIES[place % len(REPOSITORIES)], began)
        while len(waiting) >= min(BATCH, total):
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            spent += timed(lambda batch=batch: ledger.append(*batch))  # type: ignore[misc]
            written += len(batch)
        store_bookings(url, past)
    return spent, written


def fill_plain(url: str, total: int) -> float:
    """Insert as many rows into a plain table in batches of the same size; return seconds."""
    engine = create_engine(parse_url(url))
    plain.metadata.create_all(engine)
    body, at = "x" * 350, FIRST.isoformat()
    began = time.perf_counter()
    for start in range(0, total, BATCH):
        rows = [
            {"id": number, "type": "note", "at": at, "body": body}
            for number in range(start, min(total, start + BATCH))
        ]
        with engine.begin() as connection:
            connection.execute(insert(plain), rows)
    seconds = time.perf_counter() - began
    plain.metadata.drop_all(engine)
    engine.dispose()
    return seconds


def report(url: str) -> None:
    """Make the monthly report in this process and print seconds and peak megabytes."""
    from include.overnight.domain.periods import Period
    from include.overnight.reports.making import report_on
    from include.overnight.reports.report import Facts

    day = (FIRST + timedelta(days=DAYS - 10)).date()
    facts = Facts(FIRST + timedelta(days=DAYS))
    database = LedgerDatabase(url)
    seconds = timed(lambda: report_on(database, Period.MONTH, day, facts))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  monthly report: {seconds:.1f} s, peak {peak:.0f} MB")


def measure(name: str, url: str, total: int) -> None:
    """Print the figures of one database."""
    print(f"{name}, {total:,} events:", flush=True)
    upgrade(url)
    bare = fill_plain(url, total)
    spent, written = fill(url, total)
    print(f"  append: {written / spent:,.0f}/s, {spent / bare * total / written:.1f} times a plain insert")
    ledger = LedgerDatabase(url).ledger
    one = ledger.events(EventQuery(types=(EventType.ATTEMPT_FINISHED,), limit=1))[0]
    queries = {
        "newest 50": EventQuery(limit=50),
        "50 of a type since a day": EventQuery(
            types=(EventType.MODEL_ESCALATION,), since=one.at, until=None, limit=50
        ),
        "all of an issue": EventQuery(repository=one.repository, issue=1, limit=100),
        "all of a night": EventQuery(night=one.night, limit=1_000),
    }
    for words, query in queries.items():
        print(f"  {words}: {timed(lambda query=query: ledger.events(query)) * 1000:.1f} ms")  # type: ignore[misc]
    print(f"  statistics: {timed(lambda: ledger.count(EventQuery(limit=None))):.2f} s")
    findings: list[tuple[str, ...]] = []
    seconds = timed(lambda: findings.append(ledger.verify()))
    print(
        f"  full verify: {seconds:.1f} s, {written / seconds:,.0f}/s, {findings[0][:1] or 'whole'}",
        flush=True,
    )
    # A process of its own, so that the peak is the report's alone.
    subprocess.run([sys.executable, "-m", "bench.history", "--report", url], check=True)


def main() -> None:
    """Measure both databases."""
    if sys.argv[1:2] == ["--report"]:
        report(sys.argv[2])
        return
    total = int(os.environ.get("BENCH_EVENTS", "1000000").replace("_", "").replace(",", ""))
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{Path(folder) / 'ledger.db'}", total)
    if url := os.environ.get("OVERNIGHT_BENCH_POSTGRESQL"):
        measure("PostgreSQL", url, total)


if __name__ == "__main__":
    main()
