"""Every event as Parquet, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..domain.events import Event, EventQuery
from ..ports.history import History

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("type", pa.string()),
        ("severity", pa.string()),
        ("description", pa.string()),
        ("repository", pa.string()),
        ("night", pa.string()),
        ("issue", pa.int64()),
        ("attempt", pa.string()),
        ("dry_run", pa.bool_()),
        ("schema_version", pa.int32()),
        ("metadata", pa.string()),
    ]
)
"""`metadata` is JSON text: its keys differ from type to type."""


def export_parquet(
    ledger: History,
    path: Path,
    since: datetime | None = None,
    until: datetime | None = None,
    page: int = 20_000,
) -> int:
    """Write matching events to a file, oldest first, and return how many."""
    found = ledger.scan(EventQuery(since=since, until=until, limit=None, oldest_first=True))
    count = 0
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for events in _pages(found, page):
            writer.write_table(pa.Table.from_pylist([_row(event) for event in events], schema=SCHEMA))
            count += len(events)
    return count


def _pages(found: Iterator[Event], page: int) -> Iterator[list[Event]]:
    while events := list(islice(found, page)):
        yield events


def _row(event: Event) -> dict[str, object]:
    plain = {name: getattr(event, name) for name in SCHEMA.names if name != "metadata"}
    return {
        **plain,
        "type": str(event.type),
        "severity": str(event.severity),
        "metadata": json.dumps(event.metadata, sort_keys=True, default=str),
    }
