"""Comments on issues and pull requests."""

from dataclasses import replace

from ..errors import Refusal, not_found
from ..issues import add_comment, refer, require_comment, touch
from ..records import Comment, Issue
from ..shapes.issues import comment_shape
from .call import Call, Reply, Route, moment


def list_comments(call: Call) -> Reply:
    return _page(call, call.world.store.comments.where("issue", call.issue.key))


def list_repository_comments(call: Call) -> Reply:
    return _page(call, call.world.store.comments.where("repository", call.repository.id))


def _page(call: Call, comments: list[Comment]) -> Reply:
    since = moment(call.query.get("since"), "IssueComment", "since")
    rows = [comment for comment in comments if since is None or comment.updated_at >= since]
    return call.page(rows, lambda comment: comment_shape(call.world, comment))


def create_comment(call: Call) -> Reply:
    _require_unlocked(call, call.issue)
    comment = add_comment(call.world, call.issue, call.actor, call.text("body", "IssueComment"))
    return Reply(comment_shape(call.world, comment), 201)


def get_comment(call: Call) -> Reply:
    return Reply(comment_shape(call.world, _comment(call)))


def edit_comment(call: Call) -> Reply:
    body, now, own = call.text("body", "IssueComment"), call.world.now(), _own(call)
    _require_unlocked(call, call.world.issue(own.repository, own.number))
    require_comment(body)
    comment = call.world.store.comments.put(replace(own, body=body, updated_at=now))
    issue = touch(call.world, call.world.issue(comment.repository, comment.number))
    refer(call.world, issue, call.actor, body, now)
    return Reply(comment_shape(call.world, comment))


def delete_comment(call: Call) -> Reply:
    call.world.store.comments.remove(_own(call).id)
    return Reply(status=204)


def _comment(call: Call) -> Comment:
    identifier = call.params["comment"]
    found = call.world.store.comments.get(int(identifier) if identifier.isdigit() else 0)
    if found is None or found.repository != call.repository.id:
        raise not_found()
    return found


def _require_unlocked(call: Call, issue: Issue) -> None:
    """Refuse Apps and people without write access in a locked conversation."""
    if issue.locked and (call.actor.endswith("[bot]") or not call.may("write")):
        raise Refusal(403, "Unable to create comment because issue is locked.")


def _own(call: Call) -> Comment:
    comment = _comment(call)
    if comment.author.lower() != call.actor.lower() and not call.may("write"):
        raise Refusal(403, "Must have admin rights to Repository.")
    return comment


_ISSUES = "/repos/{owner}/{repo}/issues"
ROUTES = (
    Route("GET", f"{_ISSUES}/comments", list_repository_comments),
    Route("GET", f"{_ISSUES}/comments/{{comment}}", get_comment),
    Route("PATCH", f"{_ISSUES}/comments/{{comment}}", edit_comment),
    Route("DELETE", f"{_ISSUES}/comments/{{comment}}", delete_comment),
    Route("GET", f"{_ISSUES}/{{number}}/comments", list_comments),
    Route("POST", f"{_ISSUES}/{{number}}/comments", create_comment),
)
