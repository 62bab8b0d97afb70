"""What desktops last reported: for the drift gate, and for nights that wait for a desktop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
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
    newest: dict[tuple[str, ...], Event] = {}
    for event in desk.ledger.events(EventQuery(types=types, since=since, limit=None)):
        metadata = event.metadata
        of = str(metadata.get("full_name", "")).lower()
        if of == repository.lower() and metadata.get("report"):
            checkout = tuple(str(metadata.get(name, "")) for name in ("desktop", "host", "reported_by"))
            newest.setdefault(checkout, event)
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


def _combined(repository: str, newest: Mapping[tuple[str, ...], Event]) -> DesktopReport:
    rows = [(checkout[0], newest[checkout]) for checkout in sorted(newest)]
    moments = [event.at for event in newest.values() if event.at is not None]
    return DesktopReport(
        repository,
        tuple(dict.fromkeys(name for name, _ in rows)),
        min(moments),
        unpushed=_union(newest.values(), "unpushed"),
        uncommitted=_union(newest.values(), "uncommitted"),
        held=tuple(
            (name, (*_paths(event, "unpushed"), *_paths(event, "uncommitted"))) for name, event in rows
        ),
        out_of_sync=tuple(
            f"{name}: {event.metadata.get('reason') or event.description}"
            for name, event in rows
            if event.type is EventType.DESKTOP_SYNC_FAILED
        ),
    )


def _union(events: Iterable[Event], key: str) -> tuple[str, ...]:
    return tuple(sorted({path for event in events for path in _paths(event, key)}))


def _paths(event: Event, key: str) -> list[str]:
    """Return the paths that were told; a report comes from another machine, and may hold anything."""
    told = event.metadata.get(key)
    return [path for path in told if isinstance(path, str)] if isinstance(told, list | tuple) else []
