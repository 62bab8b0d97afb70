"""Reviews and review comments of pull requests."""

from dataclasses import replace
from datetime import datetime

from .errors import Refusal, invalid
from .issues import record, touch
from .merging import settle
from .records import Pull, Review, ReviewComment
from .world import World

STATES = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}
"""REST's event → the state a review then has."""


def add_review(
    world: World, pull: Pull, author: str, state: str, body: str = "", at: datetime | None = None
) -> Review:
    """Submit a review; an approval may let an auto-merge go."""
    if state not in STATES.values():
        raise invalid("PullRequestReview", "event")
    issue = world.store.issues[pull.key]
    if issue.author == author and state != "COMMENTED":
        verb = "approve" if state == "APPROVED" else "request changes on"
        raise Refusal(422, f"Unprocessable Entity: Can not {verb} your own pull request")
    review = Review(
        world.store.next_id(), pull.repository, pull.number, world.account(author).login, state, body,
        pull.head_sha, at or world.now(),
    )  # fmt: skip
    world.store.reviews.put(review)
    record(world, issue, "reviewed", author, at, review=review.id)
    # Who gave a review is no longer asked for one; asking again is a new request.
    asked = tuple(login for login in pull.reviewers if login.lower() != review.author.lower())
    world.store.pulls.put(replace(pull, reviewers=asked))
    touch(world, issue, at)
    settle(world, world.store.repositories[pull.repository], author)
    return review


def add_review_comment(
    world: World,
    pull: Pull,
    author: str,
    body: str,
    path: str,
    line: int,
    *,
    review: int | None = None,
    in_reply_to: int | None = None,
) -> ReviewComment:
    """Comment on a line of the diff."""
    if not body.strip():
        raise invalid("PullRequestReviewComment", "body", "missing_field")
    touch(world, world.store.issues[pull.key])
    return world.store.review_comments.put(
        ReviewComment(
            world.store.next_id(),
            pull.repository,
            pull.number,
            world.account(author).login,
            body,
            path,
            line,
            pull.head_sha,
            world.now(),
            review,
            in_reply_to,
        )
    )


def dismiss_review(world: World, review: Review, actor: str) -> Review:
    """Take the force out of a review; only approvals and requests for changes have any."""
    if review.state not in {"APPROVED", "CHANGES_REQUESTED"}:
        raise Refusal(422, f"Can not dismiss a {review.state.lower()} pull request review")
    issue = world.store.issues[(review.repository, review.number)]
    record(world, issue, "review_dismissed", actor, review=review.id)
    done = world.store.reviews.put(replace(review, state="DISMISSED"))
    settle(world, world.store.repositories[review.repository], actor)
    return done


def resolve_thread(world: World, comment: ReviewComment, actor: str | None) -> ReviewComment:
    """Resolve the thread a comment is in, or open it again with no actor; return its first comment."""
    first = world.store.review_comments[comment.in_reply_to or comment.id]
    done = world.store.review_comments.put(replace(first, resolved_by=actor))
    settle(world, world.store.repositories[first.repository], actor or first.author)
    return done


def request_review(
    world: World, pull: Pull, actor: str, logins: tuple[str, ...], teams: tuple[str, ...]
) -> Pull:
    """Ask people for a review; 422 for who is no collaborator, or is the author."""
    issue = world.store.issues[pull.key]
    repository = world.store.repositories[pull.repository]
    for login in logins:
        if login.lower() == issue.author.lower():
            raise Refusal(422, "Review cannot be requested from pull request author.")
        if world.association_of(repository, login) == "NONE":
            raise Refusal(
                422, "Reviews may only be requested from collaborators. One or more of the users or teams"
                f" you specified is not a collaborator of the {repository.full_name} repository."
            )  # fmt: skip
    wanted = tuple(dict.fromkeys((*pull.reviewers, *logins)))
    for login in wanted[len(pull.reviewers) :]:
        record(world, issue, "review_requested", actor, reviewer=login)
    touch(world, issue)
    return world.store.pulls.put(
        replace(pull, reviewers=wanted, teams=tuple(dict.fromkeys((*pull.teams, *teams))))
    )
