"""Statuses, check runs and milestones: what machines and planners report."""

from dataclasses import replace
from datetime import datetime

from .errors import Refusal, invalid
from .merging import settle
from .records import CheckRun, Milestone, Repository, Status
from .world import World

_STATES = ("error", "failure", "pending", "success")
_CONCLUSIONS = (
    "action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out",
)  # fmt: skip


def add_status(
    world: World,
    repository: Repository,
    creator: str,
    sha: str,
    *,
    state: str,
    context: str = "default",
    description: str | None = None,
    target_url: str | None = None,
) -> Status:
    """Report a status of a commit, and let queues and auto-merges act on it."""
    if state not in _STATES:
        raise invalid("Status", "state", "inclusion")
    if world.git(repository.id).resolve(sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    status = Status(
        world.store.next_id(), repository.id, sha, context, state, world.account(creator).login, world.now(),
        description, target_url,
    )  # fmt: skip
    world.store.statuses.put(status)
    settle(world, repository, creator)
    return status


def add_check_run(
    world: World,
    repository: Repository,
    app: str,
    *,
    name: str,
    sha: str,
    status: str = "queued",
    conclusion: str | None = None,
    details_url: str | None = None,
    external_id: str = "",
    title: str | None = None,
    summary: str | None = None,
) -> CheckRun:
    """Report a check run; GitHub lets only Apps do so."""
    if not app.endswith("[bot]"):
        raise Refusal(403, "You must authenticate via a GitHub App.")
    if world.git(repository.id).resolve(sha) is None:
        raise Refusal(422, f"No commit found for SHA: {sha}")
    now = world.now()
    run = CheckRun(
        world.store.next_id(), repository.id, sha, name, "queued", world.account(app).login, now,
        details_url=details_url, external_id=external_id, title=title, summary=summary,
    )  # fmt: skip
    world.store.check_runs.put(run)
    return update_check_run(world, run, status, conclusion)


def update_check_run(world: World, run: CheckRun, status: str, conclusion: str | None) -> CheckRun:
    """Move a check run on; a conclusion completes it."""
    if conclusion is not None and conclusion not in _CONCLUSIONS:
        raise invalid("CheckRun", "conclusion")
    done = conclusion is not None
    run = replace(
        run,
        status="completed" if done else status,
        conclusion=conclusion,
        completed_at=world.now() if done else None,
    )
    world.store.check_runs.put(run)
    settle(world, world.store.repositories[run.repository], run.app)
    return run


def open_milestone(
    world: World,
    repository: Repository,
    title: str,
    *,
    creator: str | None = None,
    description: str | None = None,
    due_on: datetime | None = None,
    state: str = "open",
) -> Milestone:
    """Open a milestone; 422 where the title is taken."""
    known = world.store.milestones.where("repository", repository.id)
    if any(milestone.title == title for milestone in known):
        raise invalid("Milestone", "title", "already_exists")
    now = world.now()
    return world.store.milestones.put(
        Milestone(
            world.store.next_id(),
            repository.id,
            len(known) + 1,
            title,
            creator or repository.owner,
            now,
            now,
            description,
            due_on,
            state=state,
        )
    )
