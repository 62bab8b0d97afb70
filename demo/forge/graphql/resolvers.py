"""Type and field of the schema → how the forge knows it. What is not here is the attribute of that name."""

from typing import Any

from ..nodes import node_id
from ..projects import Project, ProjectItem
from ..records import (
    CheckRun,
    Comment,
    Edit,
    Event,
    Issue,
    Pull,
    QueueEntry,
    Repository,
    Review,
    ReviewComment,
    Status,
    User,
)
from . import queries as q
from . import reports as c
from . import subjects as s
from .connections import Info
from .mutations import MUTATIONS
from .projects import PROJECT_MUTATIONS, PROJECT_RESOLVERS, project_items, project_of, repository_owner
from .pull_resolvers import PULL_RESOLVERS
from .values import Asking, Branch, CommitAt, Queue, Rollup, Rule, Thread, TreeAt
from .ways import EVENT, Resolver, account_of, attribute, identified, upper


def _path(user: User, _info: Info) -> str:
    return f"/{user.login}"


def _web(user: User, info: Info) -> str:
    return f"{q.asked(info).world.base_url}/{user.login}"


def _picture(user: User, info: Info, **_: Any) -> str:
    return f"{q.asked(info).world.base_url}/avatars/{user.login}"


USER: dict[str, Resolver] = {
    "id": lambda user, _info: node_id(user.kind, user.id), "databaseId": attribute("id"),
    "avatarUrl": _picture, "resourcePath": _path, "url": _web,
    "projectV2": project_of,
}  # fmt: skip


RESOLVERS: dict[str, dict[str, Resolver]] = {
    "Query": {
        "node": q.resolve_node,
        "nodes": q.resolve_nodes,
        "rateLimit": q.resolve_rate_limit,
        "repository": q.resolve_repository,
        "repositoryOwner": repository_owner,
        "viewer": lambda _root, info: s.account(info, q.asked(info).login),
    },
    "Mutation": {**MUTATIONS, **PROJECT_MUTATIONS},
    "User": USER,
    "Bot": USER,
    "Organization": USER,
    "Repository": {
        "id": identified("Repository"),
        "databaseId": attribute("id"),
        "nameWithOwner": attribute("full_name"),
        "owner": account_of("owner"),
        "url": lambda repository, info: f"{q.asked(info).world.base_url}/{repository.full_name}",
        "isArchived": attribute("archived"),
        "isPrivate": attribute("private"),
        "isFork": lambda *_: False,
        "hasIssuesEnabled": lambda *_: True,
        "viewerPermission": q.resolve_permission,
        "defaultBranchRef": q.resolve_default_branch,
        "ref": q.resolve_ref,
        "object": q.resolve_object,
        "autoMergeAllowed": attribute("allow_auto_merge"),
        "mergeCommitAllowed": attribute("allow_merge_commit"),
        "squashMergeAllowed": attribute("allow_squash_merge"),
        "rebaseMergeAllowed": attribute("allow_rebase_merge"),
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
        "branchProtectionRule": c.protection,
    },
    "Tree": {
        "id": lambda tree, _info: node_id("Tree", f"{tree.repository}:{tree.oid}"),
    },
    "Commit": {
        "tree": s.tree_of,
        "id": lambda commit, _info: node_id("Commit", f"{commit.repository}:{commit.oid}"),
        "message": s.commit_field("message"),
        "committedDate": s.commit_field("committed_at"),
        "statusCheckRollup": c.rollup,
    },
    "Label": {"id": identified("Label")},
    "Milestone": {
        "id": identified("Milestone"),
        "state": upper("state"),
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
        "id": identified("UserContentEdit"),
        "createdAt": attribute("edited_at"),
        "updatedAt": attribute("edited_at"),
        "editor": account_of("editor"),
    },
    "IssueComment": {
        "id": identified("IssueComment"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": attribute("id"),
        "author": account_of("author"),
        "authorAssociation": attribute("association"),
        "url": lambda comment, info: (
            f"{q.asked(info).world.base_url}/{s.home(comment, info).full_name}"
            f"/issues/{comment.number}#issuecomment-{comment.id}"
        ),
    },
    "Issue": {
        "id": identified("Issue"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": attribute("id"),
        "body": lambda issue, _info: issue.body or "",
        "url": s.url,
        "repository": s.home,
        "state": upper("state"),
        "stateReason": lambda issue, _info, **_: issue.reason.upper() if issue.reason else None,
        "closed": lambda issue, _info: issue.state == "closed",
        "lastEditedAt": attribute("edited_at"),
        "editor": account_of("editor"),
        "author": account_of("author"),
        "authorAssociation": attribute("association"),
        "issueType": attribute("type"),
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
        "projectItems": project_items,
        "timelineItems": s.timeline,
    },
    "LabeledEvent": {**EVENT, "label": s.event_label},
    "UnlabeledEvent": {**EVENT, "label": s.event_label},
    "RenamedTitleEvent": {
        **EVENT,
        "currentTitle": lambda event, _info: event.detail["current"],
        "previousTitle": lambda event, _info: event.detail["previous"],
    },
    "CrossReferencedEvent": {**EVENT, "source": s.event_source, "willCloseTarget": s.will_close},
    **dict.fromkeys(("ClosedEvent", "ReopenedEvent"), EVENT),
    **PULL_RESOLVERS,
    **PROJECT_RESOLVERS,
}

_TYPES: dict[type, str] = {
    Repository: "Repository", Issue: "Issue", Pull: "PullRequest", Comment: "IssueComment",
    Edit: "UserContentEdit", CheckRun: "CheckRun", Status: "StatusContext", Rollup: "StatusCheckRollup",
    Review: "PullRequestReview", ReviewComment: "PullRequestReviewComment", Rule: "BranchProtectionRule",
    Thread: "PullRequestReviewThread", Asking: "ReviewRequest",
    Branch: "Ref", CommitAt: "Commit", TreeAt: "Tree", Queue: "MergeQueue", QueueEntry: "MergeQueueEntry",
    Project: "ProjectV2SingleSelectField", ProjectItem: "ProjectV2ItemFieldSingleSelectValue",
}  # fmt: skip
_EVENTS = {kind: name for known in s.TIMELINE_TYPES.values() for kind, name in known.items()}


def type_of(source: Any, *_: Any) -> str:
    """Return the type of the schema a record is shown as, for interfaces and unions."""
    if isinstance(source, User):
        return source.kind
    if isinstance(source, Event):
        return _EVENTS[source.kind]
    return _TYPES[type(source)]
