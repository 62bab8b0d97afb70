"""Mutations of pull requests: drafts, auto-merge and the merge queue."""

from collections.abc import Callable
from typing import Any

from ..errors import Refusal
from ..merging import disable_auto_merge, enable_auto_merge, enqueue, entry_of, leave_queue
from ..pulls import set_draft
from ..records import Pull, Repository
from .connections import Asked, Info
from .queries import asked, resolve_node

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
        payload = {result: done, "actor": by.world.account(by.login)}
        return {**payload, "clientMutationId": input.get("clientMutationId")}

    return resolve


def _enqueue(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    return enqueue(by.world, repository, pull, by.login, given.get("expectedHeadOid"))


def _dequeue(by: Asked, _repository: Repository, pull: Pull, _given: Input) -> Any:
    entry = entry_of(by.world, pull)
    if entry is None:
        raise Refusal(422, "Pull request is not in the merge queue")
    return leave_queue(by.world, entry, by.login, "MANUAL")


def _enable(by: Asked, repository: Repository, pull: Pull, given: Input) -> Any:
    if given.get("expectedHeadOid") not in (None, pull.head_sha):
        raise Refusal(422, "Head oid does not match the expected head oid")
    return enable_auto_merge(by.world, repository, pull, by.login, given["mergeMethod"].lower())


def _disable(by: Asked, _repository: Repository, pull: Pull, _given: Input) -> Any:
    return disable_auto_merge(by.world, pull, by.login)


def _to_draft(by: Asked, _repository: Repository, pull: Pull, _given: Input) -> Any:
    return set_draft(by.world, pull, True, by.login)


def _to_ready(by: Asked, _repository: Repository, pull: Pull, _given: Input) -> Any:
    return set_draft(by.world, pull, False, by.login)


MUTATIONS = {
    "enqueuePullRequest": _mutation(_enqueue, "mergeQueueEntry"),
    "dequeuePullRequest": _mutation(_dequeue, "mergeQueueEntry"),
    "enablePullRequestAutoMerge": _mutation(_enable, "pullRequest"),
    "disablePullRequestAutoMerge": _mutation(_disable, "pullRequest"),
    "convertPullRequestToDraft": _mutation(_to_draft, "pullRequest"),
    "markPullRequestReadyForReview": _mutation(_to_ready, "pullRequest"),
}
