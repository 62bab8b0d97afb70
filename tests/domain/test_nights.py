from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.nights import SCHEMA_ID, Night, apply, document, fold, totals
from tests.domain.making import NOW


def event(kind: EventType, description: str = "", issue: int | None = None, **metadata: Any) -> Event:
    return Event(kind, description, repository="R_1", night="n1", issue=issue, metadata=metadata, at=NOW)


def row(number: int, position: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Add {number}",
        "position": position,
        "sequence_type": "build",
        "complexity": "low",
        "dependencies": [],
    }


STARTED = event(EventType.OVERNIGHT_EXECUTION_STARTED, full_name="octo/pantry")
PLANNED = event(
    EventType.NIGHT_PLANNED,
    issues=[row(5, 2), row(4, 1)],
    exclusions=[{"number": 9}],
    cycles=["#1 → #2 → #1"],
)
A_NIGHT = [
    STARTED,
    PLANNED,
    event(
        EventType.ATTEMPT_FINISHED,
        "",
        4,
        tier="gpt-4",
        outcome="gates_failed",
        tokens=9,
        cost_usd="0.1",
        seconds=1,
    ),
    event(
        EventType.ATTEMPT_FINISHED,
        "",
        4,
        tier="gpt-4",
        outcome="accepted",
        tokens=9,
        cost_usd="0.1",
        seconds=1,
    ),
    event(EventType.CHANGE_BUILT, "", 4, branch="overnight/4-add-4"),
    event(EventType.CHANGE_JUDGED, "", 4, gates=[{"gate": "build", "status": "pass"}]),
    event(EventType.CHANGE_PUBLISHED, "", 4, pull_request=12),
    event(EventType.ISSUE_EXECUTION_COMPLETED, "all gates passed", 4, status="pull_request"),
    event(EventType.ISSUE_EXECUTION_FAILED, "x", 5, status="failed", reason="stayed red"),
    event(EventType.OVERNIGHT_EXECUTION_COMPLETED, "1 pull request"),
]


def folded(events: list[Event]) -> Night:
    night = fold(events)
    assert night is not None
    return night


def test_a_night_is_what_its_events_say() -> None:
    night = folded(A_NIGHT)
    assert (night.full_name, night.status, night.reason) == ("octo/pantry", "completed", "1 pull request")
    done = night.issue(4)
    assert done is not None
    assert (done.status, done.reason, done.branch, done.pull_request, done.gates) == (
        "pull_request",
        "all gates passed",
        "overnight/4-add-4",
        12,
        {"build": "pass"},
    )
    assert [attempt["outcome"] for attempt in done.attempts] == ["gates_failed", "accepted"]
    assert night.issue(99) is None


def test_folding_on_from_a_stored_night_gives_the_same() -> None:
    for cut in range(1, len(A_NIGHT)):
        assert fold(A_NIGHT[cut:], fold(A_NIGHT[:cut])) == folded(A_NIGHT)


def test_no_events_are_no_night() -> None:
    assert fold([]) is None


def test_an_unknown_event_changes_nothing() -> None:
    night = folded(A_NIGHT)
    assert apply(night, event(EventType.THROTTLE_OPENED)) == night


def test_a_skipped_night_says_why() -> None:
    night = folded(
        [event(EventType.OVERNIGHT_EXECUTION_SKIPPED, "outside its window", full_name="octo/pantry")]
    )
    assert (night.status, night.reason, night.finished_at) == ("skipped", "outside its window", NOW)


def test_totals_count_by_status_and_in_the_seeds_words() -> None:
    found = totals(folded(A_NIGHT))
    assert (found["planned"], found["excluded"]) == (2, 1)
    assert (found["success"], found["failed"], found["skipped"]) == (1, 1, 0)
    assert set(found["by_status"]) == {str(status) for status in IssueStatus}


def test_the_document_is_in_plan_order_and_plain() -> None:
    made = document(folded(A_NIGHT))
    assert made["schema"] == SCHEMA_ID
    assert [issue["number"] for issue in made["issues"]] == [4, 5]
    assert made["issues"][1]["branch"] is None
    assert made["started_at"] == NOW.isoformat()
    assert made["cycles"] == ["#1 → #2 → #1"]


def test_an_unfinished_night_is_running() -> None:
    night = folded(A_NIGHT[:3])
    assert (night.status, document(night)["finished_at"], totals(night)["success"]) == ("running", None, 0)


SEEDS = (
    "model_escalation model_escalation_failed desktop_sync desktop_sync_failed repository_drift_detected "
    "builder_switch desktop_health_check overnight_execution_started overnight_execution_completed "
    "issue_execution_completed issue_execution_failed"
)


@pytest.mark.parametrize("name", SEEDS.split())
def test_the_seeds_event_types_keep_their_names(name: str) -> None:
    assert EventType(name) == name


def test_severities_are_the_four_of_the_contract() -> None:
    assert [str(severity) for severity in Severity] == ["info", "warning", "error", "critical"]


def test_a_later_end_replaces_an_earlier_one() -> None:
    again = event(EventType.ISSUE_EXECUTION_COMPLETED, "mended", 5, status="judged")
    again = Event(
        **{name: getattr(again, name) for name in again.__slots__} | {"at": NOW + timedelta(hours=1)}
    )
    night = folded([*A_NIGHT, again])
    assert (night.issue(5).status, night.issue(5).reason) == ("judged", "mended")  # type: ignore[union-attr]
