"""A night's process dies at every external effect in turn; run again, it ends like one that never died."""

from __future__ import annotations

import re
import signal
from time import monotonic

import pytest

from include.overnight.failpoints import POINTS
from tests.architecture.sources import python_files

from . import playing
from .picture import loose_ends, take
from .rows import ATTEMPT, ELSEWHERE, ROWS, Row

POINT = re.compile(r'(?<!def )\bfailpoint\("([^"]+)"\)')
CASES = [pytest.param(row, id=str(row), marks=[pytest.mark.slow] if row.slow else []) for row in ROWS]


@pytest.mark.parametrize("row", CASES)
def test_a_killed_step_that_runs_again_leaves_what_an_unkilled_one_leaves(theatre, tell, row: Row):
    began = monotonic()
    theatre.put_back(row.step)
    killed, _ = playing.play(theatre.home, [row.step], row.word)
    assert killed == -signal.SIGKILL, f"the step does not pass {row.word}: {theatre.log()}"
    again, _ = playing.play(theatre.home, [row.step])
    assert again == 0, theatre.log()
    stands, expected = take(theatre.forge, theatre.ledger_url), theatre.after[row.step]
    too_much, missing = stands.difference(expected)
    assert missing == []
    assert without_what_was_paid_twice(too_much, row) == []
    assert loose_ends(theatre.ledger_url) == []
    tell(row.word, row.step, "SIGKILL", row.repeats, monotonic() - began)


def without_what_was_paid_twice(too_much: list[str], row: Row) -> list[str]:
    """Return what is there too much, one request of an attempt that was cut off aside: it stays booked."""
    paid = [line for line in too_much if line.startswith(("paid ", "reserved "))]
    assert len(paid) <= (row.repeats == ATTEMPT)
    return [line for line in too_much if line not in paid]


def test_every_point_is_passed_where_the_table_says_and_killed_somewhere():
    written = [name for file in python_files("include") for name in POINT.findall(file.read_text())]
    assert set(written) == set(POINTS)
    assert {point for point in POINTS if not killed_elsewhere(point)} == {row.point for row in ROWS}


def killed_elsewhere(point: str) -> bool:
    return point in ELSEWHERE or point.partition(".")[0] in ELSEWHERE
