"""What desktops last reported: for the drift gate, and for nights that wait for a desktop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..domain.desktops import REPORT_COUNTS_FOR, DesktopReport
from ..domain.events import Event, EventQuery, EventType
from ..ports import Desk

_REPORTS = uuid5(NAMESPACE_URL, "overnight/desktop-report")


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


def why_out_of_sync(desk: Desk, repository: str, required: Iterable[str]) -> str:
    """Return why a night of a repository must wait for a desktop, "" when it need not.

    :param required: names of the checkouts that are waited for.
    """
    needed = {*required}
    if not needed:
        return ""
    report = last_report(desk, repository)
    silent = needed - set(report.names if report else ())
    if silent:
        return f"desktop: {', '.join(sorted(silent))} did not report within the last hour"
    behind = [told for told in report.out_of_sync if told.split(":")[0] in needed] if report else []
    return f"desktop out of sync: {'; '.join(behind)}" if behind else ""


def take_report(desk: Desk, event: Event, report: str) -> Event:
    """Write down what another machine reports of its checkout, once; return the event.

    :param report: the machine's own id of it, which counts for its desktop alone.
    """
    metadata = event.metadata
    known = desk.records.recall(f"repository/{str(metadata['full_name']).lower()}")
    node = str(known["node_id"]) if known else ""
    own = str(uuid5(_REPORTS, f"{metadata['desktop']}/{metadata['full_name']}/{report}"))
    (stored,) = desk.ledger.append(replace(event, repository=node, id=own, at=None))
    return stored


def _combined(repository: str, newest: dict[str, Event]) -> DesktopReport:
    rows = {name: event.metadata for name, event in sorted(newest.items())}
    moments = [event.at for event in newest.values() if event.at is not None]
    return DesktopReport(
        repository,
        tuple(rows),
        min(moments),
        unpushed=_union(rows.values(), "unpushed"),
        uncommitted=_union(rows.values(), "uncommitted"),
        held=tuple(
            (name, (*row.get("unpushed", ()), *row.get("uncommitted", ()))) for name, row in rows.items()
        ),
        out_of_sync=tuple(
            f"{name}: {row['reason']}"
            for name, row in rows.items()
            if newest[name].type is EventType.DESKTOP_SYNC_FAILED
        ),
    )


def _union(rows: Iterable[Any], key: str) -> tuple[str, ...]:
    return tuple(sorted({path for row in rows for path in row.get(key, ())}))
