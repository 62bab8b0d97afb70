"""Merging for real: the button, auto-merge, and the merge queue."""

from dataclasses import replace

from .checks import merge_state, mergeable, missing_check, results, unmet_requirement
from .errors import Refusal
from .issues import record, touch
from .pulls import follow_branches, mark_merged, retarget
from .records import Protection, Pull, QueueEntry, Repository
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
    if pull.base in repository.queues:
        raise Refusal(
            405, "Repository rule violations found\n\nChanges must be made through the merge queue\n\n"
        )
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
    world.git(repository.id).update_branch(pull.base, sha)
    done = mark_merged(world, pull, actor, sha)
    if repository.delete_branch_on_merge and pull.head != repository.default_branch:
        for child in world.store.pulls.where("repository", repository.id):
            if child.base == pull.head and world.store.issues[child.key].state == "open":
                retarget(world, child, pull.base, actor)
        world.git(repository.id).delete_ref(f"refs/heads/{pull.head}")
        record(world, world.store.issues[pull.key], "head_ref_deleted", actor)
    settle(world, repository, actor)
    return done


def settle(world: World, repository: Repository, actor: str) -> None:
    """Let pushes, statuses and reviews take effect: heads, queue entries and auto-merges."""
    for pull in follow_branches(world, repository, actor):
        for entry in queue_of(world, repository.id, pull.base):
            if entry.number == pull.number:
                leave_queue(world, entry, actor, "BRANCH_PROTECTIONS")
    for pull in world.store.pulls.where("repository", repository.id):
        pull = world.store.pulls[pull.key]
        if pull.auto_merge and merge_state(world, repository, pull) in {"clean", "unstable"}:
            if pull.base in repository.queues:
                enqueue(world, repository, pull, pull.auto_merge_by or actor)
            else:
                merge_pull(world, repository, pull, pull.auto_merge_by or actor, method=pull.auto_merge)
    for base in repository.queues:
        advance(world, repository, base)


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


# The merge queue -------------------------------------------------------------------------------------------


def queue_of(world: World, repository: int, base: str) -> list[QueueEntry]:
    """Return a branch's queue, the next to merge first."""
    return [entry for entry in world.store.queue.where("repository", repository) if entry.base == base]


def entry_of(world: World, pull: Pull) -> QueueEntry | None:
    return next(iter(world.store.queue.where("issue", pull.key)), None)


def enqueue(
    world: World, repository: Repository, pull: Pull, actor: str, expected_head: str | None = None
) -> QueueEntry:
    """Add a pull request to its base's queue; the entry returned may have merged already."""
    if pull.base not in repository.queues:
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
    entry = world.store.queue.put(
        QueueEntry(
            world.store.next_id(), repository.id, pull.number, pull.base, actor, world.now(), pull.head_sha
        )
    )
    record(world, world.store.issues[pull.key], "added_to_merge_queue", actor)
    world.store.pulls.put(replace(pull, auto_merge=None))
    advance(world, repository, pull.base)
    return world.store.queue.get(entry.id) or replace(entry, state="MERGEABLE")


def leave_queue(world: World, entry: QueueEntry, actor: str, reason: str) -> QueueEntry:
    """Take an entry out of its queue, unmerged; those behind it are built anew."""
    world.store.queue.remove(entry.id)
    _drop_group(world, entry)
    issue = world.store.issues[(entry.repository, entry.number)]
    record(world, issue, "removed_from_merge_queue", actor, reason=reason)
    touch(world, issue)
    for behind in queue_of(world, entry.repository, entry.base):
        world.store.queue.put(replace(behind, group_sha=None, state="QUEUED"))
    return entry


def advance(world: World, repository: Repository, base: str) -> None:
    """Build missing merge groups, merge what is green in order, drop what is red or conflicts."""
    contexts = repository.protections.get(base, Protection()).contexts
    while entry := next(iter(queue_of(world, repository.id, base)), None):
        entry = _with_group(world, repository, entry)
        if entry.group_sha is None:
            leave_queue(world, entry, entry.enqueuer, "MERGE_CONFLICT")
            continue
        found = results(world, repository.id, entry.group_sha)
        if any(found.get(context) == "failure" for context in contexts):
            leave_queue(world, entry, entry.enqueuer, "FAILED_CHECKS")
            continue
        if repository.queues_held or missing_check(world, repository.id, entry.group_sha, contexts):
            return
        world.store.queue.remove(entry.id)
        _drop_group(world, entry)
        pull = world.pull(entry.repository, entry.number)
        finish(world, repository, pull, entry.enqueuer, entry.group_sha)


def _with_group(world: World, repository: Repository, entry: QueueEntry) -> QueueEntry:
    git = world.git(repository.id)
    tip = git.branch(entry.base)
    if tip is None or (entry.group_sha and git.contains(entry.group_sha, tip)):
        return entry
    pull = world.pull(entry.repository, entry.number)
    text = _title(world, repository, pull, "merge")
    sha = git.merge("merge", tip, entry.head_sha, text, world.author(entry.enqueuer), world.now())
    if sha:
        git.update_branch(_group_branch(entry), sha)
    return world.store.queue.put(
        replace(entry, group_sha=sha, state="AWAITING_CHECKS" if sha else "UNMERGEABLE")
    )


def _group_branch(entry: QueueEntry) -> str:
    return f"gh-readonly-queue/{entry.base}/pr-{entry.number}-{entry.head_sha}"


def _drop_group(world: World, entry: QueueEntry) -> None:
    if entry.group_sha:
        world.git(entry.repository).delete_ref(f"refs/heads/{_group_branch(entry)}")
