"""Issues and pull requests, and their timelines."""

import re
from typing import Any

from .. import dependencies
from ..checks import merge_state, mergeable, review_decision
from ..pulls import closers
from ..queueing import entry_of
from ..records import Comment, Edit, Event, Issue, Label, Pull, QueueEntry, Repository, User
from ..rules import queue_rules
from .connections import Connection, Info, connect
from .queries import asked
from .values import AnyLabel, AutoMerge, Branch, CommitAt, Dependencies, GoneLabel, Queue, SubIssues, TreeAt

Subject = Issue | Pull


def account(info: Info, login: str | None) -> User | None:
    return asked(info).world.account(login) if login else None


def home(source: Any, info: Info) -> Repository:
    return asked(info).world.store.repositories[source.repository]


def issue_half(pull: Subject, info: Info) -> Issue:
    return asked(info).world.store.issues[pull.key]


def url(source: Subject, info: Info) -> str:
    kind = "pull" if isinstance(source, Pull) else "issues"
    return f"{asked(info).world.base_url}/{home(source, info).full_name}/{kind}/{source.number}"


def labels(source: Subject, info: Info, **bounds: Any) -> Connection[Label]:
    store, issue = asked(info).world.store, issue_half(source, info)
    return connect(info, [store.labels[(issue.repository, name.lower())] for name in issue.labels], bounds)


def comments(source: Subject, info: Info, **bounds: Any) -> Connection[Comment]:
    return connect(info, asked(info).world.store.comments.where("issue", source.key), bounds)


def edits(issue: Issue, info: Info, **bounds: Any) -> Connection[Edit]:
    return connect(info, asked(info).world.store.edits.where("issue", issue.key)[::-1], bounds)


def milestone(issue: Issue, info: Info) -> Any:
    number = issue.milestone
    return asked(info).world.store.milestones[(issue.repository, number)] if number else None


def parent(issue: Issue, info: Info) -> Issue | None:
    return dependencies.parent(asked(info).world, issue)


def sub_issues(issue: Issue, info: Info, **bounds: Any) -> Connection[Issue]:
    return connect(info, dependencies.children(asked(info).world, issue), bounds)


def sub_issues_summary(issue: Issue, info: Info) -> SubIssues:
    children = dependencies.children(asked(info).world, issue)
    return SubIssues(len(children), sum(child.state == "closed" for child in children))


def blocked_by(issue: Issue, info: Info, **bounds: Any) -> Connection[Issue]:
    return connect(info, dependencies.blockers(asked(info).world, issue), bounds)


def blocking(issue: Issue, info: Info, **bounds: Any) -> Connection[Issue]:
    return connect(info, dependencies.blocked(asked(info).world, issue), bounds)


def dependencies_summary(issue: Issue, info: Info) -> Dependencies:
    before = dependencies.blockers(asked(info).world, issue)
    behind = dependencies.blocked(asked(info).world, issue)
    opened = [sum(other.state == "open" for other in side) for side in (before, behind)]
    return Dependencies(opened[0], len(before), opened[1], len(behind))


def closing_pulls(issue: Issue, info: Info, **bounds: Any) -> Connection[Pull]:
    found = closers(asked(info).world, issue, include_closed=bool(bounds.get("includeClosedPrs")))
    return connect(info, found, bounds)


def timeline(source: Subject, info: Info, **bounds: Any) -> Connection[Event]:
    """Return the events the schema has a type for, of the wanted kinds."""
    known = TIMELINE_TYPES[type(source)]
    types, since = bounds.get("itemTypes"), bounds.get("since")
    wanted = {kind for kind, name in known.items() if types is None or _ITEM_TYPES[name] in types}
    events = asked(info).world.store.events.where("issue", source.key)
    rows = [e for e in events if e.kind in wanted and (since is None or e.created_at >= since)]
    rows.sort(key=lambda event: (event.created_at, event.id))
    return connect(info, rows[bounds.get("skip") or 0 :], bounds)


_BOTH = {
    "labeled": "LabeledEvent",
    "unlabeled": "UnlabeledEvent",
    "closed": "ClosedEvent",
    "reopened": "ReopenedEvent",
}
TIMELINE_TYPES: dict[type, dict[str, str]] = {
    Issue: {**_BOTH, "renamed": "RenamedTitleEvent", "cross-referenced": "CrossReferencedEvent"},
    Pull: {
        **_BOTH,
        "merged": "MergedEvent",
        "added_to_merge_queue": "AddedToMergeQueueEvent",
        "removed_from_merge_queue": "RemovedFromMergeQueueEvent",
        "auto_merge_enabled": "AutoMergeEnabledEvent",
        "auto_merge_disabled": "AutoMergeDisabledEvent",
        "base_ref_changed": "BaseRefChangedEvent",
        "convert_to_draft": "ConvertToDraftEvent",
        "ready_for_review": "ReadyForReviewEvent",
        "head_ref_deleted": "HeadRefDeletedEvent",
        "head_ref_force_pushed": "HeadRefForcePushedEvent",
    },
}
"""Kind of event → type of the schema, for each kind of subject."""
_ITEM_TYPES = {
    name: re.sub("(?<=[a-z])(?=[A-Z])", "_", name).upper()
    for known in TIMELINE_TYPES.values()
    for name in known.values()
}


def event_label(event: Event, info: Info) -> AnyLabel:
    name = str(event.detail["label"])
    return asked(info).world.store.labels.get((event.repository, name.lower())) or GoneLabel(event.id, name)


def event_commit(name: str) -> Any:
    """Return a resolver of a commit that an event names."""

    def resolve(event: Event, _info: Info) -> CommitAt | None:
        sha = event.detail.get(name)
        return CommitAt(event.repository, str(sha)) if sha else None

    return resolve


def head_name(event: Event, info: Info) -> str:
    return asked(info).world.pull(event.repository, event.number).head


def base_name(event: Event, info: Info) -> str:
    return asked(info).world.pull(event.repository, event.number).base


def event_source(event: Event, info: Info) -> Subject:
    world = asked(info).world
    (issue,) = world.store.issues.where("id", event.detail["source"])
    return world.store.pulls.get(issue.key) or issue


def will_close(event: Event, info: Info) -> bool:
    source = event_source(event, info)
    target = asked(info).world.store.issues[(event.repository, event.number)]
    return isinstance(source, Pull) and target.id in source.closes


# Pull requests ---------------------------------------------------------------------------------------------


def closing_issues(pull: Pull, info: Info, **bounds: Any) -> Connection[Issue]:
    found = [asked(info).world.issue_by_id(identifier) for identifier in pull.closes]
    return connect(info, [issue for issue in found if issue], bounds)


def commits(pull: Pull, info: Info, **bounds: Any) -> Connection[Any]:
    found = asked(info).world.git(pull.repository).commits(f"{pull.base_sha}..{pull.head_sha}")
    rows = [{"commit": CommitAt(pull.repository, commit.sha)} for commit in reversed(found)]
    return connect(info, rows, bounds)


def tree_of(commit: CommitAt, info: Info) -> TreeAt:
    (found,) = asked(info).world.git(commit.repository).commits(commit.oid, limit=1)
    return TreeAt(commit.repository, found.tree)


def ref_of(side: str) -> Any:
    """Return a resolver of the branch at one end, None once it is deleted."""

    def resolve(pull: Pull, info: Info) -> Branch | None:
        name = getattr(pull, side)
        sha = asked(info).world.git(pull.repository).branch(name)
        return Branch(pull.repository, name, sha) if sha else None

    return resolve


def merge_commit(pull: Pull, _info: Info) -> CommitAt | None:
    return CommitAt(pull.repository, pull.merge_sha) if pull.merge_sha else None


def commit_field(attribute: str) -> Any:
    """Return a resolver of what only git knows about a commit."""

    def resolve(commit: CommitAt, info: Info) -> Any:
        (found,) = asked(info).world.git(commit.repository).commits(commit.oid, limit=1)
        return getattr(found, attribute)

    return resolve


def mergeable_state(pull: Pull, info: Info) -> str:
    if issue_half(pull, info).state == "closed":
        return "UNKNOWN"
    return "MERGEABLE" if mergeable(asked(info).world, pull) else "CONFLICTING"


def merge_status(pull: Pull, info: Info) -> str:
    return merge_state(asked(info).world, home(pull, info), pull).upper()


def decision(pull: Pull, info: Info) -> str | None:
    return review_decision(asked(info).world, home(pull, info), pull)


def queue_enabled(pull: Pull, info: Info) -> bool:
    return queue_rules(home(pull, info), pull.base) is not None


def queue(pull: Pull, info: Info) -> Queue | None:
    return Queue(pull.repository, pull.base) if queue_enabled(pull, info) else None


def queue_entry(pull: Pull, info: Info) -> QueueEntry | None:
    return entry_of(asked(info).world, pull)


def auto_merge(pull: Pull, _info: Info) -> AutoMerge | None:
    if not pull.auto_merge:
        return None
    return AutoMerge(pull.auto_merge_at, pull.auto_merge_by or "", pull.auto_merge.upper())


def head_commit(entry: QueueEntry, _info: Info) -> CommitAt | None:
    return CommitAt(entry.repository, entry.group_sha) if entry.group_sha else None


def base_commit(entry: QueueEntry, _info: Info) -> CommitAt | None:
    return CommitAt(entry.repository, entry.base_sha) if entry.base_sha else None


def entry_queue(entry: QueueEntry, _info: Info) -> Queue:
    return Queue(entry.repository, entry.base)


def entry_pull(entry: QueueEntry, info: Info) -> Pull:
    return asked(info).world.pull(entry.repository, entry.number)
