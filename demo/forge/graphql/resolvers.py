"""Type and field of the schema → how the forge knows it. What is not here is the attribute of that name."""

from collections.abc import Callable
from typing import Any

from ..nodes import node_id
from ..records import Comment, Edit, Event, Issue, Pull, QueueEntry, Repository, User
from . import queries as q
from . import subjects as s
from .connections import Info
from .mutations import MUTATIONS
from .values import Branch, CommitAt, Queue, TreeAt

Resolver = Callable[..., Any]


def _identified(kind: str) -> Resolver:
    return lambda source, _info: node_id(kind, source.id)


def _upper(attribute: str) -> Resolver:
    def resolve(source: Any, _info: Info) -> str | None:
        value = getattr(source, attribute)
        return value.upper() if value else None

    return resolve


def _attribute(name: str) -> Resolver:
    return lambda source, _info, **_: getattr(source, name)


def _account(attribute: str) -> Resolver:
    return lambda source, info: s.account(info, getattr(source, attribute))


def _of_issue(attribute: str, change: Callable[[Any], Any] = lambda value: value) -> Resolver:
    """Read a pull request's field from its issue half."""
    return lambda pull, info: change(getattr(s.issue_half(pull, info), attribute))


def _path(user: User, _info: Info) -> str:
    return f"/{user.login}"


def _web(user: User, info: Info) -> str:
    return f"{q.asked(info).world.base_url}/{user.login}"


def _picture(user: User, info: Info, **_: Any) -> str:
    return f"{q.asked(info).world.base_url}/avatars/{user.login}"


_USER: dict[str, Resolver] = {
    "id": lambda user, _info: node_id(user.kind, user.id), "databaseId": _attribute("id"),
    "avatarUrl": _picture, "resourcePath": _path, "url": _web,
}  # fmt: skip
_EVENT: dict[str, Resolver] = {"id": _identified("Event"), "actor": _account("actor")}

RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "node": q.resolve_node,
        "nodes": q.resolve_nodes,
        "rateLimit": q.resolve_rate_limit,
        "repository": q.resolve_repository,
        "viewer": lambda _root, info: s.account(info, q.asked(info).login),
    },
    "Mutation": dict(MUTATIONS),
    "User": _USER,
    "Bot": _USER,
    "Organization": _USER,
    "Repository": {
        "id": _identified("Repository"),
        "databaseId": _attribute("id"),
        "nameWithOwner": _attribute("full_name"),
        "owner": _account("owner"),
        "url": lambda repository, info: f"{q.asked(info).world.base_url}/{repository.full_name}",
        "isArchived": _attribute("archived"),
        "isPrivate": _attribute("private"),
        "isFork": lambda *_: False,
        "hasIssuesEnabled": lambda *_: True,
        "viewerPermission": q.resolve_permission,
        "defaultBranchRef": q.resolve_default_branch,
        "ref": q.resolve_ref,
        "autoMergeAllowed": _attribute("allow_auto_merge"),
        "mergeCommitAllowed": _attribute("allow_merge_commit"),
        "squashMergeAllowed": _attribute("allow_squash_merge"),
        "rebaseMergeAllowed": _attribute("allow_rebase_merge"),
        "mergeQueue": q.resolve_queue,
        "issue": q.resolve_issue,
        "pullRequest": q.resolve_pull,
        "issues": q.resolve_issues,
        "pullRequests": q.resolve_pulls,
    },
    "Ref": {
        "id": lambda branch, _info: node_id("Ref", f"{branch.repository}:{branch.name}"),
        "prefix": lambda *_: "refs/heads/",
        "target": lambda branch, _info: CommitAt(branch.repository, branch.sha),
    },
    "Tree": {
        "id": lambda tree, _info: node_id("Tree", f"{tree.repository}:{tree.oid}"),
    },
    "Commit": {
        "tree": s.tree_of,
        "id": lambda commit, _info: node_id("Commit", f"{commit.repository}:{commit.oid}"),
        "message": s.commit_field("message"),
        "committedDate": s.commit_field("committed_at"),
        "statusCheckRollup": q.resolve_rollup,
    },
    "Label": {"id": _identified("Label")},
    "Milestone": {
        "id": _identified("Milestone"),
        "state": _upper("state"),
        "url": lambda stone, info: (
            f"{q.asked(info).world.base_url}/{s.home(stone, info).full_name}/milestone/{stone.number}"
        ),
    },
    "IssueType": {
        "id": lambda name, _info: node_id("IssueType", name),
        "name": lambda name, _info: name,
        "description": lambda *_: None,
    },
    "UserContentEdit": {
        "id": _identified("UserContentEdit"),
        "createdAt": _attribute("edited_at"),
        "updatedAt": _attribute("edited_at"),
        "editor": _account("editor"),
    },
    "IssueComment": {
        "id": _identified("IssueComment"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": _attribute("id"),
        "author": _account("author"),
        "authorAssociation": _attribute("association"),
        "url": lambda comment, info: (
            f"{q.asked(info).world.base_url}/{s.home(comment, info).full_name}"
            f"/issues/{comment.number}#issuecomment-{comment.id}"
        ),
    },
    "Issue": {
        "id": _identified("Issue"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": _attribute("id"),
        "body": lambda issue, _info: issue.body or "",
        "url": s.url,
        "repository": s.home,
        "state": _upper("state"),
        "stateReason": lambda issue, _info, **_: issue.reason.upper() if issue.reason else None,
        "closed": lambda issue, _info: issue.state == "closed",
        "lastEditedAt": _attribute("edited_at"),
        "editor": _account("editor"),
        "author": _account("author"),
        "authorAssociation": _attribute("association"),
        "issueType": _attribute("type"),
        "milestone": s.milestone,
        "parent": s.parent,
        "subIssuesSummary": s.sub_issues_summary,
        "issueDependenciesSummary": s.dependencies_summary,
        "labels": s.labels,
        "comments": s.comments,
        "userContentEdits": s.edits,
        "subIssues": s.sub_issues,
        "blockedBy": s.blocked_by,
        "blocking": s.blocking,
        "closedByPullRequestsReferences": s.closing_pulls,
        "timelineItems": s.timeline,
    },
    "PullRequest": {
        "id": _identified("PullRequest"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": _attribute("id"),
        "title": _of_issue("title"),
        "body": _of_issue("body", lambda body: body or ""),
        "url": s.url,
        "repository": s.home,
        "state": lambda pull, info: q.pull_state(s.issue_half(pull, info), pull),
        "isDraft": _attribute("draft"),
        "closed": _of_issue("state", lambda state: state == "closed"),
        "closedAt": _of_issue("closed_at"),
        "createdAt": _of_issue("created_at"),
        "updatedAt": _of_issue("updated_at"),
        "lastEditedAt": _of_issue("edited_at"),
        "author": lambda pull, info: s.account(info, s.issue_half(pull, info).author),
        "authorAssociation": _of_issue("association"),
        "headRefName": _attribute("head"),
        "headRefOid": _attribute("head_sha"),
        "baseRefName": _attribute("base"),
        "baseRefOid": _attribute("base_sha"),
        "merged": lambda pull, _info: pull.merged_at is not None,
        "mergedBy": _account("merged_by"),
        "mergeCommit": s.merge_commit,
        "mergeable": s.mergeable_state,
        "mergeStateStatus": s.merge_status,
        "reviewDecision": s.decision,
        "isInMergeQueue": lambda pull, info: s.queue_entry(pull, info) is not None,
        "isMergeQueueEnabled": s.queue_enabled,
        "mergeQueue": s.queue,
        "mergeQueueEntry": s.queue_entry,
        "autoMergeRequest": s.auto_merge,
        "labels": s.labels,
        "comments": s.comments,
        "commits": s.commits,
        "closingIssuesReferences": s.closing_issues,
        "timelineItems": s.timeline,
    },
    "AutoMergeRequest": {"enabledBy": _account("enabled_by")},
    "MergeQueue": {
        "id": lambda queue, _info: node_id("MergeQueue", f"{queue.repository}:{queue.branch}"),
        "url": lambda queue, info: (
            f"{q.asked(info).world.base_url}/{s.home(queue, info).full_name}/queue/{queue.branch}"
        ),
        "entries": q.resolve_entries,
    },
    "MergeQueueEntry": {
        "id": _identified("MergeQueueEntry"),
        "enqueuer": _account("enqueuer"),
        "headCommit": s.head_commit,
        "position": s.position,
        "pullRequest": s.entry_pull,
    },
    "LabeledEvent": {**_EVENT, "label": s.event_label},
    "UnlabeledEvent": {**_EVENT, "label": s.event_label},
    "RenamedTitleEvent": {
        **_EVENT,
        "currentTitle": lambda event, _info: event.detail["current"],
        "previousTitle": lambda event, _info: event.detail["previous"],
    },
    "RemovedFromMergeQueueEvent": {**_EVENT, "reason": lambda event, _info: event.detail["reason"]},
    "CrossReferencedEvent": {**_EVENT, "source": s.event_source, "willCloseTarget": s.will_close},
    **dict.fromkeys(("ClosedEvent", "ReopenedEvent", "MergedEvent", "AddedToMergeQueueEvent"), _EVENT),
}

_TYPES: dict[type, str] = {
    Repository: "Repository", Issue: "Issue", Pull: "PullRequest", Comment: "IssueComment",
    Edit: "UserContentEdit",
    Branch: "Ref", CommitAt: "Commit", TreeAt: "Tree", Queue: "MergeQueue", QueueEntry: "MergeQueueEntry",
}  # fmt: skip
_EVENTS = {kind: name for known in s.TIMELINE_TYPES.values() for kind, name in known.items()}


def type_of(source: Any, *_: Any) -> str:
    """Return the type of the schema a record is shown as, for interfaces and unions."""
    if isinstance(source, User):
        return source.kind
    if isinstance(source, Event):
        return _EVENTS[source.kind]
    return _TYPES[type(source)]
