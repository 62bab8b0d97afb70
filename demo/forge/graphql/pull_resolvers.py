"""What the schema says of pull requests: reviews, checks, rules, queues and their events."""

from ..nodes import node_id
from ..records import CheckRun, Status
from . import queries as q
from . import reports as c
from . import subjects as s
from . import talk as t
from .values import CommitAt
from .ways import EVENT, Resolver, account_of, attribute, identified, of_issue, upper


def lock_reason(reason: str | None) -> str | None:
    return reason.upper().replace("-", "_").replace(" ", "_") if reason else None


SPOKEN: dict[str, Resolver] = {
    "databaseId": attribute("id"), "fullDatabaseId": lambda source, _info: str(source.id),
    "author": account_of("author"), "authorAssociation": t.association, "commit": t.commit, "url": t.url,
}  # fmt: skip

PULL_RESOLVERS: dict[str, dict[str, Resolver]] = {
    "BranchProtectionRule": {
        "id": lambda rule, _info: node_id("Rule", f"{rule.repository}:{rule.branch}"),
        "pattern": attribute("branch"),
        "isAdminEnforced": c.of_rule("enforce_admins"),
        "requiredApprovingReviewCount": c.of_rule("approvals"),
        "requiresApprovingReviews": c.of_rule("approvals", bool),
        "requiredStatusCheckContexts": c.of_rule("contexts", list),
        "requiresStatusChecks": c.of_rule("contexts", bool),
        "requiresStrictStatusChecks": c.of_rule("strict"),
    },
    "StatusCheckRollup": {
        "id": lambda shown, _info: node_id("Rollup", f"{shown.at.repository}:{shown.at.oid}"),
        "commit": attribute("at"),
        "contexts": c.contexts,
        "state": c.rollup_state,
    },
    "StatusCheckRollupContextConnection": {
        "checkRunCount": c.count(CheckRun),
        "statusContextCount": c.count(Status),
    },
    "CheckRun": {
        "id": identified("CheckRun"),
        "databaseId": attribute("id"),
        "status": upper("status"),
        "conclusion": upper("conclusion"),
        "detailsUrl": c.details_url,
        "isRequired": c.is_required,
        "permalink": c.run_url,
        "text": lambda *_: None,
        "url": c.run_url,
    },
    "StatusContext": {
        "id": identified("Status"),
        "avatarUrl": lambda *_, **__: None,
        "commit": lambda status, _info: CommitAt(status.repository, status.sha),
        "creator": account_of("creator"),
        "isRequired": c.is_required,
        "state": upper("state"),
    },
    "PullRequest": {
        "id": identified("PullRequest"),
        "fullDatabaseId": lambda source, _info: str(source.id),
        "databaseId": attribute("id"),
        "title": of_issue("title"),
        "body": of_issue("body", lambda body: body or ""),
        "url": s.url,
        "repository": s.home,
        "state": lambda pull, info: q.pull_state(s.issue_half(pull, info), pull),
        "isDraft": attribute("draft"),
        "closed": of_issue("state", lambda state: state == "closed"),
        "closedAt": of_issue("closed_at"),
        "createdAt": of_issue("created_at"),
        "updatedAt": of_issue("updated_at"),
        "lastEditedAt": of_issue("edited_at"),
        "author": lambda pull, info: s.account(info, s.issue_half(pull, info).author),
        "authorAssociation": of_issue("association"),
        "headRef": s.ref_of("head"),
        "headRefName": attribute("head"),
        "headRefOid": attribute("head_sha"),
        "baseRef": s.ref_of("base"),
        "baseRefName": attribute("base"),
        "baseRefOid": attribute("base_sha"),
        "merged": lambda pull, _info: pull.merged_at is not None,
        "mergedBy": account_of("merged_by"),
        "mergeCommit": s.merge_commit,
        "mergeable": s.mergeable_state,
        "mergeStateStatus": s.merge_status,
        "reviewDecision": s.decision,
        "statusCheckRollup": c.rollup_of_pull,
        "locked": of_issue("locked"),
        "activeLockReason": of_issue("lock_reason", lock_reason),
        "latestReviews": t.latest_reviews,
        "reviewRequests": t.requests,
        "reviewThreads": t.threads,
        "reviews": t.reviews,
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
    "PullRequestReview": {
        **SPOKEN,
        "id": identified("Review"),
        "comments": t.review_comments,
        "createdAt": attribute("submitted_at"),
    },
    "PullRequestReviewComment": {
        **SPOKEN,
        "id": identified("ReviewComment"),
        "outdated": t.comment_outdated,
        "pullRequestReview": t.review_of,
        "replyTo": t.reply_to,
    },
    "PullRequestReviewThread": {
        "id": identified("Thread"),
        "comments": t.thread_comments,
        "isCollapsed": lambda thread, _info: thread.first.resolved_by is not None,
        "isOutdated": t.outdated,
        "isResolved": lambda thread, _info: thread.first.resolved_by is not None,
        "line": lambda thread, _info: thread.first.line,
        "path": lambda thread, _info: thread.first.path,
        "resolvedBy": lambda thread, info: s.account(info, thread.first.resolved_by),
    },
    "ReviewRequest": {
        "id": lambda asking, _info: node_id("ReviewRequest", f"{asking.pull}:{asking.login}"),
        "asCodeOwner": lambda *_: False,
        "requestedReviewer": account_of("login"),
    },
    "AutoMergeRequest": {"enabledBy": account_of("enabled_by")},
    "MergeQueue": {
        "id": lambda queue, _info: node_id("MergeQueue", f"{queue.repository}:{queue.branch}"),
        "url": lambda queue, info: (
            f"{q.asked(info).world.base_url}/{s.home(queue, info).full_name}/queue/{queue.branch}"
        ),
        "entries": q.resolve_entries,
        "configuration": c.configuration,
        "nextEntryEstimatedTimeToMerge": c.next_to_merge,
        "repository": s.home,
    },
    "MergeQueueConfiguration": {
        "maximumEntriesToBuild": c.of_queue_rules("max_entries_to_build"),
        "maximumEntriesToMerge": c.of_queue_rules("max_entries_to_merge"),
        "mergeMethod": c.of_queue_rules("merge_method"),
        "mergingStrategy": c.of_queue_rules("grouping_strategy"),
        "minimumEntriesToMerge": c.of_queue_rules("min_entries_to_merge"),
    },
    "MergeQueueEntry": {
        "id": identified("MergeQueueEntry"),
        "enqueuer": account_of("enqueuer"),
        "headCommit": s.head_commit,
        "baseCommit": s.base_commit,
        "estimatedTimeToMerge": c.seconds_to_merge,
        "mergeQueue": s.entry_queue,
        "position": c.position,
        "pullRequest": s.entry_pull,
    },
    "AddedToMergeQueueEvent": {**EVENT, "enqueuer": account_of("actor")},
    "RemovedFromMergeQueueEvent": {
        **EVENT,
        "beforeCommit": s.event_commit("before"),
        "enqueuer": lambda event, info: s.account(info, event.detail.get("enqueuer")),
        "reason": lambda event, _info: event.detail["reason"],
    },
    "AutoMergeEnabledEvent": {**EVENT, "enabler": account_of("actor")},
    "AutoMergeDisabledEvent": {**EVENT, "disabler": account_of("actor")},
    "BaseRefChangedEvent": {
        **EVENT,
        "currentRefName": lambda event, _info: event.detail["current"],
        "previousRefName": lambda event, _info: event.detail["previous"],
    },
    "HeadRefDeletedEvent": {**EVENT, "headRefName": s.head_name},
    "HeadRefForcePushedEvent": {
        **EVENT,
        "afterCommit": s.event_commit("sha"),
        "beforeCommit": s.event_commit("before"),
    },
    "MergedEvent": {**EVENT, "commit": s.event_commit("sha"), "mergeRefName": s.base_name},
    **dict.fromkeys(("ConvertToDraftEvent", "ReadyForReviewEvent"), EVENT),
}
"""As `RESOLVERS`, for everything that hangs on a pull request or a commit."""
