"""Frames hold what their documentation says, whether there is history or none."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.domain.periods import Period, span_of
from include.overnight.ports.history import HEADER
from include.overnight.reports.columns import TABLES
from include.overnight.reports.frames import columns, load, within

MARCH = span_of(Period.MONTH, datetime(2026, 3, 14, tzinfo=UTC).date())


@pytest.mark.parametrize("table", TABLES)
def test_every_frame_has_the_documented_columns_and_dtypes(frames, table):
    frame = getattr(frames, table)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == {
        column.name: column.dtype for column in TABLES[table]
    }


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_history_gives_frames_of_the_same_shape(empty, frames, table):
    frame = getattr(load(empty), table)
    assert len(frame) == 0
    assert list(frame.dtypes.astype("str")) == list(getattr(frames, table).dtypes.astype("str"))


def test_the_documentation_is_a_frame_itself(frames):
    told = columns("attempts")
    assert list(told["column"]) == list(frames.attempts.columns)
    assert told.set_index("column").loc["cost_usd", "unit"] == "US$"
    assert all(columns()["meaning"])


def test_counts_and_money_agree_with_the_ledger(frames, database):
    assert len(frames.events) == database.ledger.count(EventQuery(limit=None)).total
    assert len(frames.nights) == 118
    assert frames.costs["usd"].sum() == pytest.approx(frames.attempts["cost_usd"].sum(), abs=1e-3)
    assert frames.nights["success"].sum() == (frames.issues["outcome"] == "success").sum()


def test_a_repository_is_named_by_its_full_name_in_any_case_or_by_its_node_id(database, frames):
    by_name, by_id = (load(database, repository=name) for name in ("ACME/box", "R_acme/box"))
    assert set(by_name.attempts["repository"]) == {"acme/box"}
    assert len(by_name.events) == len(by_id.events) < len(frames.events)
    assert len(load(database, repository="nobody/nothing").nights) == 0


def test_a_repository_is_found_though_its_first_night_was_refused_before_github_was_asked(empty):
    for node in ("name:acme/box", "R_1"):
        empty.ledger.append(
            Event(
                EventType.OVERNIGHT_EXECUTION_SKIPPED,
                "outside the window",
                repository=node,
                night=f"night of {node}",
                metadata={"full_name": "acme/box"},
            )
        )
    assert list(load(empty, repository="acme/box").events["night"]) == ["night of R_1"]


def test_since_is_inclusive_and_until_is_not(database):
    first = load(database).events["at"].min().to_pydatetime()
    assert len(load(database, since=first, until=first).events) == 0
    later = load(database, since=first).events
    assert later["at"].min() == pd.Timestamp(first)


def test_a_backfilled_night_belongs_to_the_day_it_ran_and_to_the_day_it_stands_for(frames):
    (night,) = frames.nights[frames.nights["trigger"] == "backfill"].itertuples()
    assert (night.night_date.date().isoformat(), night.ran_date.date().isoformat()) == (
        "2026-02-28",
        "2026-03-15",
    )
    ran, stands = within(frames, MARCH), within(frames, MARCH, "night_date")
    assert len(ran.nights) == len(stands.nights) + 1
    assert len(ran.attempts) > len(stands.attempts)


def test_an_escalation_knows_how_its_attempt_ended(frames):
    assert set(frames.escalations["outcome"]) == {"accepted", "gates_failed"}


def test_what_was_tombstoned_is_left_out_and_breaks_nothing(empty):
    stored = empty.ledger.append(
        Event(EventType.LESSON_LEARNT, "never print the key", metadata={"rule": "x"})
    )
    empty.ledger.tombstone(stored[0].id, who="Ada", why="a secret")
    loaded = load(empty)
    assert len(loaded.lessons) == 0
    assert set(loaded.events["type"]) == {"lesson_learnt", "governance_note"}


def test_headers_come_in_pages_and_scans_event_by_event_in_the_same_order(database):
    query = EventQuery(limit=None, oldest_first=True)
    pages = list(database.ledger.headers(query, page=500))
    assert max(map(len, pages)) <= 500
    ids = [dict(zip(HEADER, row, strict=True))["id"] for page in pages for row in page]
    assert ids == [event.id for event in database.ledger.scan(query)]


def test_a_pull_request_that_was_merged_or_closed_says_so_and_a_closed_one_is_not_accepted(empty):
    from bench.synthetic import Past, nights
    from include.overnight.domain.events import Event, EventType
    from include.overnight.reports.frames import load
    from include.overnight.reports.measures import totals

    from .conftest import DUE, FIRST

    (night, *_) = nights(Past(), [DUE[0][0]], FIRST, 1)
    empty.ledger.append(*night)
    done = [event for event in night if event.type is EventType.ISSUE_EXECUTION_COMPLETED]
    kinds = (EventType.PULL_REQUEST_MERGED, EventType.PULL_REQUEST_CLOSED)
    before = totals(load(empty))
    for kind, event in zip(kinds, done, strict=False):
        told = {"nights": [event.night]}
        empty.ledger.append(
            Event(
                kind,
                "settled",
                night=event.night,
                repository=event.repository,
                issue=event.issue,
                metadata=told,
            )
        )
    after, issues = totals(load(empty)), load(empty).issues
    assert (before["merged"], after["merged"]) == (0, 1)
    assert after["accepted"] == before["accepted"] - 1
    states = set(issues["pull_request_state"].astype("str"))
    assert states == {"", "merged", "closed"}
    assert issues.loc[issues["pull_request_state"] == "merged", "settled_at"].notna().all()
