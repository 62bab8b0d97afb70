"""The merge queue's line: who is in it, the commits its checks run on, and who leaves it unmerged.

Groups are built ahead: each of the first `max_entries_to_build` entries is merged onto the one before it,
and whoever stands behind an entry that leaves is built anew. `merging` moves the base.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from .checks import missing_check, results
from .issues import record, touch
from .records import Pull, QueueEntry, QueueRules, Repository
from .rules import demands, queue_rules
from .world import World

PINNED = frozenset({"LOCKED", "UNMERGEABLE"})
"""States that only the scene sets; an entry in one of them stays, and holds up those behind it."""


def queue_of(world: World, repository: int, base: str) -> list[QueueEntry]:
    """Return a branch's queue, the next to merge first; who jumped stands before who did not."""
    line = [entry for entry in world.store.queue.where("repository", repository) if entry.base == base]
    return sorted(line, key=lambda entry: not entry.jump)


def entry_of(world: World, pull: Pull) -> QueueEntry | None:
    return next(iter(world.store.queue.where("issue", pull.key)), None)


def join(world: World, pull: Pull, actor: str, *, jump: bool = False) -> QueueEntry:
    """Put a pull request at the end of its base's line, or before those who wait their turn."""
    record(world, world.store.issues[pull.key], "added_to_merge_queue", actor)
    world.store.pulls.put(replace(pull, auto_merge=None))
    return world.store.queue.put(
        QueueEntry(
            world.store.next_id(), pull.repository, pull.number, pull.base, world.account(actor).login,
            world.now(), pull.head_sha, jump=jump,
        )
    )  # fmt: skip


def leave_queue(world: World, entry: QueueEntry, actor: str, reason: str) -> QueueEntry:
    """Take an entry out; GitHub writes the reason `merged` when it leaves because it was merged."""
    world.store.queue.remove(entry.id)
    _drop_group(world, entry)
    issue = world.store.issues[(entry.repository, entry.number)]
    record(
        world, issue, "removed_from_merge_queue", actor,
        reason=reason, before=entry.head_sha, enqueuer=entry.enqueuer,
    )  # fmt: skip
    touch(world, issue)
    return entry


def next_to_merge(world: World, repository: Repository, base: str) -> QueueEntry | None:
    """Build what is missing, drop what cannot stay, and return the first entry if it may merge now."""
    rules = queue_rules(repository, base) or QueueRules()
    while reason := next(_departures(world, repository, base, rules), None):
        entry, why = reason
        leave_queue(world, entry, entry.enqueuer, why)
    line = queue_of(world, repository.id, base)
    if not line or line[0].state in PINNED or repository.queues_held or _too_few(world, line, rules):
        return None
    green = 1 if rules.grouping_strategy == "ALLGREEN" else rules.max_entries_to_merge
    return line[0] if any(entry.state == "MERGEABLE" for entry in line[:green]) else None


def overdue(world: World) -> set[tuple[int, str]]:
    """Return (repository, base) of every queue in which a group has waited too long for its checks."""
    return {
        (entry.repository, entry.base)
        for entry in world.store.queue
        if _late(world, entry, queue_rules(world.store.repositories[entry.repository], entry.base))
    }


def _departures(
    world: World, repository: Repository, base: str, rules: QueueRules
) -> Iterator[tuple[QueueEntry, str]]:
    """Bring each entry's group and state up to date, in order; stop at who has to leave, with the reason."""
    before = world.git(repository.id).branch(base)
    built = queue_of(world, repository.id, base)[: max(rules.max_entries_to_build, 1)]
    for entry in built:
        pull = world.pull(entry.repository, entry.number)
        if world.store.issues[pull.key].state == "closed" or pull.draft:
            yield entry, "manual"
        if entry.state in PINNED or before is None:
            return
        entry = _with_group(world, entry, before, rules)
        if entry.group_sha is None:
            yield entry, "merge_conflict"
            return
        result = _result(world, repository, entry)
        if result == "failure" and (rules.grouping_strategy == "ALLGREEN" or entry.id == built[-1].id):
            yield entry, "failed_checks"
        if result == "pending" and _late(world, entry, rules):
            yield entry, "checks_timed_out"
        state = "MERGEABLE" if result == "success" else "AWAITING_CHECKS"
        before = world.store.queue.put(replace(entry, state=state)).group_sha


def _result(world: World, repository: Repository, entry: QueueEntry) -> str:
    """Return what the required checks say of an entry's group: success, failure or pending."""
    contexts = demands(repository, entry.base).contexts
    found = results(world, repository.id, str(entry.group_sha))
    if any(found.get(context) == "failure" for context in contexts):
        return "failure"
    return "pending" if missing_check(world, repository.id, str(entry.group_sha), contexts) else "success"


def _late(world: World, entry: QueueEntry, rules: QueueRules | None) -> bool:
    if entry.built_at is None or entry.state != "AWAITING_CHECKS":
        return False
    minutes = (rules or QueueRules()).check_response_timeout_minutes
    return world.now() - entry.built_at >= timedelta(minutes=minutes)


def _too_few(world: World, line: list[QueueEntry], rules: QueueRules) -> bool:
    waited = world.now() - min(entry.enqueued_at for entry in line)
    patience = timedelta(minutes=rules.min_entries_to_merge_wait_minutes)
    return len(line) < rules.min_entries_to_merge and waited < patience


def _with_group(world: World, entry: QueueEntry, before: str, rules: QueueRules) -> QueueEntry:
    """Return the entry with its group on top of what comes before it; without one on a conflict."""
    if entry.group_sha and entry.base_sha == before:
        return entry
    git, repository = world.git(entry.repository), world.store.repositories[entry.repository]
    title = f"Merge pull request #{entry.number} from {repository.owner}/"
    title += world.pull(entry.repository, entry.number).head
    author, now = world.author(entry.enqueuer), world.now()
    sha = git.merge(rules.merge_method.lower(), before, entry.head_sha, title, author, now)
    if sha:
        git.update_branch(_group_branch(entry), sha)
    state = "AWAITING_CHECKS" if sha else "UNMERGEABLE"
    return world.store.queue.put(replace(entry, group_sha=sha, base_sha=before, built_at=now, state=state))


def _group_branch(entry: QueueEntry) -> str:
    return f"gh-readonly-queue/{entry.base}/pr-{entry.number}-{entry.head_sha}"


def _drop_group(world: World, entry: QueueEntry) -> None:
    if entry.group_sha:
        world.git(entry.repository).delete_ref(f"refs/heads/{_group_branch(entry)}")
