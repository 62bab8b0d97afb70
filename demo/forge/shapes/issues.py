"""Issues, labels, milestones and comments."""

from .. import dependencies
from ..nodes import node_id
from ..records import Comment, Issue, Label, Milestone, Repository
from ..world import World
from . import Json, stamp
from .accounts import simple_user
from .repositories import api_url, html_url

_REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def label_shape(world: World, label: Label) -> Json:
    repository = world.store.repositories[label.repository]
    return {
        "id": label.id,
        "node_id": node_id("Label", label.id),
        "url": f"{api_url(world, repository)}/labels/{label.name}",
        "name": label.name,
        "description": label.description,
        "color": label.color,
        "default": False,
    }


def milestone_shape(world: World, milestone: Milestone) -> Json:
    repository = world.store.repositories[milestone.repository]
    url = f"{api_url(world, repository)}/milestones/{milestone.number}"
    inside = [
        i for i in world.store.issues.where("repository", repository.id) if i.milestone == milestone.number
    ]
    return {
        "id": milestone.id,
        "node_id": node_id("Milestone", milestone.id),
        "number": milestone.number,
        "title": milestone.title,
        "description": milestone.description,
        "state": milestone.state,
        "url": url,
        "html_url": f"{html_url(world, repository)}/milestone/{milestone.number}",
        "labels_url": f"{url}/labels",
        "creator": simple_user(world, milestone.creator),
        "open_issues": sum(issue.state == "open" for issue in inside),
        "closed_issues": sum(issue.state == "closed" for issue in inside),
        "due_on": stamp(milestone.due_on),
        "created_at": stamp(milestone.created_at),
        "updated_at": stamp(milestone.updated_at),
        "closed_at": stamp(milestone.closed_at),
    }


def labels_of(world: World, issue: Issue) -> list[Json]:
    return [label_shape(world, world.store.labels[(issue.repository, name.lower())]) for name in issue.labels]


def milestone_of(world: World, issue: Issue) -> Json | None:
    return (
        milestone_shape(world, world.store.milestones[(issue.repository, issue.milestone)])
        if issue.milestone
        else None
    )


def issue_type_shape(name: str | None) -> Json | None:
    if name is None:
        return None
    identifier = sum(map(ord, name))
    return {"id": identifier, "node_id": node_id("IssueType", name), "name": name, "description": None}


def issue_shape(world: World, issue: Issue) -> Json:
    """Return an `issue`; a pull request has the key `pull_request`, as in GitHub's own lists."""
    repository = world.store.repositories[issue.repository]
    url = f"{api_url(world, repository)}/issues/{issue.number}"
    kind = "pull" if issue.pull else "issues"
    web = f"{html_url(world, repository)}/{kind}/{issue.number}"
    assignees = [simple_user(world, login) for login in issue.assignees]
    pull = (
        {"pull_request": _pull_links(world, repository, issue), "draft": _draft(world, issue)}
        if issue.pull
        else {}
    )
    return {
        "id": issue.id,
        "node_id": _node_id(world, issue),
        "url": url,
        "repository_url": api_url(world, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "html_url": web,
        "number": issue.number,
        "title": issue.title,
        "body": issue.body,
        "user": simple_user(world, issue.author),
        "author_association": issue.association,
        "labels": labels_of(world, issue),
        "state": issue.state,
        "state_reason": issue.reason,
        "locked": issue.locked,
        "active_lock_reason": issue.lock_reason,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": milestone_of(world, issue),
        "comments": world.store.comments.count("issue", issue.key),
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "closed_by": simple_user(world, issue.closed_by) if issue.closed_by else None,
        "performed_via_github_app": None,
        "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(_REACTIONS, 0)},
        **({} if issue.pull else _relations(world, issue)),
        **pull,
    }  # fmt: skip


def _node_id(world: World, issue: Issue) -> str:
    pull = world.store.pulls.get(issue.key)
    return node_id("PullRequest", pull.id) if pull else node_id("Issue", issue.id)


def _relations(world: World, issue: Issue) -> Json:
    children = dependencies.children(world, issue)
    closed = sum(child.state == "closed" for child in children)
    blockers, blocked = dependencies.blockers(world, issue), dependencies.blocked(world, issue)
    shape: Json = {
        "type": issue_type_shape(issue.type),
        "sub_issues_summary": {
            "total": len(children),
            "completed": closed,
            "percent_completed": closed * 100 // len(children) if children else 0,
        },
        "issue_dependencies_summary": {
            "blocked_by": sum(other.state == "open" for other in blockers),
            "total_blocked_by": len(blockers),
            "blocking": sum(other.state == "open" for other in blocked),
            "total_blocking": len(blocked),
        },
    }
    above = dependencies.parent(world, issue)
    if above is not None:
        home = api_url(world, world.store.repositories[above.repository])
        shape["parent_issue_url"] = f"{home}/issues/{above.number}"
    return shape


def _draft(world: World, issue: Issue) -> bool:
    pull = world.store.pulls.get(issue.key)
    return bool(pull and pull.draft)


def _pull_links(world: World, repository: Repository, issue: Issue) -> Json:
    web = f"{html_url(world, repository)}/pull/{issue.number}"
    pull = world.store.pulls.get(issue.key)
    return {
        "url": f"{api_url(world, repository)}/pulls/{issue.number}",
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "merged_at": stamp(pull.merged_at) if pull else None,
    }


def comment_shape(world: World, comment: Comment) -> Json:
    repository = world.store.repositories[comment.repository]
    kind = "pull" if (comment.repository, comment.number) in world.store.pulls else "issues"
    url = f"{api_url(world, repository)}/issues"
    return {
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "url": f"{url}/comments/{comment.id}",
        "html_url": f"{html_url(world, repository)}/{kind}/{comment.number}#issuecomment-{comment.id}",
        "issue_url": f"{url}/{comment.number}",
        "body": comment.body,
        "user": simple_user(world, comment.author),
        "author_association": comment.association,
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.updated_at),
        "performed_via_github_app": None,
    }
