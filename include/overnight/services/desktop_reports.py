"""What desktops last reported: for the drift gate, and for nights that wait for a desktop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ..domain.checkouts import Checkout
from ..domain.desktops import REPORT_COUNTS_FOR, DesktopReport
from ..domain.events import Event, EventQuery, EventType
from ..ports import Desk


def last_report(desk: Desk, repository: str, within: timedelta = REPORT_COUNTS_FOR) -> DesktopReport | None:
    """Return what the checkouts of a repository last reported, None when none did recently.

    :param repository: OWNER/NAME.
    """
    types = (EventType.DESKTOP_SYNC, EventType.DESKTOP_SYNC_FAILED)
    since = desk.clock.now() - within
    newest: dict[str, Event] = {}
    for event in desk.ledger.events(EventQuery(types=types, since=since, limit=None)):
        metadata = event.metadata
        of = str(metadata.get("full_name", "")).lower()
        if of == repository.lower() and metadata.get("report"):
            newest.setdefault(str(metadata["desktop"]), event)
    return _combined(repository, newest) if newest else None


def why_out_of_sync(desk: Desk, repository: str, checkouts: Iterable[Checkout]) -> str:
    """Return why a night of a repository must wait for a desktop, "" when it need not.

    Only checkouts that settings call `required` are waited for.
    """
    needed = {one.name for one in checkouts if one.required and one.repository.lower() == repository.lower()}
    if not needed:
        return ""
    report = last_report(desk, repository)
    silent = needed - set(report.names if report else ())
    if silent:
        return f"desktop: {', '.join(sorted(silent))} did not report within the last hour"
    behind = [told for told in report.out_of_sync if told.split(":")[0] in needed] if report else []
    return f"desktop out of sync: {'; '.join(behind)}" if behind else ""


def _combined(repository: str, newest: dict[str, Event]) -> DesktopReport:
    rows = {name: event.metadata for name, event in sorted(newest.items())}
    moments = [event.at for event in newest.values() if event.at is not None]
    return DesktopReport(
        repository,
        tuple(rows),
        min(moments),
        unpushed=_union(rows.values(), "unpushed"),
        uncommitted=_union(rows.values(), "uncommitted"),
        out_of_sync=tuple(
            f"{name}: {row['reason']}"
            for name, row in rows.items()
            if newest[name].type is EventType.DESKTOP_SYNC_FAILED
        ),
    )


def _union(rows: Iterable[Any], key: str) -> tuple[str, ...]:
    return tuple(sorted({path for row in rows for path in row.get(key, ())}))
