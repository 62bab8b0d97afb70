"""Governance memory from Python."""

from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.events import Event, EventType, Severity
from include.overnight.domain.redaction import Redactor
from include.overnight.services.governing import (
    get_governance_stats,
    log_governance_event,
    query_governance_events,
)

NOW = datetime(2026, 3, 14, 2, tzinfo=UTC)
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def desk(tmp_path):
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    opened = LedgerDatabase(url, clean=Redactor({TOKEN}).clean_value, now=lambda: NOW)
    yield opened
    opened.close()


def test_an_event_is_stored_with_id_and_moment_and_found_again(desk):
    stored = log_governance_event(desk, "model_escalation", "info", "escalated", {"taskId": "task-123"})
    assert (stored.at, stored.type, bool(stored.id)) == (NOW, EventType.MODEL_ESCALATION, True)
    assert query_governance_events(desk, type="model_escalation") == (stored,)


def test_no_secret_is_stored(desk):
    stored = log_governance_event(desk, "governance_note", "info", f"see {TOKEN}", {"deep": [{"x": TOKEN}]})
    assert TOKEN not in repr(stored)
    assert TOKEN not in repr(query_governance_events(desk))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fun",), "no event type 'fun': there are model_escalation"),
        (("governance_note", "loud"), "no severity 'loud': there are info, warning"),
        (("governance_note", "info", "x", {"a": object()}), "metadata must be JSON"),
        (("governance_note", "info", "x", {"acknowledged": "all"}), "their own commands"),
    ],
)
def test_what_cannot_be_stored_says_why(desk, words, said):
    with pytest.raises(SettingsError, match=said):
        log_governance_event(desk, *words)


def test_every_filter_narrows_and_the_limit_holds(desk):
    for number in range(6):
        desk.ledger.append(
            Event(
                EventType.GOVERNANCE_NOTE,
                str(number),
                Severity.WARNING if number % 2 else Severity.INFO,
                repository="R_1" if number < 4 else "R_2",
                issue=number,
                at=NOW + timedelta(hours=number),
            )
        )
    found = lambda **narrow: [event.issue for event in query_governance_events(desk, **narrow)]  # noqa: E731
    assert found() == [5, 4, 3, 2, 1, 0]
    assert found(severity="warning") == [5, 3, 1]
    assert found(repository="R_2") == [5, 4]
    assert found(since=NOW + timedelta(hours=2), until=NOW + timedelta(hours=4)) == [3, 2]
    assert found(issue=3) == [3]
    assert found(limit=2) == [5, 4]
    assert found(run="no-such-night") == []


def test_a_repository_may_be_named_as_people_do(desk):
    desk.ledger.append(Event(EventType.OVERNIGHT_EXECUTION_STARTED, "s", repository="R_1", night="n1",
                             metadata={"full_name": "acme/box"}))  # fmt: skip
    stored = log_governance_event(desk, "governance_note", description="x", repository="Acme/Box")
    assert stored.repository == "R_1"
    assert len(query_governance_events(desk, repository="acme/box")) == 2


@pytest.mark.parametrize("narrow", [{"limit": 0}, {"limit": 10_001}, {"since": datetime(2026, 3, 1)}])  # noqa: DTZ001
def test_a_query_that_makes_no_sense_is_refused(desk, narrow):
    with pytest.raises(SettingsError):
        query_governance_events(desk, **narrow)


def test_stats_count_all_by_severity_and_by_type(desk):
    log_governance_event(desk, "governance_note", "critical", "a")
    log_governance_event(desk, "desktop_sync", "info", "b")
    stats = get_governance_stats(desk)
    assert stats.total == 2
    assert stats.by_severity == {"info": 1, "warning": 0, "error": 0, "critical": 1}
    assert stats.by_type == {"desktop_sync": 1, "governance_note": 1}
    assert get_governance_stats(desk, since=NOW + timedelta(days=1)).total == 0
