"""Exhibit an issue's attempts: what was tried, the change, the conversation, what the gates said."""

from __future__ import annotations

from typing import Any

from ..documents import from_document
from ..domain.changes import Change
from ..domain.errors import NotFound, OvernightError
from ..domain.events import Event, EventQuery, EventType
from ..ports import Desk
from .archiving import logs_of
from .gating import opened_change
from .reading import open_night


def attempt_events(desk: Desk, night: str, number: int) -> tuple[Event, ...]:
    """Return the ends of an issue's attempts in a night, oldest first."""
    types = (EventType.ATTEMPT_FINISHED,)
    return desk.ledger.events(
        EventQuery(types=types, night=night, issue=number, limit=None, oldest_first=True)
    )


def attempt_event(desk: Desk, night: str, number: int, attempt: int) -> Event:
    """Return the end of one attempt (NotFound when there was none of that number)."""
    for event in attempt_events(desk, night, number):
        if event.metadata.get("number") == attempt:
            return event
    raise NotFound(f"issue #{number} has no finished attempt {attempt} in night {night}")


def attempt_log(desk: Desk, night: str, number: int, attempt: int) -> str:
    """Return what the gates said to an attempt, and their output in full where it was kept."""
    data = attempt_event(desk, night, number, attempt).metadata
    said = [str(data.get("feedback") or data.get("reason") or "")]
    for gate, addresses in logs_of(desk, night, number, attempt).items():
        for address in addresses:
            name = address.rsplit("/", 1)[-1]
            said.append(f"──── {gate}: {name}\n{_kept(desk, address)}")
    return "\n\n".join(said)


def _kept(desk: Desk, address: str) -> str:
    try:
        return desk.storage.get(address).decode(errors="replace")
    except OvernightError as error:
        return f"(not to be had: {error})"


def attempt_transcript(desk: Desk, night: str, number: int, attempt: int) -> str:
    """Return an attempt's conversation with the model, as JSON text (NotFound when none was kept)."""
    uri = str(attempt_event(desk, night, number, attempt).metadata.get("transcript") or "")
    if not uri:
        raise NotFound(
            f"attempt {attempt} on #{number} left no transcript: it ended before the model answered"
        )
    return desk.storage.get(uri).decode(errors="replace")


def attempt_diff(desk: Desk, night: str, number: int, attempt: int) -> str:
    """Return an attempt's change as `git apply` reads it (NotFound when it ended without one)."""
    change = _change(desk, night, number, attempt)
    opened = open_night(desk, night)
    desk.workspace.refresh(opened.repository)
    tree = opened_change(desk, opened, change, "show")
    try:
        return desk.workspace.diff(tree)
    finally:
        desk.workspace.close_tree(tree)


def _change(desk: Desk, night: str, number: int, attempt: int) -> Change:
    """Return the change of an accepted attempt, or of the checkpoint that a red one was judged from."""
    stored: Any = attempt_event(desk, night, number, attempt).metadata.get("change")
    if stored:
        return from_document(Change, stored)
    query = EventQuery(types=(EventType.CHECKPOINT_SAVED,), night=night, issue=number, limit=None)
    for event in desk.ledger.events(query):
        built = event.metadata.get("built") or {}
        if built.get("number") == attempt:
            return from_document(Change, built["change"])
    raise NotFound(f"attempt {attempt} on #{number} ended without a change; its log says why")
