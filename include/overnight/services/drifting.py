"""Where the base of a change is now; and the one automatic attempt to put the change on top of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..domain.changes import Base, Change
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.evidence import DriftFacts
from ..ports import Desk
from .desktop_reports import last_report
from .reading import OpenNight, planned_issue
from .stacking import joined_now

LEAVES = (EventType.REPOSITORY_DRIFT_DETECTED,)
"""What `rebased` leaves, whatever comes of it; CHANGE_REBASED with a new commit."""


def drift_facts(
    desk: Desk, night: OpenNight, change: Change, unpushed: Sequence[str] | None = None
) -> DriftFacts:
    """Fetch, and return how the change stands to its base as it is now.

    :param unpushed: paths of unpushed work on the desktop; None asks the desktops' last report.
    :raises OvernightError: the remote does not answer; without it nothing can be said.
    """
    now = base_now(desk, night, change)
    standing = desk.workspace.standing(night.repository, change, now)
    held, names, note = _desktop(desk, night, change) if unpushed is None else ((), (), "")
    return DriftFacts(
        base_ref=change.base.ref,
        base_sha=change.base.sha,
        now_sha=now.sha,
        conflicts=standing.conflicts,
        desktop=held or tuple(sorted({*change.files} & {*(unpushed or ())})),
        desktop_names=names,
        desktop_note=note,
        rebased=was_rebased(desk, night, change),
        rewritten=standing.rewritten,
    )


def rebased(desk: Desk, night: OpenNight, change: Change) -> Change | None:
    """Return the change on top of its base as it is now, in a new bundle; None when that cannot be done.

    Tried once: a change that was rebased already is not rebased again. The caller keeps what comes back
    and has it judged like any other change.
    """
    if was_rebased(desk, night, change):
        return None
    now = base_now(desk, night, change)
    standing = desk.workspace.standing(night.repository, change, now)
    again = desk.workspace.rebase(night.repository, change, now, night.order)
    told = ", ".join(standing.conflicts[:5]) or "its history"
    detected = night.event(
        EventType.REPOSITORY_DRIFT_DETECTED,
        f"#{change.issue}: {change.base.ref} moved to {now.sha[:12]} and differs in {told}",
        severity=Severity.WARNING,
        issue=change.issue,
        metadata={"base_sha": change.base.sha, "now_sha": now.sha, "conflicts": list(standing.conflicts)},
    )
    desk.ledger.append(detected, *([replayed(night, change, again)] if again else []))
    return again


def was_rebased(desk: Desk, night: OpenNight, change: Change) -> bool:
    """Return whether this very commit came out of a rebase tonight."""
    events = desk.ledger.events(
        EventQuery(types=(EventType.CHANGE_REBASED,), night=night.id, issue=change.issue, limit=None)
    )
    return any(event.metadata.get("head_sha") == change.head_sha for event in events)


def base_now(desk: Desk, night: OpenNight, change: Change) -> Base:
    """Return where the change's base is now: the fetched tip, or the recorded change of its dependencies."""
    if not change.base.bundles:
        return Base(change.base.ref, desk.workspace.refresh(night.repository))
    repository = night.repository.node_id
    for dependency in planned_issue(desk, night.id, change.issue).depends_on:
        if dependency.ref.repository:
            continue
        number = dependency.ref.number
        kept = desk.records.change(repository, number, night.id) or desk.records.change(repository, number)
        if kept is not None and kept.change.branch == change.base.ref:
            return kept.change.as_base()
    return joined_now(desk, night, change)


def replayed(night: OpenNight, before: Change, after: Change) -> Event:
    """Return the event of a change that was replayed onto another base."""
    return night.event(
        EventType.CHANGE_REBASED,
        f"#{before.issue}: replayed onto {after.base.ref} at {after.base.sha[:12]}",
        issue=before.issue,
        metadata={
            "from_sha": before.head_sha,
            "head_sha": after.head_sha,
            "base_ref": after.base.ref,
            "base_sha": after.base.sha,
            "bundle": after.bundle,
        },
    )


def _desktop(desk: Desk, night: OpenNight, change: Change) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Return the change's files that a desktop holds work on, whose desktops, and why nobody was asked."""
    if not night.order.enable_desktop_sync:
        return (), (), "desktop sync is off: no desktop was asked"
    report = last_report(desk, night.repository.full_name)
    if report is None:
        return (), (), "no desktop reported within the last hour"
    held = report.work_on(change.files)
    minutes = report.age(desk.clock.now()).total_seconds() / 60
    note = f"no work on these files on {', '.join(report.names)}, {minutes:.0f} min ago"
    return held, report.holders(held), "" if held else note
