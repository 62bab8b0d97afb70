"""A night's steps in a process of their own, which may be told to die on the way."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic

from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.failpoints import arm
from include.overnight.services.building import build_issue
from include.overnight.services.judging import judge_change
from include.overnight.services.planning import plan_night
from include.overnight.services.publishing import publish_change
from include.overnight.services.reading import open_night
from include.overnight.services.reporting import report_issue
from include.overnight.services.summarizing import summarize_night
from include.overnight.settings import load_settings

from ..fakes import ScriptedBuilder, StagedDesk, writes
from ..staging import REPOSITORY, TOKEN

NIGHT = "01900000-0000-7000-8000-000000000001"
NUMBER = 1
LONGEST = 90.0
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [__name__, "include.overnight.adapters.git", "include.overnight.adapters.github",
     "include.overnight.adapters.ledger", "include.overnight.adapters.gates", "sqlalchemy.dialects.sqlite",
     "include.overnight.adapters.sandbox", "include.overnight.adapters.storage"]
)  # fmt: skip
"""What a night imports is imported once, in a process with one thread, and every player is a fork of it."""


def begin(desk: StagedDesk) -> None:
    """Admit and plan."""
    night, admission = begin_night(desk, REPOSITORY, trigger="cli", night=NIGHT)
    assert admission.admitted, admission.reason
    plan_night(desk, open_night(desk, night))


STEPS: dict[str, Callable[[StagedDesk], object]] = {
    "plan": begin,
    "build": lambda desk: build_issue(desk, NIGHT, NUMBER),
    "judge": lambda desk: judge_change(desk, NIGHT, NUMBER),
    "publish": lambda desk: publish_change(desk, NIGHT, NUMBER),
    "report": lambda desk: report_issue(desk, NIGHT, NUMBER),
    "summarize": lambda desk: summarize_night(desk, NIGHT),
}
"""The tasks of one issue's night, in order."""


def desk_at(home: Path) -> StagedDesk:
    """Return the desk of a stage, with a builder that writes one file."""
    credentials = from_environment({"GITHUB_TOKEN": TOKEN}, frozenset())
    scripted = ScriptedBuilder({NUMBER: [writes("colour.py", "RED = 1\n")]})
    return StagedDesk(load_settings(home / "overnight.toml", {}), credentials, scripted=scripted)


def play(home: Path, steps: Sequence[str], word: str = "") -> tuple[int, float]:
    """Play steps in another process; return how it ended, as subprocess says it, and after how long."""
    return run(_play, home, tuple(steps), word)


def begin_playing(home: Path, steps: Sequence[str]) -> BaseProcess:
    """Begin to play steps in another process."""
    return start(_play, home, tuple(steps), "")


def run(target: Callable[..., None], *arguments: object) -> tuple[int, float]:
    """Run a function of a module in another process to its end."""
    began = monotonic()
    process = start(target, *arguments)
    process.join(LONGEST)
    assert process.exitcode is not None, "the process did not end"
    return process.exitcode, monotonic() - began


def start(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Begin a function of a module in another process."""
    process = _PROCESSES.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def _play(home: Path, steps: Sequence[str], word: str) -> None:
    log = (home / "player.log").open("a")
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = log
    desk = desk_at(home)
    arm(word)
    for step in steps:
        STEPS[step](desk)
