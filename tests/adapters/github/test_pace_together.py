"""The pace of all workers together: whatever they do and when, GitHub's limits are kept, on a fake clock."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from include.overnight.adapters.github import Pace
from include.overnight.adapters.ledger import upgrade

from .together import Step, Told, write_together

HAIR = 1e-3
"""Seconds that are lost when floats become datetimes."""
_THOUGHT = st.one_of(st.just(0.0), st.floats(0, 3), st.floats(30, 400))
_HOLD = st.one_of(st.just(0.0), st.just(0.0), st.just(0.0), st.floats(1, 90))
_SCRIPTS = st.lists(st.lists(st.tuples(_THOUGHT, _HOLD), max_size=25), min_size=2, max_size=5)
_OF_FOUR = st.lists(st.lists(st.tuples(_THOUGHT, _HOLD), max_size=12), min_size=4, max_size=4)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to copy."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    upgrade(f"sqlite:///{path}")
    return path


@contextmanager
def ledger_like(empty: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty, folder)
        yield f"sqlite:///{folder}/{empty.name}"


def most_in(window: float, writes: tuple[float, ...]) -> int:
    """Return how many writes the fullest window of so many seconds holds."""
    first, most = 0, 0
    for last, at in enumerate(writes):
        while writes[first] <= at - window + HAIR:
            first += 1
        most = max(most, last - first + 1)
    return most


def require_limits(told: Told, pace: Pace) -> None:
    spacing = pace.seconds_between_writes
    assert all(later - earlier >= spacing - HAIR for earlier, later in pairwise(told.writes))
    assert most_in(60.0, told.writes) <= pace.writes_per_minute <= 80
    assert most_in(3600.0, told.writes) <= pace.writes_per_hour <= 500
    for began, ended in told.holds:
        assert not [at for at in told.writes if began + HAIR < at < ended - HAIR], (began, ended)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts=_SCRIPTS)
def test_threads_keep_every_limit_and_every_hold_in_any_interleaving(
    empty: Path, scripts: list[list[Step]]
) -> None:
    with ledger_like(empty) as url:
        require_limits(write_together(url, Pace(), scripts, processes=False), Pace())


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts=_OF_FOUR)
def test_four_processes_keep_every_limit_and_every_hold_in_any_interleaving(
    empty: Path, scripts: list[list[Step]]
) -> None:
    with ledger_like(empty) as url:
        require_limits(write_together(url, Pace(), scripts, processes=True), Pace())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(per_minute=st.integers(2, 10), per_hour=st.integers(11, 30), scripts=_OF_FOUR)
def test_any_smaller_pace_is_kept_as_well(
    empty: Path, per_minute: int, per_hour: int, scripts: list[list[Step]]
) -> None:
    pace = Pace(0.5, per_minute, per_hour)
    with ledger_like(empty) as url:
        require_limits(write_together(url, pace, scripts, processes=False), pace)


def test_a_burst_of_four_processes_fills_the_hour_and_no_more(empty: Path) -> None:
    with ledger_like(empty) as url:
        told = write_together(url, Pace(), [[(0.0, 0.0)] * 130] * 4, processes=True)
    require_limits(told, Pace())
    assert most_in(3600.0, told.writes) == Pace().writes_per_hour
    assert told.writes[-1] >= 3600


def test_what_one_worker_is_told_to_wait_all_of_them_wait(empty: Path) -> None:
    scripts: list[list[Step]] = [[(0.0, 300.0)], *([[(5.0, 0.0)] * 3] * 3)]
    with ledger_like(empty) as url:
        told = write_together(url, Pace(), scripts, processes=True)
    require_limits(told, Pace())
    assert len([at for at in told.writes if at < 300]) == 1
