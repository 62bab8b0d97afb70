"""How many events a second the ledger takes from processes that append at once, chain and all.

`python -m bench.ledger_append [PROCESSES] [APPENDS]`: a SQLite file always, PostgreSQL where
OVERNIGHT_BENCH_POSTGRESQL names an empty database (it is upgraded, and filled).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from pathlib import Path

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.events import Event, EventType


def append_many(url: str, night: str, appends: int) -> None:
    """Append one event after the other, as a build does."""
    ledger = LedgerDatabase(url).ledger
    for number in range(appends):
        metadata = {
            "tier": "gpt-4",
            "outcome": "accepted",
            "tokens": number,
            "cost_usd": "0.01",
            "seconds": 1.0,
        }
        ledger.append(
            Event(EventType.ATTEMPT_FINISHED, "Attempt finished", night=night, issue=1, metadata=metadata)
        )


def measure(url: str, processes: int, appends: int) -> None:
    """Print the rate of appends into one night and into a night each, and the rate of verification."""
    upgrade(url)
    for name, nights in (("one night", 1), ("a night each", processes)):
        workers = [
            multiprocessing.Process(target=append_many, args=(url, f"{name} {number % nights}", appends))
            for number in range(processes)
        ]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        seconds = time.perf_counter() - began
        total = processes * appends
        failed = sum(worker.exitcode != 0 for worker in workers)
        print(f"  {name}: {total} appends in {seconds:.2f} s = {total / seconds:.0f}/s, {failed} failed")
    began = time.perf_counter()
    findings = LedgerDatabase(url).ledger.verify()
    seconds = time.perf_counter() - began
    print(f"  verify: {2 * processes * appends} events in {seconds:.2f} s, {findings or 'whole'}")


def main() -> None:
    """Measure both databases."""
    processes, appends = (int(text) for text in (sys.argv[1:] + ["8", "100"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        print(f"SQLite, {processes} processes:")
        measure(f"sqlite:///{Path(folder) / 'ledger.db'}", processes, appends)
    if url := os.environ.get("OVERNIGHT_BENCH_POSTGRESQL"):
        print(f"PostgreSQL, {processes} processes:")
        measure(url, processes, appends)


if __name__ == "__main__":
    main()
