"""The text of a support issue: what somebody needs who was not there, and no secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..domain.errors import NotFound
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.nights import Night, totals
from ..ports import Desk
from ..ports.issues import IssueWriter, PutIssue

_EVENTS, _LINES, _LONGEST = 40, 80, 400


def support_text(
    desk: Desk,
    night: Night,
    versions: Mapping[str, str],
    log: Sequence[str] = (),
    clean: Callable[[str], str] = str,
) -> str:
    """Return the issue's body: run id, versions, what became of the night, its loud events, log lines.

    :param log: lines of a log, its end is taken.
    :param clean: the redactor; everything passes it once more.
    """
    counted = totals(night)
    events = desk.ledger.events(EventQuery(night=night.id, limit=2_000))
    loud = [event for event in events if event.severity is not Severity.INFO][:_EVENTS]
    parts = [
        f"**Run**: `{night.id}`  ",
        f"**Repository**: {night.full_name}  ",
        f"**Status**: {night.status}{', dry run' if night.dry_run else ''}  ",
        f"**Started**: {night.started_at or 'not'}, **finished**: {night.finished_at or 'not'}",
        "",
        f"{counted['success']} succeeded, {counted['failed']} failed, {counted['skipped']} skipped, "
        f"{counted['excluded']} left out. {night.reason}",
        "",
        *_fenced("Versions", [f"{name} {version}" for name, version in versions.items()]),
        *_fenced("Events above information, newest first", [_told(event) for event in loud]),
        *_fenced("Log", [line[:_LONGEST] for line in log[-_LINES:]]),
    ]
    return clean("\n".join(parts))


def find_run(desk: Desk, run: str, night_ids: Callable[[Night], str]) -> Night:
    """Return the night of a run id: a night's own id, or Airflow's.

    :param night_ids: returns the id that Airflow's run would have for a night's repository.
    :raises NotFound: no night of either kind.
    """
    found = desk.ledger.night(run)
    if found is not None:
        return found
    seen: set[str] = set()
    for known in desk.ledger.nights(limit=500):
        if known.repository not in seen:
            seen.add(known.repository)
            if found := desk.ledger.night(night_ids(known)):
                return found
    raise NotFound(f"no night of run {run}: `overnight status` lists nights")


def create_support_issue(desk: Desk, writer: IssueWriter, night: Night, body: str) -> PutIssue:
    """Create the night's support issue in its repository, or update it; and write that down."""
    owner, _, name = night.full_name.partition("/")
    repository = desk.tracker.repository(owner, name)
    key = f"support/{night.id}"
    known = desk.records.publication(repository.node_id, key)
    put = writer.put_issue(
        repository,
        key,
        f"Overnight support: night {night.id}",
        body,
        ("overnight: support", "overnight: skip"),
        int(known) if known else None,
    )
    desk.records.record_publication(repository.node_id, key, str(put.number))
    desk.ledger.append(
        Event(
            EventType.GOVERNANCE_NOTE,
            f"Support issue #{put.number} {put.put} for night {night.id}",
            repository=night.repository,
            night=night.id,
            dry_run=night.dry_run,
            metadata={"support_issue": put.number},
        )
    )
    return put


def _told(event: Event) -> str:
    words = " ".join(event.description.split())[:_LONGEST]
    about = f" #{event.issue}" if event.issue else ""
    return f"{event.at:%H:%M:%S} {event.severity} {event.type}{about}: {words}"


def _fenced(title: str, lines: Sequence[str]) -> list[str]:
    """Return lines as a code block that nothing in them ends."""
    if not lines:
        return []
    return [f"### {title}", "~~~~~~", *(line.replace("~~~~~~", "~~~~~") for line in lines), "~~~~~~", ""]
