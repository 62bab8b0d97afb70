"""Pull requests of ours as the ledger's events tell of them, and on what a stack stands."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from include.overnight.domain.events import Event, EventType
from include.overnight.domain.open_changes import OpenChange, fold_changes, standing_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(type_, number, **more):
    data = {"pull_request": number, "branch": f"b{number}", "head_sha": "h", "base": "main"} | more
    return Event(type_, "x", repository="R", issue=number, night="n", at=NOON, metadata=data)


def folded(*events):
    return {number: change for (_, number), change in fold_changes(events).items()}


def test_what_was_closed_and_opened_again_is_open_until_it_is_closed_anew():
    told = [event(EventType.CHANGE_PUBLISHED, 1), event(EventType.PULL_REQUEST_CLOSED, 1)]
    assert folded(*told)[1].ended == "closed"
    told.append(event(EventType.PULL_REQUEST_REOPENED, 1, state="open again"))
    assert (folded(*told)[1].ended, folded(*told)[1].reopened) == ("", True)
    assert folded(*told, told[1])[1].ended == "closed"
    assert folded(*told, told[0])[1].reopened is False


def change(number, ended="", into=""):
    return OpenChange(
        "R", number, number, f"b{number}", "h", "main", "n", NOON, ended=ended, merged_into=into
    )


@pytest.mark.parametrize(
    ("into", "others", "number", "ended"),
    [
        ("", (), 2, "merged"),
        ("main", (), 2, "merged"),
        ("b1", (change(1),), 1, ""),
        ("b1", (change(1, "closed"),), 1, "closed"),
        ("b1", (change(1, "merged", "main"),), 1, "merged"),
        ("b1", (change(1, "merged", "b3"), change(3)), 3, ""),
        ("release", (change(1),), 2, "closed"),
        ("b1", (change(1, "merged", "b2"),), 2, "merged"),
    ],
)
def test_what_was_merged_into_another_ones_branch_stands_as_that_one_does(into, others, number, ended):
    merged = change(2, "merged", into)
    found = standing_of(merged, (merged, *others), "main")
    assert (found.number, found.ended) == (number, ended)


def test_where_it_was_merged_is_read_from_the_event():
    told = [event(EventType.CHANGE_PUBLISHED, 1), event(EventType.PULL_REQUEST_MERGED, 1, base="b0")]
    assert folded(*told)[1] == replace(
        folded(told[0])[1], state="", at=NOON, ended="merged", merged_into="b0"
    )
