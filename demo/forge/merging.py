"""Merging for real: the button, auto-merge, and the merge queue."""

from dataclasses import replace

from .checks import merge_state, mergeable, unmet_requirement
from .errors import Refusal
from .issues import record, touch
from .pulls import follow_branches, mark_merged, retarget
from .queueing import entry_of, join, leave_queue, next_to_merge, overdue, queue_of
from .records import Pull, QueueEntry, Repository
from .rules import demands, queue_rules
from .world import World


def merge_pull(
    world: World,
    repository: Repository,
    pull: Pull,
    actor: str,
    *,
    method: str = "merge",
    sha: str | None = None,
    title: str | None = None,
    message: str | None = None,
) -> Pull:
    """Merge a pull request now; 405 where the base's rules refuse it, 409 where the head moved."""
    if pull.merged_at or world.store.issues[pull.key].state == "closed":
        raise Refusal(405, "Pull Request is not mergeable")
    if sha is not None and sha != pull.head_sha:
        raise Refusal(409, "Head branch was modified. Review and try the merge again.")
    if pull.draft:
        raise Refusal(405, "Pull Request is still a draft")
    if queue_rules(repository, pull.base):
        raise Refusal(
            405, "Repository rule violations found\n\nChanges must be made through the merge queue\n\n"
        )
    if method == "merge" and demands(repository, pull.base).linear_history:
        raise Refusal(405, "Merge commits are not allowed on this branch: it demands a linear history.")
    if not _allowed(repository, method):
        raise Refusal(405, f"{method.capitalize()} merges are not allowed on this repository.")
    reason = unmet_requirement(world, repository, pull)
    if reason:
        raise Refusal(405, reason)
    text = title or _title(world, repository, pull, method)
    body = message if message is not None else world.store.issues[pull.key].title
    return _land(world, repository, pull, actor, method, f"{text}\n\n{body}".strip())


def _allowed(repository: Repository, method: str) -> bool:
    return {
        "merge": repository.allow_merge_commit,
        "squash": repository.allow_squash_merge,
        "rebase": repository.allow_rebase_merge,
    }.get(method, False)


def _title(world: World, repository: Repository, pull: Pull, method: str) -> str:
    if method == "squash":
        return f"{world.store.issues[pull.key].title} (#{pull.number})"
    return f"Merge pull request #{pull.number} from {repository.owner}/{pull.head}"


def _land(world: World, repository: Repository, pull: Pull, actor: str, method: str, text: str) -> Pull:
    git = world.git(repository.id)
    tip = git.branch(pull.base)
    merged = tip and git.merge(method, tip, pull.head_sha, text, world.author(actor), world.now())
    if not merged:
        raise Refusal(405, "Pull Request is not mergeable")
    return finish(world, repository, pull, actor, merged)


def finish(world: World, repository: Repository, pull: Pull, actor: str, sha: str) -> Pull:
    """Move the base to the merged commit and let everything that follows from it happen."""
    done = _take(world, repository, pull, actor, sha)
    settle(world, repository, actor)
    return done


def _take(world: World, repository: Repository, pull: Pull, actor: str, sha: str) -> Pull:
    world.git(repository.id).update_branch(pull.base, sha)
    done = mark_merged(world, pull, actor, sha)
    if repository.delete_branch_on_merge and pull.head != repository.default_branch:
        for child in world.store.pulls.where("repository", repository.id):
            if child.base == pull.head and world.store.issues[child.key].state == "open":
                retarget(world, child, pull.base, actor)
        world.git(repository.id).delete_ref(f"refs/heads/{pull.head}")
        record(world, world.store.issues[pull.key], "head_ref_deleted", actor)
    return done


def settle(world: World, repository: Repository, actor: str) -> None:
    """Let pushes, statuses and reviews take effect: heads, queue entries and auto-merges."""
    for pull in follow_branches(world, repository, actor):
        for entry in queue_of(world, repository.id, pull.base):
            if entry.number == pull.number:
                leave_queue(world, entry, actor, "branch_protections")
    for pull in world.store.pulls.where("repository", repository.id):
        pull = world.store.pulls[pull.key]
        if pull.auto_merge and merge_state(world, repository, pull) in {"clean", "unstable"}:
            if queue_rules(repository, pull.base):
                enqueue(world, repository, pull, pull.auto_merge_by or actor)
            else:
                merge_pull(world, repository, pull, pull.auto_merge_by or actor, method=pull.auto_merge)
    for base in dict.fromkeys(entry.base for entry in world.store.queue.where("repository", repository.id)):
        advance(world, repository, base)


def update_branch(
    world: World, repository: Repository, pull: Pull, actor: str, expected_head: str | None = None
) -> Pull:
    """Merge the base into a pull request's branch; 422 where the head moved or they conflict."""
    if expected_head not in (None, pull.head_sha):
        raise Refusal(422, "expected head sha didn't match current head ref.")
    git = world.git(repository.id)
    text = f"Merge branch '{pull.base}' into {pull.head}"
    tip = git.branch(pull.base)
    sha = tip and git.merge("merge", pull.head_sha, tip, text, world.author(actor), world.now())
    if not sha:
        raise Refusal(422, "merge conflict between base and head")
    git.update_branch(pull.head, sha)
    settle(world, repository, actor)
    return world.pull(*pull.key)


def enable_auto_merge(world: World, repository: Repository, pull: Pull, actor: str, method: str) -> Pull:
    """Ask for the merge as soon as the rules allow it; refused where they allow it already."""
    if not repository.allow_auto_merge:
        raise Refusal(422, "Pull request Auto merge is not allowed for this repository")
    state = merge_state(world, repository, pull)
    if state in {"clean", "unstable", "unknown"}:
        raise Refusal(422, f"Pull request Pull request is in {state} status")
    if not _allowed(repository, method):
        raise Refusal(422, f"Pull request Merge method {method} is not allowed on this repository")
    record(world, world.store.issues[pull.key], "auto_merge_enabled", actor)
    touch(world, world.store.issues[pull.key])
    return world.store.pulls.put(
        replace(pull, auto_merge=method, auto_merge_by=actor, auto_merge_at=world.now())
    )


def disable_auto_merge(world: World, pull: Pull, actor: str) -> Pull:
    if not pull.auto_merge:
        raise Refusal(422, "Pull request Can't disable auto-merge for this pull request.")
    record(world, world.store.issues[pull.key], "auto_merge_disabled", actor)
    return world.store.pulls.put(replace(pull, auto_merge=None, auto_merge_by=None, auto_merge_at=None))


def enqueue(
    world: World,
    repository: Repository,
    pull: Pull,
    actor: str,
    expected_head: str | None = None,
    *,
    jump: bool = False,
) -> QueueEntry:
    """Add a pull request to its base's queue; the entry returned may have merged already."""
    if queue_rules(repository, pull.base) is None:
        raise Refusal(422, f"Merge queue is not enabled for the branch {pull.base}")
    if expected_head is not None and expected_head != pull.head_sha:
        raise Refusal(422, "Head oid does not match the expected head oid")
    if entry_of(world, pull):
        raise Refusal(422, "Pull request is already in the merge queue")
    if pull.draft or world.store.issues[pull.key].state == "closed":
        raise Refusal(422, f"Pull request is {'a draft' if pull.draft else 'closed'}")
    reason = unmet_requirement(world, repository, pull)
    if reason or not mergeable(world, pull):
        raise Refusal(422, f"Pull request {reason or 'has merge conflicts'}")
    entry = join(world, pull, actor, jump=jump)
    advance(world, repository, pull.base)
    return world.store.queue.get(entry.id) or replace(entry, state="MERGEABLE")


def dequeue(world: World, repository: Repository, entry: QueueEntry, actor: str, reason: str) -> QueueEntry:
    """Take an entry out of its queue for a reason, and let those behind it move up."""
    left = leave_queue(world, entry, actor, reason)
    advance(world, repository, entry.base)
    return left


def advance(world: World, repository: Repository, base: str) -> None:
    """Merge what is green, in order, until the first entry has to wait."""
    while entry := next_to_merge(world, repository, base):
        world.store.queue.put(replace(entry, state="LOCKED"))
        pull, sha = world.pull(entry.repository, entry.number), str(entry.group_sha)
        _take(world, repository, pull, entry.enqueuer, sha)
        leave_queue(world, entry, entry.enqueuer, "merged")
        settle(world, repository, entry.enqueuer)


def tick(world: World) -> None:
    """Let time pass: groups whose checks did not answer leave their queues."""
    for repository, base in overdue(world):
        advance(world, world.store.repositories[repository], base)
