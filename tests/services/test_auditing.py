"""Verifying, sealing and exporting a real ledger."""

import json
import sqlite3

import pytest

from include.overnight.domain.errors import NotFound
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.services.auditing import ANCHOR, exported_lines, seal_ledger, verify_ledger

from .little_desk import LittleDesk


@pytest.fixture
def desk(tmp_path):
    made = LittleDesk(tmp_path)
    made.ledger.append(
        *(Event(EventType.GOVERNANCE_NOTE, f"note {number}", issue=number) for number in range(5))
    )
    return made


def tamper(desk, *statements):
    with sqlite3.connect(desk.home / "ledger.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_a_whole_ledger_verifies_and_names_its_anchor(desk):
    audit = verify_ledger(desk.ledger)
    assert (audit.findings, audit.compared) == ((), "")
    assert audit.anchor.startswith("0:")


def test_sealing_keeps_an_anchor_that_later_history_is_held_against(desk):
    sealed = seal_ledger(desk.ledger, desk.storage)
    assert desk.storage.get(f"file://{desk.home / 'objects'}/{ANCHOR}").decode() == sealed.anchor
    desk.ledger.append(Event(EventType.GOVERNANCE_NOTE, "more"))
    assert seal_ledger(desk.ledger, desk.storage, sealed.anchor).findings == ()


def test_nothing_is_sealed_while_something_is_wrong(desk):
    tamper(desk, "UPDATE events SET severity = 'critical' WHERE issue = 3")
    audit = seal_ledger(desk.ledger, desk.storage)
    assert len(audit.findings) == 1
    assert "event 4" in audit.findings[0]
    with pytest.raises(NotFound):
        desk.storage.get(f"file://{desk.home / 'objects'}/{ANCHOR}")


def test_a_history_rewritten_whole_is_found_by_the_anchor_alone(desk):
    anchor = seal_ledger(desk.ledger, desk.storage).anchor
    tables = ("payloads", "events", "heads", "commitments")
    tamper(desk, *(f"DELETE FROM {table}" for table in tables))
    desk.ledger.append(Event(EventType.GOVERNANCE_NOTE, "a past that suits me"))
    assert verify_ledger(desk.ledger).findings == ()
    assert verify_ledger(desk.ledger, anchor=anchor).findings != ()


def test_an_export_is_a_line_an_event_oldest_first(desk):
    (first,) = desk.ledger.events(EventQuery(limit=1, oldest_first=True))
    lines = [json.loads(line) for line in exported_lines(desk.ledger)]
    assert [line["issue"] for line in lines] == [0, 1, 2, 3, 4]
    assert lines[0]["id"] == first.id
    desk.ledger.tombstone(first.id, who="Ada", why="a leak")
    assert json.loads(next(exported_lines(desk.ledger)))["metadata"] == {"tombstoned": True}
