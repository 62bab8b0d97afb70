"""Issue events and timeline lines."""

from collections.abc import Callable

from ..nodes import node_id
from ..records import Event
from ..world import World
from . import Json, stamp
from .accounts import simple_user
from .issues import comment_shape, issue_shape
from .pulls import review_shape
from .repositories import api_url, minimal_repository

_IN_EVENTS = {
    "labeled", "unlabeled", "closed", "reopened", "renamed", "merged", "head_ref_deleted", "review_requested",
    "convert_to_draft", "ready_for_review", "head_ref_force_pushed", "added_to_merge_queue",
    "removed_from_merge_queue", "auto_merge_enabled", "auto_merge_disabled",
}  # fmt: skip
"""The kinds GitHub's events endpoint lists; the timeline has the rest too."""


def is_issue_event(event: Event) -> bool:
    return event.kind in _IN_EVENTS


def event_shape(world: World, event: Event) -> Json:
    """Return an `issue-event`."""
    repository = world.store.repositories[event.repository]
    sha = event.detail.get("sha") if event.kind == "merged" else None
    return {
        "id": event.id,
        "node_id": node_id("Event", event.id),
        "url": f"{api_url(world, repository)}/issues/events/{event.id}",
        "actor": simple_user(world, event.actor),
        "event": event.kind,
        "commit_id": sha,
        "commit_url": f"{api_url(world, repository)}/commits/{sha}" if sha else None,
        "created_at": stamp(event.created_at),
        "performed_via_github_app": None,
        **(_DETAILS[event.kind](world, event) if event.kind in _DETAILS else {}),
    }


def _label(world: World, event: Event) -> Json:
    label = world.store.labels.get((event.repository, str(event.detail["label"]).lower()))
    return {"label": {"name": event.detail["label"], "color": label.color if label else "ededed"}}


def _reviewer(world: World, event: Event) -> Json:
    return {
        "review_requester": simple_user(world, event.actor),
        "requested_reviewer": simple_user(world, str(event.detail["reviewer"])),
    }


_DETAILS: dict[str, Callable[[World, Event], Json]] = {
    "labeled": _label,
    "unlabeled": _label,
    "renamed": lambda _, event: {"rename": {"from": event.detail["previous"], "to": event.detail["current"]}},
    "review_requested": _reviewer,
}


def timeline(world: World, key: tuple[int, int]) -> list[Json]:
    """Return an issue's whole timeline, events and comments by time."""
    lines = [
        (event.created_at, event.id, _line(world, event)) for event in world.store.events.where("issue", key)
    ]
    for comment in world.store.comments.where("issue", key):
        shape = {
            "event": "commented",
            "actor": simple_user(world, comment.author),
            **comment_shape(world, comment),
        }
        lines.append((comment.created_at, comment.id, shape))
    return [shape for _at, _id, shape in sorted(lines, key=lambda line: line[:2])]


def _line(world: World, event: Event) -> Json:
    if event.kind == "cross-referenced":
        return _cross_reference(world, event)
    if event.kind == "reviewed":
        review = world.store.reviews[event.detail["review"]]
        return {"event": "reviewed", **review_shape(world, review)}
    shape = event_shape(world, event)
    return {**shape, "state_reason": event.detail["state_reason"]} if event.kind == "closed" else shape


def _cross_reference(world: World, event: Event) -> Json:
    source = world.issue_by_id(int(str(event.detail["source"])))
    shape: Json = {"type": "issue"}
    if source is not None:
        home = minimal_repository(world, world.store.repositories[source.repository])
        shape["issue"] = {**issue_shape(world, source), "repository": home}
    at = stamp(event.created_at)
    return {
        "event": "cross-referenced",
        "actor": simple_user(world, event.actor),
        "created_at": at,
        "updated_at": at,
        "source": shape,
    }
