"""What the judge said of a change, read back from the ledger."""

from __future__ import annotations

from ..documents import from_document
from ..domain.events import EventType
from ..domain.gates import Verdict
from ..ports import Desk, Kept
from .reading import latest


def verdict_on(desk: Desk, night_id: str, kept: Kept) -> Verdict | None:
    """Return the night's verdict on exactly this commit, None while there is none."""
    judged = latest(desk, night_id, EventType.CHANGE_JUDGED, issue=kept.issue)
    if judged is None or judged.metadata["head_sha"] != kept.change.head_sha:
        return None
    return from_document(Verdict, {"results": judged.metadata["gates"]})
