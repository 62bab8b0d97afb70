"""What happens to issues: opening, editing, closing, labelling, commenting, and the timeline it leaves."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from .errors import invalid
from .records import Comment, Edit, Event, Issue, Label, Repository
from .references import mentions
from .world import World

LONGEST = 65_536
"""Characters that GitHub keeps of a body."""


def require_comment(body: str) -> None:
    """Refuse a comment that is too long, in GitHub's words."""
    _require_length("IssueComment", "unprocessable", "data", body)


def _require_length(resource: str, code: str, field: str, body: str | None) -> None:
    if len(body or "") > LONGEST:
        raise invalid(resource, field, code, f"body is too long (maximum is {LONGEST} characters)")


def record(
    world: World, issue: Issue, kind: str, actor: str, at: datetime | None = None, **detail: str | int | None
) -> Event:
    """Write a line into an issue's timeline."""
    event = Event(
        world.store.next_id(), issue.repository, issue.number, kind, actor, at or world.now(), detail
    )
    return world.store.events.put(event)


def open_issue(
    world: World,
    repository: Repository,
    actor: str,
    title: str,
    *,
    body: str | None = None,
    labels: tuple[str, ...] = (),
    at: datetime | None = None,
    number: int | None = None,
    association: str | None = None,
    pull: bool = False,
    **fields: Any,
) -> Issue:
    """Open an issue (or a pull request's issue half) and label it as its author."""
    if not title.strip():
        raise invalid("Issue", "title", "missing_field")
    _require_length("Issue", "custom", "body", body)
    at = at or world.now()
    issue = Issue(
        id=world.store.next_id(),
        repository=repository.id,
        number=number or world.next_number(repository.id),
        title=title,
        author=world.account(actor).login,
        association=association or world.association_of(repository, actor),
        created_at=at,
        updated_at=at,
        body=body,
        pull=pull,
        **fields,
    )
    world.keep(issue)
    add_labels(world, issue, actor, labels, at)
    refer(world, issue, actor, body, at)
    return world.store.issues[issue.key]


def edit_issue(
    world: World, issue: Issue, actor: str, *, at: datetime | None = None, **changes: Any
) -> Issue:
    """Change fields of an issue; a new title, body or state leaves its trace."""
    at = at or world.now()
    changes = {name: value for name, value in changes.items() if getattr(issue, name) != value}
    if not changes:
        return issue
    if "title" in changes:
        record(world, issue, "renamed", actor, at, previous=issue.title, current=changes["title"])
    if "body" in changes:
        _require_length("Issue", "custom", "body", changes["body"])
        changes |= {"edited_at": at, "editor": world.account(actor).login}
        world.store.edits.put(Edit(world.store.next_id(), issue.repository, issue.number, actor, at))
    if "state" in changes:
        changes |= _state_changes(world, issue, actor, changes, at)
    edited = world.store.issues.put(replace(issue, **changes, updated_at=at))
    if "body" in changes:
        refer(world, edited, actor, edited.body, at)
    return edited


def _state_changes(
    world: World, issue: Issue, actor: str, changes: dict[str, Any], at: datetime
) -> dict[str, Any]:
    if changes["state"] == "closed":
        reason = None if issue.pull else changes.get("reason") or "completed"
        record(world, issue, "closed", actor, at, state_reason=reason)
        return {"reason": reason, "closed_at": at, "closed_by": actor}
    record(world, issue, "reopened", actor, at)
    return {"reason": None if issue.pull else "reopened", "closed_at": None, "closed_by": None}


def touch(world: World, issue: Issue, at: datetime | None = None) -> Issue:
    return world.store.issues.put(replace(world.store.issues[issue.key], updated_at=at or world.now()))


def label_named(world: World, repository: int, name: str) -> Label:
    """Return a label, made on first use as GitHub makes it."""
    known = world.store.labels.get((repository, name.lower()))
    return known or world.store.labels.put(Label(world.store.next_id(), repository, name))


def add_labels(
    world: World, issue: Issue, actor: str, names: tuple[str, ...], at: datetime | None = None
) -> Issue:
    """Put labels on an issue; each new one is an event by its actor."""
    issue = world.store.issues[issue.key]
    for name in names:
        label = label_named(world, issue.repository, name)
        if label.name not in issue.labels:
            issue = replace(issue, labels=(*issue.labels, label.name), updated_at=at or world.now())
            record(world, issue, "labeled", actor, at, label=label.name)
    return world.store.issues.put(issue)


def remove_label(world: World, issue: Issue, actor: str, name: str, at: datetime | None = None) -> Issue:
    """Take a label off an issue; the caller has made sure it is there."""
    kept = tuple(label for label in issue.labels if label.lower() != name.lower())
    record(world, issue, "unlabeled", actor, at, label=name)
    return world.store.issues.put(replace(issue, labels=kept, updated_at=at or world.now()))


def add_comment(
    world: World,
    issue: Issue,
    actor: str,
    body: str,
    *,
    at: datetime | None = None,
    association: str | None = None,
) -> Comment:
    """Comment on an issue or pull request."""
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field", "Body can not be blank")
    require_comment(body)
    at = at or world.now()
    repository = world.store.repositories[issue.repository]
    comment = Comment(
        world.store.next_id(),
        issue.repository,
        issue.number,
        world.account(actor).login,
        association or world.association_of(repository, actor),
        body,
        at,
        at,
    )
    world.store.comments.put(comment)
    touch(world, issue, at)
    refer(world, issue, actor, body, at)
    return comment


def refer(world: World, source: Issue, actor: str, body: str | None, at: datetime) -> None:
    """Leave a cross-reference on every issue a text mentions, once a source."""
    own = world.store.repositories[source.repository].full_name
    for full_name, number in mentions(body, own):
        repository = next((r for r in world.store.repositories if r.full_name.lower() == full_name), None)
        target = world.store.issues.get((repository.id, number)) if repository else None
        if target is None or target.id == source.id or target.deleted:
            continue
        known = (event.detail.get("source") for event in world.store.events.where("issue", target.key))
        if source.id not in known:
            record(world, target, "cross-referenced", actor, at, source=source.id)
