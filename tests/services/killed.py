"""Take one issue through a night's steps in a process that is killed at a chosen moment.

Run as `python -m tests.services.killed SETTINGS NIGHT NUMBER MOMENT`, with the moment "attempt", or
"before KEY" for the moment before what stands on GitHub under that key is recorded, or "after TYPE" for
the moment after an event of that type was appended, or "after push".
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from include.overnight.adapters.git import GitWorkspace
from include.overnight.adapters.ledger.events import SqlLedger
from include.overnight.adapters.ledger.records import SqlRecords
from include.overnight.credentials import from_environment
from include.overnight.services.building import build_issue
from include.overnight.services.judging import judge_change
from include.overnight.services.publishing import publish_change
from include.overnight.services.reporting import report_issue
from include.overnight.settings import load_settings

from ..fakes import ScriptedBuilder, StagedDesk, writes
from ..staging import TOKEN


def die(*_: object) -> None:
    """End as a worker ends whose machine is switched off."""
    os.kill(os.getpid(), signal.SIGKILL)


def _named(event: Any) -> str:
    """Return the moment of the checkpoint that holds a built change."""
    return "after the builder" if event.metadata.get("built") else ""


def arm(moment: str) -> None:
    """Make this process die at the moment."""
    append, record, push = SqlLedger.append, SqlRecords.record_publication, GitWorkspace.push

    def appended(self: SqlLedger, *events: Any, **more: Any) -> Any:
        written = append(self, *events, **more)
        if any(moment in (f"after {event.type}", _named(event)) for event in events):
            die()
        return written

    def recorded(self: SqlRecords, repository: str, key: str, value: str) -> None:
        if moment == f"before {key}":
            die()
        record(self, repository, key, value)

    def pushed(self: GitWorkspace, *change: Any) -> None:
        push(self, *change)
        if moment == "after push":
            die()

    GitWorkspace.push = pushed  # type: ignore[method-assign]
    SqlLedger.append = appended  # type: ignore[method-assign]
    SqlRecords.record_publication = recorded  # type: ignore[method-assign]


def main(settings: str, night: str, number: int, moment: str) -> None:
    """Play the issue's steps until the moment comes."""
    arm(moment)
    deed = die if moment == "attempt" else writes("colour.py", "RED = 1\n")
    credentials = from_environment({"GITHUB_TOKEN": TOKEN}, frozenset())
    loaded = load_settings(Path(settings), {})
    desk = StagedDesk(loaded, credentials, scripted=ScriptedBuilder({number: [deed]}))
    build_issue(desk, night, number)
    judge_change(desk, night, number)
    publish_change(desk, night, number)
    report_issue(desk, night, number)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
