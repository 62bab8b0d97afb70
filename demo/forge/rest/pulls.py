"""Pull requests: listing, opening, editing, reviewing and merging."""

from dataclasses import replace

from ..errors import Refusal, invalid, not_found
from ..merging import merge_pull, settle, update_branch
from ..pulls import edit_pull, open_pull
from ..records import Pull
from ..reviewing import STATES, add_review, add_review_comment, dismiss_review, request_review
from ..shapes.pulls import file_shape, full_pull, review_comment_shape, review_shape, simple_pull
from ..shapes.repositories import commit_shape
from .call import Call, Reply, Route, strings


def list_pulls(call: Call) -> Reply:
    rows = [
        pull for pull in call.world.store.pulls.where("repository", call.repository.id) if _wanted(call, pull)
    ]
    sort = {"updated": "updated_at"}.get(call.query.get("sort", "created"), "created_at")
    default = "desc" if call.query.get("sort", "created") == "created" else "asc"
    newest_first = call.query.get("direction", default) == "desc"
    issues = call.world.store.issues
    rows.sort(key=lambda pull: (getattr(issues[pull.key], sort), pull.number), reverse=newest_first)
    return call.page(rows, lambda pull: simple_pull(call.world, pull))


def _wanted(call: Call, pull: Pull) -> bool:
    """Filter as GitHub does: a `head` without its owner filters nothing."""
    owner, _, branch = call.query.get("head", "").rpartition(":")
    issue = call.world.store.issues[pull.key]
    return (
        not issue.deleted
        and call.query.get("state", "open") in ("all", issue.state)
        and call.query.get("base", pull.base) == pull.base
        and (not owner or (owner.lower(), branch) == (call.repository.owner.lower(), pull.head))
    )


def create_pull(call: Call) -> Reply:
    _require_room(call)
    pull = open_pull(
        call.world,
        call.repository,
        call.actor,
        title=call.text("title", "PullRequest"),
        head=call.text("head", "PullRequest"),
        base=call.text("base", "PullRequest"),
        body=call.body.get("body"),
        draft=bool(call.body.get("draft")),
    )
    return Reply(full_pull(call.world, pull), 201)


def _require_room(call: Call) -> None:
    """Refuse who may not write, unless a limit lets outsiders have some; drafts do not count."""
    if call.may("write"):
        return
    most, store = call.repository.pull_limit, call.world.store
    if most is None:
        raise Refusal(403, "Resource not accessible by personal access token")
    ready = [pull for pull in store.pulls.where("repository", call.repository.id) if not pull.draft]
    issues = [store.issues[pull.key] for pull in ready]
    mine = [issue for issue in issues if issue.state == "open" and issue.author == call.actor]
    if len(mine) >= most and not call.body.get("draft"):
        message = f"You have reached the limit of {most} open pull requests in this repository."
        raise Refusal(
            422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}]
        )


def get_pull(call: Call) -> Reply:
    return Reply(full_pull(call.world, call.pull))


def patch_pull(call: Call) -> Reply:
    changes = {name: call.body[name] for name in ("title", "body", "state", "base") if name in call.body}
    if changes.get("state", "open") not in ("open", "closed"):
        raise invalid("PullRequest", "state")
    edit_pull(call.world, call.pull, call.actor, changes)
    settle(call.world, call.repository, call.actor)
    return Reply(full_pull(call.world, call.pull))


def list_files(call: Call) -> Reply:
    pull = call.pull
    files = call.world.git(pull.repository).changes(pull.base_sha, pull.head_sha)
    return call.page(files, lambda file: file_shape(call.world, pull, file))


def list_commits(call: Call) -> Reply:
    pull = call.pull
    commits = call.world.git(pull.repository).commits(f"{pull.base_sha}..{pull.head_sha}")
    return call.page(commits[::-1], lambda commit: commit_shape(call.world, call.repository, commit))


def is_merged(call: Call) -> Reply:
    if call.pull.merged_at is None:
        raise not_found()
    return Reply(status=204)


def put_merge(call: Call) -> Reply:
    pull = merge_pull(
        call.world,
        call.repository,
        call.pull,
        call.actor,
        method=call.text("merge_method", "PullRequest", "merge"),
        sha=call.body.get("sha"),
        title=call.body.get("commit_title"),
        message=call.body.get("commit_message"),
    )
    return Reply({"sha": pull.merge_sha, "merged": True, "message": "Pull Request successfully merged"})


def post_reviewers(call: Call) -> Reply:
    logins = strings(call.body.get("reviewers", []), "PullRequest", "reviewers")
    teams = strings(call.body.get("team_reviewers", []), "PullRequest", "team_reviewers")
    return Reply(
        simple_pull(call.world, request_review(call.world, call.pull, call.actor, logins, teams)), 201
    )


def delete_reviewers(call: Call) -> Reply:
    gone = {login.lower() for login in strings(call.body.get("reviewers", []), "PullRequest", "reviewers")}
    left = tuple(login for login in call.pull.reviewers if login.lower() not in gone)
    return Reply(simple_pull(call.world, call.world.store.pulls.put(replace(call.pull, reviewers=left))))


def list_reviews(call: Call) -> Reply:
    rows = call.world.store.reviews.where("issue", call.pull.key)
    return call.page(rows, lambda review: review_shape(call.world, review))


def create_review(call: Call) -> Reply:
    state = STATES.get(call.text("event", "PullRequestReview"))
    if state is None:
        raise invalid("PullRequestReview", "event")
    body = str(call.body.get("body") or "")
    if not body and state != "APPROVED":
        raise Refusal(422, "Unprocessable Entity: Review body can't be blank")
    review = add_review(call.world, call.pull, call.actor, state, body)
    for line in call.body.get("comments", []):
        add_review_comment(
            call.world, call.pull, call.actor, str(line["body"]), str(line["path"]),
            int(line.get("line") or 1), review=review.id,
        )  # fmt: skip
    return Reply(review_shape(call.world, review))


def put_dismissal(call: Call) -> Reply:
    identifier = call.params["review"]
    known = call.world.store.reviews.get(int(identifier) if identifier.isdigit() else 0)
    if known is None or (known.repository, known.number) != call.pull.key:
        raise not_found()
    call.text("message", "PullRequestReview")
    return Reply(review_shape(call.world, dismiss_review(call.world, known, call.actor)))


def put_update_branch(call: Call) -> Reply:
    update_branch(call.world, call.repository, call.pull, call.actor, call.body.get("expected_head_sha"))
    url = f"{call.world.base_url}/repos/{call.repository.full_name}/pulls/{call.pull.number}"
    return Reply({"message": "Updating pull request branch.", "url": url}, 202)


def list_review_comments(call: Call) -> Reply:
    rows = call.world.store.review_comments.where("issue", call.pull.key)
    return call.page(rows, lambda comment: review_comment_shape(call.world, comment))


def create_review_comment(call: Call) -> Reply:
    comment = add_review_comment(
        call.world, call.pull, call.actor, call.text("body", "PullRequestReviewComment"),
        call.text("path", "PullRequestReviewComment"), int(call.body.get("line") or 1),
    )  # fmt: skip
    return Reply(review_comment_shape(call.world, comment), 201)


def reply_to_review_comment(call: Call) -> Reply:
    known = call.world.store.review_comments.get(
        int(call.params["comment"]) if call.params["comment"].isdigit() else 0
    )
    if known is None or (known.repository, known.number) != call.pull.key:
        raise not_found()
    comment = add_review_comment(
        call.world, call.pull, call.actor, call.text("body", "PullRequestReviewComment"), known.path,
        known.line, review=known.review, in_reply_to=known.id,
    )  # fmt: skip
    return Reply(review_comment_shape(call.world, comment), 201)


_PULLS = "/repos/{owner}/{repo}/pulls"
_ONE = f"{_PULLS}/{{number}}"
ROUTES = (
    Route("GET", _PULLS, list_pulls),
    Route("POST", _PULLS, create_pull),
    Route("GET", _ONE, get_pull),
    Route("PATCH", _ONE, patch_pull, "write"),
    Route("GET", f"{_ONE}/files", list_files),
    Route("GET", f"{_ONE}/commits", list_commits),
    Route("GET", f"{_ONE}/merge", is_merged),
    Route("PUT", f"{_ONE}/merge", put_merge, "write"),
    Route("POST", f"{_ONE}/requested_reviewers", post_reviewers, "write"),
    Route("DELETE", f"{_ONE}/requested_reviewers", delete_reviewers, "write"),
    Route("GET", f"{_ONE}/reviews", list_reviews),
    Route("POST", f"{_ONE}/reviews", create_review),
    Route("PUT", f"{_ONE}/reviews/{{review}}/dismissals", put_dismissal, "write"),
    Route("PUT", f"{_ONE}/update-branch", put_update_branch, "write"),
    Route("GET", f"{_ONE}/comments", list_review_comments),
    Route("POST", f"{_ONE}/comments", create_review_comment),
    Route("POST", f"{_ONE}/comments/{{comment}}/replies", reply_to_review_comment),
)
