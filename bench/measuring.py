"""What `bench.ledger` measures on one database."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from statistics import median
from typing import Any

from sqlalchemy import Column, MetaData, Table, create_engine, insert, inspect, text
from sqlalchemy.sql.elements import quoted_name

from bench.synthetic import Past, Shape, store_bookings
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.ledger.engine import close_engine, parse_url
from include.overnight.adapters.ledger.tables import events, payloads
from include.overnight.domain.events import Event, EventQuery, EventType, Severity

FIRST = datetime(2025, 9, 1, 2, tzinfo=UTC)
DAYS = 210
REPOSITORIES = ("acme/pantry", "acme/box", "acme/site", "acme/api")
BATCH = 1_000
SAMPLE = 50_000
"""Rows of the plain inserts: enough for a rate."""
_ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Return seconds."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(url: str, total: int) -> dict[str, float]:
    """Fill a database and return its figures; rates a second, queries in ms, verification in seconds."""
    upgrade(url)
    past = Past(Shape(issues=8, padding=max(0, total // (DAYS * len(REPOSITORIES)) - 60)))
    sample = list(islice(_history(past), min(SAMPLE, total)))
    past.bookings = []
    figures = {"bare": _plain(url, sample, whole=False), "same": _plain(url, sample, whole=True)}
    ledger = LedgerDatabase(url).ledger
    figures["append"] = _fill(url, total)
    figures |= {f"{name}_ratio": figures[name] / figures["append"] for name in ("bare", "same")}
    figures |= _queries(ledger) | {"size": _size(url) / total}
    findings: list[tuple[str, ...]] = []
    figures["full"] = timed(lambda: findings.append(ledger.checkpoint()))
    figures["single"] = 200 / timed(lambda: [ledger.append(one) for one in sample[:200]])
    ledger.append(*sample[200:1000])
    figures["new"] = timed(lambda: findings.append(ledger.verify_new()))
    if any(findings):
        raise SystemExit(f"the ledger does not verify: {findings}")
    close_engine(url)
    return figures


def report(url: str) -> dict[str, float]:
    """Make the monthly report in this process; return seconds and peak megabytes."""
    from include.overnight.domain.periods import Period
    from include.overnight.reports.making import report_on
    from include.overnight.reports.page import page
    from include.overnight.reports.report import Facts

    day = (FIRST + timedelta(days=DAYS - 10)).date()
    facts = Facts(FIRST + timedelta(days=DAYS))
    database = LedgerDatabase(url)
    seconds = timed(lambda: page(report_on(database, Period.MONTH, day, facts)))
    return {"report": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _history(past: Past) -> Iterator[Event]:
    for place in count():
        began = FIRST + timedelta(days=place // len(REPOSITORIES) % DAYS, minutes=place)
        yield from past.night(REPOSITORIES[place % len(REPOSITORIES)], began)


def _fill(url: str, total: int) -> float:
    """Append so many events in batches; return how many a second, made-up history and money not counted."""
    ledger = LedgerDatabase(url).ledger
    past = Past(Shape(issues=8, padding=max(0, total // (DAYS * len(REPOSITORIES)) - 60)))
    history, spent = _history(past), 0.0
    for start in range(0, total, BATCH):
        batch = list(islice(history, min(BATCH, total - start)))
        spent += timed(lambda batch=batch: ledger.append(*batch))  # type: ignore[misc]
        store_bookings(url, past)
    return total / spent


def _plain(url: str, sample: Sequence[Event], *, whole: bool) -> float:
    """Insert the same rows by SQLAlchemy Core, nothing else; return how many a second.

    :param whole: into copies of our two tables with their indices, else into one table without.
    """
    metadata = MetaData()
    both = [one.to_metadata(metadata, name=f"bench_{one.name}") for one in (events, payloads)]
    for one in both:
        for index in one.indexes:
            index.name = quoted_name(f"bench_{index.name}", quote=None)
    columns = [Column(column.name, column.type) for one in (events, payloads) for column in one.columns]
    flat = Table("bench_flat", metadata, *columns)
    rows, engine = _rows(url, sample), create_engine(parse_url(url))
    metadata.create_all(engine)
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        with engine.begin() as connection:
            for table in both if whole else [flat]:
                names = table.columns.keys()
                some = [{name: row[name] for name in names} for row in rows[start : start + BATCH]]
                connection.execute(insert(table), some)
    seconds = time.perf_counter() - began
    metadata.drop_all(engine)
    engine.dispose()
    return len(rows) / seconds


def _rows(url: str, sample: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the rows that the ledger would write, got from a ledger that was not kept."""
    from include.overnight.adapters.ledger.store import Store
    from include.overnight.adapters.ledger.writing import draft

    drafts = [draft(Store(url), event) for event in sample]
    rows = []
    for number, one in enumerate(drafts):
        row = {column.name: getattr(one.event, column.name, "") for column in events.columns}
        row |= {"stream": one.stream, "seq": number, "id": f"{number:036}", "event": f"{number:036}"}
        row |= {"type": str(one.event.type), "severity": str(one.event.severity), "salt": one.salt}
        rows.append(row | {"body": one.body, "digest": "0" * 64, "hash": "0" * 64})
    return rows


def _queries(ledger: Any) -> dict[str, float]:
    one = ledger.events(EventQuery(types=(EventType.ATTEMPT_FINISHED,), limit=1))[0]
    asked = {
        "newest": EventQuery(limit=50),
        "type": EventQuery(types=(EventType.MODEL_ESCALATION,), since=one.at - timedelta(days=1), limit=50),
        "severity": EventQuery(severity=Severity.ERROR, repository=one.repository, limit=50),
        "issue": EventQuery(repository=one.repository, issue=1, limit=100),
        "night": EventQuery(night=one.night, limit=1_000),
    }
    places = ledger.tail()[1]
    work: dict[str, Callable[[], object]] = {
        name: lambda query=query: ledger.events(query)  # type: ignore[misc]
        for name, query in asked.items()
    }
    work |= {"tail": lambda: ledger.tail(places), "stats": lambda: ledger.count(EventQuery(limit=None))}
    return {name: median(timed(one) for _ in range(_ROUNDS)) * 1000 for name, one in work.items()}


def _size(url: str) -> float:
    parsed = parse_url(url)
    engine = create_engine(parsed)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pages = connection.execute(text("PRAGMA page_count")).scalar_one()
            return float(pages * connection.execute(text("PRAGMA page_size")).scalar_one())
        names = inspect(connection).get_table_names()
        sizes = [
            connection.execute(text("SELECT pg_total_relation_size(:name)"), {"name": name}).scalar_one()
            for name in names
        ]
    engine.dispose()
    return float(sum(sizes))
