"""Pull requests, reviews and the files they change."""

from ..bare import FileChange
from ..checks import merge_state, mergeable
from ..nodes import node_id
from ..records import Pull, Repository, Review, ReviewComment
from ..world import World
from . import Json, stamp
from .accounts import simple_user
from .issues import labels_of, milestone_of
from .repositories import api_url, html_url, repository_shape


def simple_pull(world: World, pull: Pull) -> Json:
    """Return a `pull-request-simple`, as lists do."""
    repository, issue = world.store.repositories[pull.repository], world.store.issues[pull.key]
    url, web = api_url(world, repository), f"{html_url(world, repository)}/pull/{pull.number}"
    links = {
        "self": f"{url}/pulls/{pull.number}",
        "html": web,
        "issue": f"{url}/issues/{pull.number}",
        "comments": f"{url}/issues/{pull.number}/comments",
        "review_comments": f"{url}/pulls/{pull.number}/comments",
        "review_comment": f"{url}/pulls/comments{{/number}}",
        "commits": f"{url}/pulls/{pull.number}/commits",
        "statuses": f"{url}/statuses/{pull.head_sha}",
    }
    assignees = [simple_user(world, login) for login in issue.assignees]
    return {
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "url": links["self"],
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        **{f"{name}_url": link for name, link in links.items() if name not in {"self", "html"}},
        "number": pull.number,
        "state": issue.state,
        "locked": issue.locked,
        "active_lock_reason": issue.lock_reason,
        "title": issue.title,
        "body": issue.body,
        "user": simple_user(world, issue.author),
        "author_association": issue.association,
        "labels": labels_of(world, issue),
        "milestone": milestone_of(world, issue),
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [simple_user(world, login) for login in pull.reviewers],
        "requested_teams": [_team(world, repository, slug) for slug in pull.teams],
        "head": _end(world, repository, pull.head, pull.head_sha),
        "base": _end(world, repository, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "draft": pull.draft,
        "auto_merge": _auto_merge(world, pull),
        "merge_commit_sha": pull.merge_sha,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at),
        "merged_at": stamp(pull.merged_at),
    }


def _end(world: World, repository: Repository, branch: str, sha: str) -> Json:
    return {
        "label": f"{repository.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": simple_user(world, repository.owner),
        "repo": repository_shape(world, repository, None),
    }


def _team(world: World, repository: Repository, slug: str) -> Json:
    url = f"{world.base_url}/api/v3/organizations/{repository.owner}/team/{slug}"
    return {
        "id": sum(map(ord, slug)),
        "node_id": node_id("Organization", slug),
        "url": url,
        "html_url": f"{world.base_url}/orgs/{repository.owner}/teams/{slug}",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "name": slug,
        "slug": slug,
        "description": None,
        "privacy": "closed",
        "permission": "push",
        "parent": None,
        "type": "organization",
    }


def _auto_merge(world: World, pull: Pull) -> Json | None:
    if not pull.auto_merge:
        return None
    return {
        "enabled_by": simple_user(world, pull.auto_merge_by or ""),
        "merge_method": pull.auto_merge,
        "commit_title": "",
        "commit_message": "",
    }


def full_pull(world: World, pull: Pull) -> Json:
    """Return a `pull-request`, which has been compared and tried for conflicts."""
    repository, git = world.store.repositories[pull.repository], world.git(pull.repository)
    files = git.changes(pull.base_sha, pull.head_sha)
    open_still = world.store.issues[pull.key].state == "open"
    return {
        **simple_pull(world, pull),
        "merged": pull.merged_at is not None,
        "merged_by": simple_user(world, pull.merged_by) if pull.merged_by else None,
        "mergeable": mergeable(world, pull) if open_still else None,
        "mergeable_state": merge_state(world, repository, pull),
        "rebaseable": None,
        "maintainer_can_modify": False,
        "comments": world.store.comments.count("issue", pull.key),
        "review_comments": world.store.review_comments.count("issue", pull.key),
        "commits": len(git.commits(f"{pull.base_sha}..{pull.head_sha}")),
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "changed_files": len(files),
    }


def file_shape(world: World, pull: Pull, file: FileChange) -> Json:
    repository = world.store.repositories[pull.repository]
    web, sha = html_url(world, repository), pull.head_sha
    return {
        "sha": file.blob,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{web}/blob/{sha}/{file.path}",
        "raw_url": f"{web}/raw/{sha}/{file.path}",
        "contents_url": f"{api_url(world, repository)}/contents/{file.path}?ref={sha}",
    }


def review_shape(world: World, review: Review) -> Json:
    repository = world.store.repositories[review.repository]
    pull = f"{api_url(world, repository)}/pulls/{review.number}"
    web = f"{html_url(world, repository)}/pull/{review.number}#pullrequestreview-{review.id}"
    return {
        "id": review.id,
        "node_id": node_id("Review", review.id),
        "user": simple_user(world, review.author),
        "body": review.body,
        "state": review.state,
        "html_url": web,
        "pull_request_url": pull,
        "_links": {"html": {"href": web}, "pull_request": {"href": pull}},
        "submitted_at": stamp(review.submitted_at),
        "commit_id": review.commit,
        "author_association": world.association_of(repository, review.author),
    }


def review_comment_shape(world: World, comment: ReviewComment) -> Json:
    repository = world.store.repositories[comment.repository]
    pulls = f"{api_url(world, repository)}/pulls"
    url, pull = f"{pulls}/comments/{comment.id}", f"{pulls}/{comment.number}"
    web = f"{html_url(world, repository)}/pull/{comment.number}#discussion_r{comment.id}"
    reply = {} if comment.in_reply_to is None else {"in_reply_to_id": comment.in_reply_to}
    return {
        "id": comment.id,
        "node_id": node_id("ReviewComment", comment.id),
        "url": url,
        "html_url": web,
        "pull_request_url": pull,
        "pull_request_review_id": comment.review,
        "_links": {"self": {"href": url}, "html": {"href": web}, "pull_request": {"href": pull}},
        "user": simple_user(world, comment.author),
        "author_association": world.association_of(repository, comment.author),
        "body": comment.body,
        "path": comment.path,
        "line": comment.line,
        "original_line": comment.line,
        "side": "RIGHT",
        "diff_hunk": "",
        "position": comment.line,
        "original_position": comment.line,
        "commit_id": comment.commit,
        "original_commit_id": comment.commit,
        "created_at": stamp(comment.created_at),
        "updated_at": stamp(comment.created_at),
        **reply,
    }
