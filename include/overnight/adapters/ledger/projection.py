"""The projection that pages read: nights and their issues, moved by the same fold that defines them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from ...domain.errors import SettingsError
from ...domain.events import Event, EventQuery, EventType
from ...domain.nights import Night, NightIssue, fold
from .chain import to_json
from .reading import find, is_tombstoned
from .store import upsert
from .tables import night_issues, nights


def move(connection: Connection, written: Sequence[Event]) -> None:
    """Move the projection by events just written; only the issues they name are read and stored."""
    for night in dict.fromkeys(event.night for event in written if event.night):
        _move_night(connection, night, [event for event in written if event.night == night])


def load(connection: Connection, night: str, numbers: Collection[int] | None = None) -> Night | None:
    """Return a night with all its issues, or with those of some numbers."""
    head = connection.execute(select(nights).where(nights.c.id == night)).one_or_none()
    if head is None:
        return None
    query = select(night_issues).where(night_issues.c.night == night)
    if numbers is not None:
        query = query.where(night_issues.c.number.in_(numbers))
    rows = connection.execute(query.order_by(night_issues.c.position, night_issues.c.number))
    return replace(_night(head), issues=tuple(_issue(row, json.loads(row.document)) for row in rows))


def load_issue(connection: Connection, night: str, number: int) -> NightIssue | None:
    """Return one issue of a night."""
    query = select(night_issues).where(night_issues.c.night == night, night_issues.c.number == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _issue(row, json.loads(row.document))


def newest(connection: Connection, repository: str | None, limit: int) -> tuple[Night, ...]:
    """Return nights, newest first, whose issues carry what stands in columns and no documents."""
    query = select(nights).order_by(nights.c.seen_at.desc(), nights.c.id.desc()).limit(limit)
    if repository is not None:
        query = query.where(nights.c.repository == repository)
    found = [_night(row) for row in connection.execute(query)]
    columns = [column for column in night_issues.c if column.name != "document"]
    rows = connection.execute(
        select(*columns)
        .where(night_issues.c.night.in_([night.id for night in found]))
        .order_by(night_issues.c.position, night_issues.c.number)
    ).all()
    issues: dict[str, list[NightIssue]] = {night.id: [] for night in found}
    for row in rows:
        issues[row.night].append(_issue(row, {}))
    return tuple(replace(night, issues=tuple(issues[night.id])) for night in found)


def refold(connection: Connection, night: str) -> Night | None:
    """Return a night folded from its stored events, those with a removed payload left out."""
    history = find(connection, EventQuery(night=night, limit=None, oldest_first=True))
    folded = fold(event for event in history if not is_tombstoned(event))
    return folded and replace(folded, issues=_in_order(folded.issues))


def rewrite(connection: Connection, night: str) -> None:
    """Replace a night's rows by the fold of its events."""
    seen = connection.execute(select(nights.c.seen_at).where(nights.c.id == night)).scalar_one_or_none()
    _forget(connection, night)
    connection.execute(delete(nights).where(nights.c.id == night))
    folded = refold(connection, night)
    if folded is not None:
        history = find(connection, EventQuery(night=night, limit=1, oldest_first=True))
        _save(connection, folded, folded.issues, seen or history[0].at)


def difference(stored: Night | None, folded: Night | None) -> str:
    """Say where the projection departs from the fold, by field or by issue."""
    if stored is None or folded is None:
        return "is not in the projection" if stored is None else "has no events"
    plain = [spec.name for spec in fields(Night) if spec.name != "issues"]
    wrong = [name for name in plain if getattr(stored, name) != getattr(folded, name)]
    numbers = sorted({issue.number for issue in (*stored.issues, *folded.issues)})
    wrong += [f"#{number}" for number in numbers if stored.issue(number) != folded.issue(number)]
    return f"differs from its events in {', '.join(wrong) or 'the order of its issues'}"


def _move_night(connection: Connection, night: str, written: Sequence[Event]) -> None:
    numbers = {event.issue for event in written if event.issue is not None}
    before = load(connection, night, numbers)
    after = _folded(written, before)
    if any(event.type is EventType.NIGHT_PLANNED for event in written):
        _forget(connection, night)
        changed = after.issues
    else:
        known = before.issues if before else ()
        changed = tuple(issue for issue in after.issues if issue not in known)
    seen = connection.execute(select(nights.c.seen_at).where(nights.c.id == night)).scalar_one_or_none()
    if before is None or replace(before, issues=()) != replace(after, issues=()):
        _save(connection, after, changed, seen or written[0].at)
    else:
        _save_issues(connection, night, changed)


def _folded(written: Iterable[Event], before: Night | None) -> Night:
    try:
        after = fold(written, before)
    except (KeyError, TypeError, AttributeError) as error:
        raise SettingsError(f"an event's metadata lacks what its type needs: {error!r}") from error
    if after is None:
        raise SettingsError("no events to move a night by")
    return after


def _save(connection: Connection, night: Night, issues: Sequence[NightIssue], seen: Any) -> None:
    row = {
        "id": night.id,
        "repository": night.repository,
        "status": night.status,
        "dry_run": night.dry_run,
        "seen_at": seen,
        "started_at": night.started_at,
        "finished_at": night.finished_at,
        "document": to_json(
            {
                "full_name": night.full_name,
                "reason": night.reason,
                "exclusions": night.exclusions,
                "cycles": night.cycles,
            }
        ),
    }
    upsert(connection, nights, [row])
    _save_issues(connection, night.id, issues)


def _save_issues(connection: Connection, night: str, issues: Sequence[NightIssue]) -> None:
    upsert(connection, night_issues, [_issue_row(night, issue) for issue in issues])


def _forget(connection: Connection, night: str) -> None:
    connection.execute(delete(night_issues).where(night_issues.c.night == night))


def _issue_row(night: str, issue: NightIssue) -> dict[str, Any]:
    return {
        "night": night,
        "number": issue.number,
        "position": issue.position,
        "sequence_type": issue.sequence_type,
        "complexity": issue.complexity,
        "status": issue.status,
        "pull_request": issue.pull_request,
        "document": to_json(
            {
                "title": issue.title,
                "dependencies": issue.dependencies,
                "reason": issue.reason,
                "attempts": issue.attempts,
                "gates": issue.gates,
                "branch": issue.branch,
                "pull_request_state": issue.pull_request_state,
                "judging_usd": issue.judging_usd,
            }
        ),
    }


def _night(row: Row[Any]) -> Night:
    document = json.loads(row.document)
    return Night(
        id=row.id,
        repository=row.repository,
        full_name=document["full_name"],
        dry_run=row.dry_run,
        status=row.status,
        reason=document["reason"],
        started_at=row.started_at,
        finished_at=row.finished_at,
        exclusions=tuple(document["exclusions"]),
        cycles=tuple(document["cycles"]),
    )


def _issue(row: Row[Any], document: dict[str, Any]) -> NightIssue:
    return NightIssue(
        number=row.number,
        title=document.get("title", ""),
        position=row.position,
        sequence_type=row.sequence_type,
        complexity=row.complexity,
        dependencies=tuple(document.get("dependencies", ())),
        status=row.status,
        reason=document.get("reason", ""),
        attempts=tuple(document.get("attempts", ())),
        gates=document.get("gates", {}),
        branch=document.get("branch", ""),
        pull_request=row.pull_request,
        pull_request_state=document.get("pull_request_state", ""),
        judging_usd=document.get("judging_usd", 0.0),
    )


def _in_order(issues: Iterable[NightIssue]) -> tuple[NightIssue, ...]:
    return tuple(sorted(issues, key=lambda issue: (issue.position, issue.number)))
