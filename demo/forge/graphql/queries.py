"""The roots of a query, and repositories with what hangs on them."""

import time
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from graphql import GraphQLError

from ..errors import Refusal
from ..nodes import parse_node_id
from ..queueing import queue_of
from ..records import Issue, Pull, Repository
from ..rules import queue_rules
from ..store import Store, Table
from .connections import Asked, Connection, Info, connect
from .values import Branch, CommitAt, Queue, RateLimit, Thread

_ORDERS = {"CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "COMMENTS": "number"}


def asked(info: Info) -> Asked:
    context: Asked = info.context
    return context


def unresolved(what: str) -> GraphQLError:
    return GraphQLError(f"Could not resolve to {what}.", extensions={"type": "NOT_FOUND"})


def resolve_repository(_root: Any, info: Info, *, owner: str, name: str, **_: Any) -> Repository:
    world, full_name = asked(info).world, f"{owner}/{name}"
    missing = unresolved(f"a Repository with the name '{full_name}'")
    try:
        found = world.repository(full_name)
    except Refusal:
        renamed = world.renamed(full_name)
        if renamed is None:
            raise missing from None
        found = renamed
    if not asked(info).may(found.id, "read"):
        raise missing
    return found


def resolve_node(_root: Any, info: Info, *, id: str) -> Any:  # noqa: A002
    kind, identifier = parse_node_id(id) or ("", "")
    found = _by_id(asked(info).world.store, kind, int(identifier)) if identifier.isdigit() else None
    if found is None or not asked(info).may(getattr(found, "repository", None) or found.id, "read"):
        raise unresolved(f"a node with the global id of '{id}'")
    return found


def _by_id(store: Store, kind: str, identifier: int) -> Any:
    if kind == "Issue":
        return next((i for i in store.issues.where("id", identifier) if not i.deleted), None)
    if kind == "PullRequest":
        return next(iter(store.pulls.where("id", identifier)), None)
    if kind == "Thread":
        first = store.review_comments.get(identifier)
        return Thread(first) if first and first.in_reply_to is None else None
    tables: dict[str, Table[Any]] = {
        "Review": store.reviews,
        "ReviewComment": store.review_comments,
        "CheckRun": store.check_runs,
        "Repository": store.repositories,
        "IssueComment": store.comments,
        "MergeQueueEntry": store.queue,
    }
    return tables[kind].get(identifier) if kind in tables else None


def resolve_nodes(root: Any, info: Info, *, ids: list[str]) -> list[Any]:
    return [resolve_node(root, info, id=one) for one in ids]


def resolve_rate_limit(*_: Any, **__: Any) -> RateLimit:
    return RateLimit(1, 5000, 0, 4999, datetime.fromtimestamp(int(time.time()) + 3600, UTC), 1)


def resolve_issue(repository: Repository, info: Info, *, number: int) -> Issue:
    found = asked(info).world.store.issues.get((repository.id, number))
    if found is None or found.deleted or found.transferred_to or found.pull:
        raise unresolved(f"an Issue with the number of {number}")
    return found


def resolve_pull(repository: Repository, info: Info, *, number: int) -> Pull:
    found = asked(info).world.store.pulls.get((repository.id, number))
    if found is None:
        raise unresolved(f"a PullRequest with the number of {number}")
    return found


def resolve_issues(repository: Repository, info: Info, **bounds: Any) -> Connection[Issue]:
    """List issues, pull requests left out: oldest first unless an order is asked for."""
    filters = bounds.get("filterBy") or {}
    states = {state.lower() for state in bounds.get("states") or filters.get("states") or ()}
    labels = {name.lower() for name in bounds.get("labels") or filters.get("labels") or ()}
    since, author = filters.get("since"), filters.get("createdBy")
    order = bounds.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    attribute = _ORDERS[order["field"]]
    rows = [
        issue
        for issue in asked(info).world.store.issues.where("repository", repository.id)
        if not issue.pull
        and not (issue.deleted or issue.transferred_to)
        and (not states or issue.state in states)
        and (not labels or labels & {name.lower() for name in issue.labels})
        and (since is None or issue.updated_at >= since)
        and (author is None or issue.author == author)
    ]

    def key(issue: Issue) -> str:
        return f"{getattr(issue, attribute)}|{issue.number:09d}"

    descending = order["direction"] == "DESC"
    rows.sort(key=attrgetter(attribute, "number"), reverse=descending)
    return connect(info, rows, bounds, key, descending=descending)


def resolve_pulls(repository: Repository, info: Info, **bounds: Any) -> Connection[Pull]:
    world = asked(info).world
    states = bounds.get("states") or ()
    rows = [
        pull
        for pull in world.store.pulls.where("repository", repository.id)
        if (not states or pull_state(world.store.issues[pull.key], pull) in states)
        and bounds.get("headRefName", pull.head) == pull.head
        and bounds.get("baseRefName", pull.base) == pull.base
    ]
    descending = (bounds.get("orderBy") or {}).get("direction") == "DESC"
    rows.sort(key=lambda pull: pull.number, reverse=descending)
    return connect(info, rows, bounds, lambda pull: f"{pull.number:09d}", descending=descending)


def pull_state(issue: Issue, pull: Pull) -> str:
    return "MERGED" if pull.merged_at else issue.state.upper()


def resolve_ref(repository: Repository, info: Info, *, qualifiedName: str) -> Branch | None:  # noqa: N803
    name = qualifiedName.removeprefix("refs/heads/")
    sha = asked(info).world.git(repository.id).branch(name)
    return Branch(repository.id, name, sha) if sha else None


def resolve_default_branch(repository: Repository, info: Info) -> Branch | None:
    return resolve_ref(repository, info, qualifiedName=repository.default_branch)


def resolve_queue(repository: Repository, _info: Info, branch: str | None = None) -> Queue | None:
    name = branch or repository.default_branch
    return Queue(repository.id, name) if queue_rules(repository, name) else None


def resolve_entries(queue: Queue, info: Info, **bounds: Any) -> Connection[Any]:
    return connect(info, queue_of(asked(info).world, queue.repository, queue.branch), bounds)


def resolve_permission(repository: Repository, info: Info) -> str:
    return asked(info).world.permission_of(repository, asked(info).login).upper()


def resolve_object(
    repository: Repository, info: Info, expression: str | None = None, oid: str | None = None
) -> CommitAt | None:
    """Find a commit by its id or by a name git understands; other objects are not shown."""
    sha = asked(info).world.git(repository.id).resolve(oid or expression or "")
    return CommitAt(repository.id, sha) if sha else None
