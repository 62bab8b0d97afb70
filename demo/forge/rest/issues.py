"""Issues: listing, opening, editing, their dependencies, sub-issues and events."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .. import dependencies
from ..errors import Refusal, invalid, not_found
from ..issues import edit_issue, open_issue, record
from ..records import Issue
from ..shapes.events import event_shape, is_issue_event, timeline
from ..shapes.issues import issue_shape
from .call import Call, Reply, Route, moment, strings

_SORTS = {"created": "created_at", "updated": "updated_at", "comments": "number"}


def list_issues(call: Call) -> Reply:
    """List issues and pull requests alike, newest first, as GitHub does."""
    wanted = _filter(call.query)
    rows = [
        issue for issue in call.world.store.issues.where("repository", call.repository.id) if wanted(issue)
    ]
    sort = _SORTS.get(call.query.get("sort", "created"), "created_at")
    newest_first = call.query.get("direction", "desc") == "desc"
    rows.sort(key=lambda issue: (getattr(issue, sort), issue.number), reverse=newest_first)
    return call.page(rows, lambda issue: issue_shape(call.world, issue))


def _filter(query: Mapping[str, str]) -> Callable[[Issue], bool]:
    since = moment(query.get("since"), "Issue", "since")
    labels = {name for name in query.get("labels", "").lower().split(",") if name}
    state, milestone, creator = query.get("state", "open"), query.get("milestone"), query.get("creator")

    def wanted(issue: Issue) -> bool:
        return (
            not (issue.deleted or issue.transferred_to)
            and state in ("all", issue.state)
            and (since is None or issue.updated_at >= since)
            and (not labels or labels <= {name.lower() for name in issue.labels})
            and creator in (None, issue.author)
            and milestone in (None, str(issue.milestone), "*" if issue.milestone else "none")
        )

    return wanted


def create_issue(call: Call) -> Reply:
    issue = open_issue(
        call.world,
        call.repository,
        call.actor,
        call.text("title", "Issue"),
        body=call.body.get("body"),
        labels=_labels(call) if call.may("triage") else (),
        milestone=_milestone(call) if call.may("triage") else None,
        type=call.body.get("type") if call.may("triage") else None,
        assignees=strings(call.body.get("assignees", []), "Issue", "assignees") if call.may("triage") else (),
    )
    return Reply(issue_shape(call.world, issue), 201)


def _redirected(call: Call) -> Reply | None:
    """Lead to where an issue was transferred, as GitHub does for reading and editing the issue itself."""
    number = call.params["number"]
    known = call.world.store.issues.get((call.repository.id, int(number) if number.isdigit() else 0))
    target = call.world.issue_by_id(known.transferred_to) if known and known.transferred_to else None
    if target is None:
        return None
    url = f"{call.world.base_url}/api/v3/repositories/{target.repository}/issues/{target.number}"
    body = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return Reply(body, 301, {"Location": url})


def get_issue(call: Call) -> Reply:
    if moved := _redirected(call):
        return moved
    return Reply(issue_shape(call.world, call.issue))


def patch_issue(call: Call) -> Reply:
    """Edit an issue; people without triage rights may edit what they wrote."""
    if moved := _redirected(call):
        return moved
    issue = call.issue
    if not call.may("triage") and issue.author.lower() != call.actor.lower():
        raise Refusal(403, "Must have admin rights to Repository.")
    return Reply(issue_shape(call.world, edit_issue(call.world, issue, call.actor, **_changes(call))))


def _changes(call: Call) -> dict[str, Any]:
    changes = {name: call.body[name] for name in ("title", "body", "state", "type") if name in call.body}
    if changes.get("state", "open") not in ("open", "closed"):
        raise invalid("Issue", "state")
    if "title" in changes and not str(changes["title"]).strip():
        raise invalid("Issue", "title", "missing_field")
    if changes.get("state") == "closed":
        changes["reason"] = call.body.get("state_reason") or "completed"
    if "milestone" in call.body:
        changes["milestone"] = _milestone(call)
    if "labels" in call.body:
        changes["labels"] = _labels(call)
    if "assignees" in call.body:
        changes["assignees"] = strings(call.body["assignees"] or [], "Issue", "assignees")
    return changes


def _labels(call: Call) -> tuple[str, ...]:
    return strings(call.body.get("labels", []), "Issue", "labels")


def _milestone(call: Call) -> int | None:
    number = call.body.get("milestone")
    if number is not None and (call.repository.id, number) not in call.world.store.milestones:
        raise invalid("Issue", "milestone")
    return number


def lock_issue(call: Call) -> Reply:
    reason = call.body.get("lock_reason")
    if reason not in (None, "off-topic", "too heated", "resolved", "spam"):
        raise invalid("Issue", "lock_reason")
    record(call.world, call.issue, "locked", call.actor, lock_reason=reason)
    call.world.store.issues.put(replace(call.issue, locked=True, lock_reason=reason))
    return Reply(status=204)


def unlock_issue(call: Call) -> Reply:
    record(call.world, call.issue, "unlocked", call.actor)
    call.world.store.issues.put(replace(call.issue, locked=False, lock_reason=None))
    return Reply(status=204)


def list_events(call: Call) -> Reply:
    rows = [e for e in call.world.store.events.where("issue", call.issue.key) if is_issue_event(e)]
    return call.page(rows, lambda event: event_shape(call.world, event))


def list_timeline(call: Call) -> Reply:
    return call.page(timeline(call.world, call.issue.key), lambda shape: shape)


def list_blocked_by(call: Call) -> Reply:
    return call.page(
        dependencies.blockers(call.world, call.issue), lambda issue: issue_shape(call.world, issue)
    )


def list_blocking(call: Call) -> Reply:
    return call.page(
        dependencies.blocked(call.world, call.issue), lambda issue: issue_shape(call.world, issue)
    )


def add_blocked_by(call: Call) -> Reply:
    identifier = call.number("issue_id", "IssueDependency")
    dependencies.block(call.world, call.issue, identifier, call.actor)
    return Reply(issue_shape(call.world, call.issue), 201)


def remove_blocked_by(call: Call) -> Reply:
    if not call.params["issue_id"].isdigit():
        raise not_found()
    dependencies.unblock(call.world, call.issue, int(call.params["issue_id"]), call.actor)
    return Reply(issue_shape(call.world, call.issue))


def list_sub_issues(call: Call) -> Reply:
    return call.page(
        dependencies.children(call.world, call.issue), lambda issue: issue_shape(call.world, issue)
    )


def add_sub_issue(call: Call) -> Reply:
    child, move = call.number("sub_issue_id", "SubIssue"), bool(call.body.get("replace_parent"))
    issue = dependencies.adopt(call.world, call.issue, child, call.actor, replace_parent=move)
    return Reply(issue_shape(call.world, issue), 201)


def remove_sub_issue(call: Call) -> Reply:
    child = call.number("sub_issue_id", "SubIssue")
    return Reply(issue_shape(call.world, dependencies.disown(call.world, call.issue, child, call.actor)))


def get_parent(call: Call) -> Reply:
    above = dependencies.parent(call.world, call.issue)
    if above is None:
        raise not_found()
    return Reply(issue_shape(call.world, above))


_ISSUES = "/repos/{owner}/{repo}/issues"
_ONE = f"{_ISSUES}/{{number}}"
ROUTES = (
    Route("GET", _ISSUES, list_issues),
    Route("POST", _ISSUES, create_issue),
    Route("GET", _ONE, get_issue),
    Route("PATCH", _ONE, patch_issue),
    Route("PUT", f"{_ONE}/lock", lock_issue, "triage"),
    Route("DELETE", f"{_ONE}/lock", unlock_issue, "triage"),
    Route("GET", f"{_ONE}/events", list_events),
    Route("GET", f"{_ONE}/timeline", list_timeline),
    Route("GET", f"{_ONE}/dependencies/blocked_by", list_blocked_by),
    Route("POST", f"{_ONE}/dependencies/blocked_by", add_blocked_by, "triage"),
    Route("DELETE", f"{_ONE}/dependencies/blocked_by/{{issue_id}}", remove_blocked_by, "triage"),
    Route("GET", f"{_ONE}/dependencies/blocking", list_blocking),
    Route("GET", f"{_ONE}/sub_issues", list_sub_issues),
    Route("POST", f"{_ONE}/sub_issues", add_sub_issue, "triage"),
    Route("DELETE", f"{_ONE}/sub_issue", remove_sub_issue, "triage"),
    Route("GET", f"{_ONE}/parent", get_parent),
)
