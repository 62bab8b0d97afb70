"""Reviews of a pull request, their threads, and who is asked for one."""

from typing import Any

from .. import checks
from ..records import Pull, Review, ReviewComment
from .connections import Connection, Info, connect
from .queries import asked
from .subjects import home
from .values import Asking, CommitAt, Thread


def reviews(pull: Pull, info: Info, **bounds: Any) -> Connection[Review]:
    states, author = bounds.get("states"), bounds.get("author")
    rows = [
        review
        for review in asked(info).world.store.reviews.where("issue", pull.key)
        if (not states or review.state in states) and author in (None, review.author)
    ]
    return connect(info, rows, bounds)


def latest_reviews(pull: Pull, info: Info, **bounds: Any) -> Connection[Review]:
    """Return the last review of each author who was not asked again since."""
    found = asked(info).world.store.reviews.where("issue", pull.key)
    latest = {review.author: review for review in found if review.author not in pull.reviewers}
    return connect(info, list(latest.values()), bounds)


def review_comments(review: Review, info: Info, **bounds: Any) -> Connection[ReviewComment]:
    rows = asked(info).world.store.review_comments.where("issue", (review.repository, review.number))
    return connect(info, [comment for comment in rows if comment.review == review.id], bounds)


def threads(pull: Pull, info: Info, **bounds: Any) -> Connection[Thread]:
    rows = [Thread(first) for first in checks.threads(asked(info).world, pull)]
    return connect(info, rows, bounds)


def thread_comments(thread: Thread, info: Info, **bounds: Any) -> Connection[ReviewComment]:
    first = thread.first
    rows = asked(info).world.store.review_comments.where("issue", (first.repository, first.number))
    found = [comment for comment in rows if first.id in (comment.id, comment.in_reply_to)]
    return connect(info, found[bounds.get("skip") or 0 :], bounds)


def outdated(thread: Thread, info: Info) -> bool:
    return _outdated(thread.first, info)


def comment_outdated(comment: ReviewComment, info: Info) -> bool:
    return _outdated(comment, info)


def _outdated(comment: ReviewComment, info: Info) -> bool:
    return asked(info).world.pull(comment.repository, comment.number).head_sha != comment.commit


def association(spoken: Review | ReviewComment, info: Info) -> str:
    return asked(info).world.association_of(home(spoken, info), spoken.author)


def commit(spoken: Review | ReviewComment, _info: Info) -> CommitAt:
    return CommitAt(spoken.repository, spoken.commit)


def url(spoken: Review | ReviewComment, info: Info) -> str:
    """Return where people read it."""
    web = f"{asked(info).world.base_url}/{home(spoken, info).full_name}/pull/{spoken.number}"
    part = "pullrequestreview-" if isinstance(spoken, Review) else "discussion_r"
    return f"{web}#{part}{spoken.id}"


def review_of(comment: ReviewComment, info: Info) -> Review | None:
    return asked(info).world.store.reviews.get(comment.review) if comment.review else None


def reply_to(comment: ReviewComment, info: Info) -> ReviewComment | None:
    known = asked(info).world.store.review_comments
    return known.get(comment.in_reply_to) if comment.in_reply_to else None


def requests(pull: Pull, info: Info, **bounds: Any) -> Connection[Asking]:
    return connect(info, [Asking(pull.id, login) for login in pull.reviewers], bounds)
