"""Statuses, check runs, reviews, and what a protected branch makes of them."""

from .records import CheckRun, Pull, Repository, ReviewComment, Status
from .rules import demands
from .world import LEVELS, World

_PASSED = {"success", "neutral", "skipped"}


def latest_statuses(world: World, repository: int, sha: str) -> list[Status]:
    """Return the newest status of each context, in the order the contexts appeared."""
    return list(
        {status.context: status for status in world.store.statuses.where("sha", (repository, sha))}.values()
    )


def latest_runs(world: World, repository: int, sha: str) -> list[CheckRun]:
    """Return the newest check run of each name."""
    return list({run.name: run for run in world.store.check_runs.where("sha", (repository, sha))}.values())


def results(world: World, repository: int, sha: str) -> dict[str, str]:
    """Return context or check name → success, failure or pending, for one commit."""
    found = {run.name: _result_of_run(run) for run in latest_runs(world, repository, sha)}
    for status in latest_statuses(world, repository, sha):
        found[status.context] = {"error": "failure"}.get(status.state, status.state)
    return found


def _result_of_run(run: CheckRun) -> str:
    if run.status != "completed":
        return "pending"
    return "success" if run.conclusion in _PASSED else "failure"


def combined_state(states: list[str]) -> str:
    """Combine states the way GitHub does: no status at all is `pending`."""
    if any(state in {"failure", "error"} for state in states):
        return "failure"
    return "success" if states and all(state == "success" for state in states) else "pending"


def missing_check(world: World, repository: int, sha: str, contexts: tuple[str, ...]) -> str | None:
    """Return GitHub's sentence about the first required check that has not passed."""
    found = results(world, repository, sha)
    for context in contexts:
        if found.get(context) != "success":
            says = {"failure": "is failing", "pending": "is pending"}.get(
                found.get(context, ""), "is expected"
            )
            return f'Required status check "{context}" {says}.'
    return None


def review_decision(world: World, repository: Repository, pull: Pull) -> str | None:
    """Return APPROVED, CHANGES_REQUESTED or REVIEW_REQUIRED; None where nobody must review and nobody did."""
    opinions = {
        review.author: review.state
        for review in world.store.reviews.where("issue", pull.key)
        if review.state in {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
        and _counts(world, repository, review.author)
    }
    wanted = demands(repository, pull.base).approvals
    if "CHANGES_REQUESTED" in opinions.values():
        return "CHANGES_REQUESTED"
    approvals = sum(state == "APPROVED" for state in opinions.values())
    if approvals >= max(wanted, 1):
        return "APPROVED"
    return "REVIEW_REQUIRED" if wanted else None


def threads(world: World, pull: Pull) -> list[ReviewComment]:
    """Return the first comment of each review thread, oldest first."""
    found = world.store.review_comments.where("issue", pull.key)
    return [comment for comment in found if comment.in_reply_to is None]


def _counts(world: World, repository: Repository, login: str) -> bool:
    return LEVELS.index(world.permission_of(repository, login)) >= LEVELS.index("write")


def unmet_requirement(world: World, repository: Repository, pull: Pull) -> str | None:
    """Return why the base's protection or rulesets still refuse the pull request, or None."""
    asked = demands(repository, pull.base)
    missing = missing_check(world, repository.id, pull.head_sha, asked.contexts)
    if missing:
        return missing
    if asked.approvals and review_decision(world, repository, pull) != "APPROVED":
        return f"At least {asked.approvals} approving review is required by reviewers with write access."
    if asked.resolved_threads and any(thread.resolved_by is None for thread in threads(world, pull)):
        return "All comments must be resolved."
    tip = world.git(repository.id).branch(pull.base)
    if asked.strict and tip and not world.git(repository.id).contains(pull.head_sha, tip):
        return "This branch must be up to date before merging."
    return None


def merge_state(world: World, repository: Repository, pull: Pull) -> str:
    """Return GitHub's `mergeable_state`: draft, dirty, blocked, unstable or clean."""
    if pull.merged_at or world.store.issues[pull.key].state == "closed":
        return "unknown"
    if not mergeable(world, pull):
        return "dirty"
    if pull.draft:
        return "draft"
    reason = unmet_requirement(world, repository, pull)
    if reason:
        return "behind" if "up to date" in reason else "blocked"
    states = list(results(world, repository.id, pull.head_sha).values())
    return "unstable" if any(state != "success" for state in states) else "clean"


def mergeable(world: World, pull: Pull) -> bool:
    """Say whether the head merges into the base's tip without a conflict."""
    tip = world.git(pull.repository).branch(pull.base)
    return tip is not None and world.git(pull.repository).merged_tree(tip, pull.head_sha) is not None
