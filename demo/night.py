"""`python -m demo.night [--up | --down] [--night desktop]`: play one whole night on this machine."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from include.overnight.beginning import night_id
from include.overnight.domain.events import EventQuery
from include.overnight.domain.nights import document
from include.overnight.ports import Ledger

from .accounts import Bill, read_bill
from .airflow_home import PROJECT
from .checking import Check, check_bill, check_night
from .deployment import COMPONENTS, FINISHED, Deployment
from .showing import show_checks, show_night
from .stage import DAG_ID, JOURNALS, Stage

HOME = PROJECT / "build" / "demo"
UI_PORT = 8080
LONGEST_NIGHT = 1800.0
"""Seconds."""
NARROWEST = 150
"""Columns of a table that nobody folds; a pipe has no width of its own."""


def main() -> int:
    """Play a night and take everything down, or leave it up, or take down what was left up."""
    parser = argparse.ArgumentParser(prog="python -m demo.night", description=__doc__)
    parser.add_argument("--up", action="store_true", help=f"leave it running, the UI on port {UI_PORT}")
    parser.add_argument("--down", action="store_true", help="stop what --up left running")
    parser.add_argument("--home", type=Path, help="where everything is kept")
    parser.add_argument(
        "--night", choices=("backlog", "desktop"), default="backlog", help="which story is played"
    )
    options = parser.parse_args()
    stage, console = Stage(options.home or HOME), Console()
    if not console.is_terminal:
        console.width = NARROWEST
    if options.night == "desktop":
        from .desktop import HOME as DESKTOP
        from .desktop import play

        return play(options.home or DESKTOP, console)
    if options.down:
        console.print("stopped" if stage.is_up else "nothing was running")
        stage.take_down()
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that `finally` runs
    try:
        return _play(stage, console, stay_up=options.up)
    except (RuntimeError, OSError) as error:
        print(f"the demo stopped: {error}", file=sys.stderr)
        return 1


def _play(stage: Stage, console: Console, *, stay_up: bool) -> int:
    succeeded = False
    try:
        console.print(f"setting up a forge, a model and an Airflow in {stage.home} …")
        deployment = stage.set_up(UI_PORT if stay_up else None)
        console.print(f"Airflow is on {deployment.url} (admin / admin); the night begins")
        journals = {file: slice(_size(file), None) for file in (stage.home / name for name in JOURNALS)}
        state, night = play_night(stage, deployment, console)
        bill = read_bill(stage.ledger_url, night["night"], journals)
        checks = check(stage, night, bill)
        show_night(night, bill.total, console)
        show_checks(checks, console)
        holds = all(one.holds for one in checks)
        succeeded = state == "success" and night["status"] == "completed" and holds
        console.print(f"the DAG's run: {state}; night.json and env lie in {stage.home}")
    finally:
        # Whatever went wrong is easier to look at while it runs, but only for somebody who asked for that.
        if not stay_up:
            stage.take_down()
    if stay_up:
        console.print(
            f"still running until `make down`; `source {stage.home / 'env'}` to use it from a shell"
        )
    return 0 if succeeded else 1


def play_night(stage: Stage, deployment: Deployment, console: Console) -> tuple[str, dict[str, Any]]:
    """Trigger one night and watch it; return the run's state and night.json's content.

    :raises TimeoutError: it did not end within `LONGEST_NIGHT`.
    """
    ledger = _ledger(stage)
    run_id = deployment.trigger(DAG_ID, {"dry_run": False})
    shown: set[int] = set()
    end = time.monotonic() + LONGEST_NIGHT
    while True:
        deployment.processes.check(COMPONENTS)
        state = deployment.run_state(DAG_ID, run_id)
        night = _night_of(ledger, run_id)
        _show_progress(night, shown, console)
        if state in FINISHED:
            break
        if time.monotonic() > end:
            raise TimeoutError(f"the night did not end within {LONGEST_NIGHT:.0f} s: {deployment.url}")
        time.sleep(1)
    if night is None:
        raise RuntimeError(
            f"run {run_id} ended as {state} and left no night: {_failures(deployment, run_id)}"
        )
    (stage.home / "night.json").write_text(json.dumps(night, indent=2) + "\n")
    return state, night


def check(stage: Stage, night: Mapping[str, Any], bill: Bill) -> list[Check]:
    """Return whether the bill is right, and of the first night whether it showed what it is there for."""
    ledger = _ledger(stage)
    if len(ledger.nights()) > 1:
        return [check_bill(bill)]
    events = ledger.events(EventQuery(night=night["night"], limit=None, oldest_first=True))
    return [*check_night(night, events), check_bill(bill)]


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _failures(deployment: Deployment, run_id: str) -> str:
    """Name the tasks that failed, with the last line each of them logged."""
    failed = [task for task in deployment.task_instances(DAG_ID, run_id) if task.state == "failed"]
    words = []
    for task in failed:
        log = deployment.task_log(
            DAG_ID, run_id, task.task_id, map_index=task.map_index, tried=task.try_number
        )
        words.append(f"{task.task_id}: " + "; ".join(log.splitlines()[-4:]))
    return "\n".join(words) or "no task failed"


def _ledger(stage: Stage) -> Ledger:
    from include.overnight.adapters.ledger import LedgerDatabase

    return LedgerDatabase(stage.ledger_url).ledger


def _night_of(ledger: Ledger, run_id: str) -> dict[str, Any] | None:
    """Return night.json's content of a run's night, None while it has not begun."""
    of_this_run = (
        night.id for night in ledger.nights() if night.id == night_id(night.repository, DAG_ID, run_id)
    )
    night = ledger.night(next(of_this_run, ""))
    return document(night) if night else None


def _show_progress(night: Mapping[str, Any] | None, shown: set[int], console: Console) -> None:
    """Print a line for each issue that has come to its end since the last time."""
    for row in night["issues"] if night else ():
        if row["status"] and row["number"] not in shown:
            shown.add(row["number"])
            console.print(f"  #{row['number']:<3} {row['status']}", style="dim", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
