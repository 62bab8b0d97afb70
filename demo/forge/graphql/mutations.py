"""Mutations of pull requests: drafts, auto-merge and the merge queue."""

from collections.abc import Callable
from typing import Any

from ..errors import Refusal
from ..merging import dequeue, disable_auto_merge, enable_auto_merge, enqueue, merge_pull, settle
from ..pulls import set_draft
from ..queueing import entry_of
from ..records import Pull, Repository, ReviewComment
from ..reverting import revert
from ..reviewing import add_review_comment, resolve_thread
from .connections import Asked, Info
from .queries import asked, resolve_node
from .values import Thread

Input = dict[str, Any]
Verb = Callable[[Asked, Repository, Pull, Input], Any]


def _mutation(verb: Verb, result: str) -> Callable[..., dict[str, Any]]:
    """Wrap a verb: find the pull request, refuse who may not write, shape the payload."""

    def resolve(_root: Any, info: Info, *, input: Input) -> dict[str, Any]:  # noqa: A002
        pull = resolve_node(_root, info, id=input.get("pullRequestId") or input["id"])
        if not isinstance(pull, Pull):
            raise Refusal(404, f"Could not resolve to PullRequest node with the global id of '{input}'.")
        by = asked(info)
        repository = by.world.store.repositories[pull.repository]
        if not by.may(repository.id, "write"):
            raise Refusal(403, "Resource not accessible by personal access token")
        if repository.archived:
            raise Refusal(403, "Repository was archived so is read-only.")
        done = verb(by, repository, pull, input)
        payload = {"pullRequest": by.world.pull(*pull.key), "actor": by.world.account(by.login), result: done}
        return {**payload, "clientMutationId": input.get("clientMutationId")}

    return resolve


def _enqueue(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    return enqueue(
        by.world, repository, pull, by.login, given.get("expectedHeadOid"), jump=bool(given.get("jump"))
    )


def _dequeue(by: Asked, repository: Repository, pull: Pull, _given: Input) -> Any:
    entry = entry_of(by.world, pull)
    if entry is None:
        raise Refusal(422, "Pull request is not in the merge queue")
    return dequeue(by.world, repository, entry, by.login, "manual")


def _enable(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    if given.get("expectedHeadOid") not in (None, pull.head_sha):
        raise Refusal(422, "Head oid does not match the expected head oid")
    return enable_auto_merge(by.world, repository, pull, by.login, given["mergeMethod"].lower())


def _merge(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    if given.get("expectedHeadOid") not in (None, pull.head_sha):
        raise Refusal(422, "Head branch was modified. Review and try the merge again.")
    return merge_pull(by.world, repository, pull, by.login, method=given["mergeMethod"].lower())


def _disable(by: Asked, _repository: Repository, pull: Pull, _given: Input) -> Any:
    return disable_auto_merge(by.world, pull, by.login)


def _to_draft(by: Asked, repository: Repository, pull: Pull, _given: Input) -> Any:
    set_draft(by.world, pull, True, by.login)
    settle(by.world, repository, by.login)
    return by.world.pull(*pull.key)


def _to_ready(by: Asked, repository: Repository, pull: Pull, _given: Input) -> Any:
    set_draft(by.world, pull, False, by.login)
    settle(by.world, repository, by.login)
    return by.world.pull(*pull.key)


def _revert(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    return revert(
        by.world, repository, pull, by.login,
        title=given.get("title"), body=given.get("body"), draft=bool(given.get("draft")),
    )  # fmt: skip


def _of_thread(verb: Callable[[Asked, ReviewComment, Input], Any], result: str) -> Callable[..., Any]:
    """Wrap a verb on a review thread, which is known by its first comment."""

    def resolve(_root: Any, info: Info, *, input: Input) -> dict[str, Any]:  # noqa: A002
        thread = resolve_node(_root, info, id=input.get("threadId") or input["pullRequestReviewThreadId"])
        by = asked(info)
        if not isinstance(thread, Thread):
            raise Refusal(404, "Could not resolve to a PullRequestReviewThread")
        if not by.may(thread.repository, "write"):
            raise Refusal(403, "Resource not accessible by personal access token")
        return {result: verb(by, thread.first, input), "clientMutationId": input.get("clientMutationId")}

    return resolve


def _reply(by: Asked, first: ReviewComment, given: Input) -> ReviewComment:
    pull = by.world.pull(first.repository, first.number)
    return add_review_comment(
        by.world, pull, by.login, given["body"], first.path, first.line,
        review=first.review, in_reply_to=first.id,
    )  # fmt: skip


MUTATIONS = {
    "revertPullRequest": _mutation(_revert, "revertPullRequest"),
    "addPullRequestReviewThreadReply": _of_thread(_reply, "comment"),
    "resolveReviewThread": _of_thread(
        lambda by, first, _: Thread(resolve_thread(by.world, first, by.login)), "thread"
    ),
    "unresolveReviewThread": _of_thread(
        lambda by, first, _: Thread(resolve_thread(by.world, first, None)), "thread"
    ),
    "enqueuePullRequest": _mutation(_enqueue, "mergeQueueEntry"),
    "dequeuePullRequest": _mutation(_dequeue, "mergeQueueEntry"),
    "enablePullRequestAutoMerge": _mutation(_enable, "pullRequest"),
    "disablePullRequestAutoMerge": _mutation(_disable, "pullRequest"),
    "convertPullRequestToDraft": _mutation(_to_draft, "pullRequest"),
    "mergePullRequest": _mutation(_merge, "pullRequest"),
    "markPullRequestReadyForReview": _mutation(_to_ready, "pullRequest"),
}
