"""A night as it happens: bars in a terminal, a line for each step anywhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ..assembly import Overnight
from ..domain.events import Event, EventQuery
from ..domain.nights import Night
from ..services.leafing import cursor_of, events_after
from ..services.progressing import Progress as Standing
from ..services.progressing import Stage, progress
from ..services.running import Watch
from .console import complain, errors, plain

PAUSE = 1.0
"""Seconds between two looks into the ledger."""
_SHOWN = 8
"""Issues at work that have a bar of their own."""
_TITLE, _WHY = 32, 48
_STEPS = tuple(Stage)


class News:
    """What was written about a night since the last look."""

    def __init__(self, house: Overnight, night: str) -> None:
        self._house, self._query, self._cursor = house, EventQuery(night=night), ""

    def read(self) -> tuple[Event, ...]:
        """Return new events, oldest first."""
        found = events_after(self._house, self._query, self._cursor)
        if found:
            self._cursor = cursor_of(found[-1])
        return found


class Bars:
    """One bar for the night, and one for each issue at work."""

    def __init__(self, house: Overnight, console: Console = errors) -> None:
        self._house = house
        self.drawn = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[word]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._whole = self.drawn.add_task("planning", total=None, word="")
        self._issues: dict[int, TaskID] = {}

    def show(self, night: Night) -> None:
        """Draw a night as it stands now."""
        rows = progress(self._house, night)
        over = [row for row in rows if row.stage is Stage.DONE]
        if rows:
            dollars = sum(row.cost_usd for row in rows)
            self.drawn.update(
                self._whole,
                description=plain(night.full_name),
                total=len(rows),
                completed=len(over),
                word=f"{len(over)} of {len(rows)} issues, ${dollars:.2f}",
            )
        self._show_issues([row for row in rows if row.stage not in (Stage.DONE, Stage.AWAIT)][:_SHOWN])

    def _show_issues(self, at_work: list[Standing]) -> None:
        for number in self._issues.keys() - {row.issue.number for row in at_work}:
            self.drawn.remove_task(self._issues.pop(number))
        for row in at_work:
            number = row.issue.number
            if number not in self._issues:
                title = _cut(f"#{number} {row.issue.title}", _TITLE)
                self._issues[number] = self.drawn.add_task(title, total=len(_STEPS) - 1, word="")
            word = f"{row.stage} {_cut(row.reason, _WHY)}"
            self.drawn.update(self._issues[number], completed=_STEPS.index(row.stage), word=word)


def _cut(text: str, longest: int) -> str:
    line = " ".join(plain(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


@contextmanager
def shown_steps(house: Overnight, night: str, as_json: bool = False) -> Iterator[Watch]:
    """Yield what to tell of each step of a night in this process; a terminal shows bars meanwhile."""
    if as_json or not errors.is_terminal:
        yield told
        return
    bars, over = Bars(house), threading.Event()
    thread = threading.Thread(target=_draw, args=(bars, house, night, over), name="bars", daemon=True)
    with bars.drawn:
        thread.start()
        try:
            yield _only_trouble
        finally:
            over.set()
            thread.join(timeout=5)


def _draw(bars: Bars, house: Overnight, night: str, over: threading.Event) -> None:
    news = News(house, night)
    while not over.wait(PAUSE):
        with suppress(Exception):  # a picture that fails must not end a night
            if news.read() and (found := house.ledger.night(night)):
                bars.show(found)


def _only_trouble(step: str, issue: int | None) -> None:
    """Print what bars cannot show above them: "crashed: …", "parked: …"."""
    if ":" in step:
        told(step, issue)


def told(step: str, issue: int | None) -> None:
    """Print one step to stderr."""
    complain(f"{step} #{issue}" if issue else step, "dim")
