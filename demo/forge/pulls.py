"""Pull requests: opening, editing, and following what pushes do to them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from .errors import Refusal, invalid
from .issues import edit_issue, open_issue, record, touch
from .records import Issue, Pull, Repository
from .references import closing_references
from .world import World


def open_pull(
    world: World,
    repository: Repository,
    actor: str,
    *,
    title: str,
    head: str,
    base: str,
    body: str | None = None,
    draft: bool = False,
    at: datetime | None = None,
    labels: tuple[str, ...] = (),
    association: str | None = None,
) -> Pull:
    """Open a pull request between two branches of one repository, or refuse it as GitHub does."""
    owner, _, branch = head.rpartition(":")
    if owner and owner.lower() != repository.owner.lower():
        raise invalid("PullRequest", "head")
    git = world.git(repository.id)
    head_sha, base_sha = git.branch(branch), git.branch(base)
    if head_sha is None:
        raise invalid("PullRequest", "head")
    if base_sha is None:
        raise invalid("PullRequest", "base")
    if open_between(world, repository.id, branch, base):
        raise _custom(f"A pull request already exists for {repository.owner}:{branch}.")
    if git.contains(base_sha, head_sha):
        raise _custom(f"No commits between {base} and {branch}")
    issue = open_issue(
        world, repository, actor, title, body=body, at=at, labels=labels, association=association, pull=True
    )
    pull = Pull(world.store.next_id(), repository.id, issue.number, branch, base, head_sha, base_sha, draft)
    git.update_ref(f"refs/pull/{issue.number}/head", head_sha)
    return world.store.pulls.put(replace(pull, closes=_closes(world, repository, body)))


def _custom(message: str) -> Refusal:
    return Refusal(
        422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": message}]
    )


def open_between(world: World, repository: int, head: str, base: str | None = None) -> list[Pull]:
    """Return the open pull requests from a branch, or from it into one base."""
    return [
        pull
        for pull in world.store.pulls.where("repository", repository)
        if pull.head == head and base in (None, pull.base) and world.store.issues[pull.key].state == "open"
    ]


def _closes(world: World, repository: Repository, body: str | None) -> tuple[int, ...]:
    found = []
    for full_name, number in closing_references(body, repository.full_name):
        target = next((r for r in world.store.repositories if r.full_name.lower() == full_name), None)
        issue = world.store.issues.get((target.id, number)) if target else None
        if issue is not None and not issue.pull and not issue.deleted:
            found.append(issue.id)
    return tuple(found)


def edit_pull(world: World, pull: Pull, actor: str, changes: dict[str, Any]) -> Pull:
    """Change title, body, state or base of a pull request."""
    repository = world.store.repositories[pull.repository]
    base = changes.pop("base", pull.base)
    issue = world.store.issues[pull.key]
    if changes.get("state") == "open" and pull.merged_at:
        raise invalid("PullRequest", "state", "invalid", "Cannot reopen a merged pull request")
    if changes.get("state") == "open" and world.git(pull.repository).branch(pull.head) is None:
        raise invalid("PullRequest", "state", "invalid", f"The {pull.head} branch has been deleted.")
    edited = edit_issue(world, issue, actor, **changes)
    pull = replace(pull, closes=_closes(world, repository, edited.body))
    if base != pull.base:
        pull = retarget(world, pull, base, actor)
    return world.store.pulls.put(pull)


def retarget(world: World, pull: Pull, base: str, actor: str) -> Pull:
    """Move a pull request onto another base branch."""
    sha = world.git(pull.repository).branch(base)
    if sha is None:
        raise invalid("PullRequest", "base")
    record(world, world.store.issues[pull.key], "base_ref_changed", actor, previous=pull.base, current=base)
    touch(world, world.store.issues[pull.key])
    return world.store.pulls.put(replace(pull, base=base, base_sha=sha))


def set_draft(world: World, pull: Pull, draft: bool, actor: str) -> Pull:
    if pull.draft == draft:
        return pull
    issue = world.store.issues[pull.key]
    record(world, issue, "convert_to_draft" if draft else "ready_for_review", actor)
    touch(world, issue)
    return world.store.pulls.put(replace(pull, draft=draft))


def closers(world: World, issue: Issue, *, include_closed: bool) -> list[Pull]:
    """Return the pull requests that promise to close an issue, oldest first."""
    sources = [event.detail.get("source") for event in world.store.events.where("issue", issue.key)]
    found = []
    for identifier in sources:
        source = world.issue_by_id(identifier) if isinstance(identifier, int) else None
        pull = world.store.pulls.get(source.key) if source else None
        if source and pull and issue.id in pull.closes and (include_closed or source.state == "open"):
            found.append(pull)
    return found


def follow_branches(world: World, repository: Repository, actor: str) -> list[Pull]:
    """Bring open pull requests level with the branches after a push; return those whose head moved."""
    git = world.git(repository.id)
    heads = git.refs("refs/heads/")
    moved = []
    for pull in world.store.pulls.where("repository", repository.id):
        if world.store.issues[pull.key].state == "closed":
            continue
        head, base = heads.get(f"refs/heads/{pull.head}"), heads.get(f"refs/heads/{pull.base}")
        if head is None or base is None:
            edit_pull(world, pull, actor, {"state": "closed"})
        elif base != pull.base_sha and git.contains(base, head):
            mark_merged(world, replace(pull, head_sha=head), actor, base)
        elif head != pull.head_sha:
            kind = "committed" if git.contains(head, pull.head_sha) else "head_ref_force_pushed"
            record(world, world.store.issues[pull.key], kind, actor, sha=head, before=pull.head_sha)
            git.update_ref(f"refs/pull/{pull.number}/head", head)
            touch(world, world.store.issues[pull.key])
            moved.append(world.store.pulls.put(replace(pull, head_sha=head, base_sha=base)))
    return moved


def mark_merged(world: World, pull: Pull, actor: str, sha: str) -> Pull:
    """Write down that the base now holds the pull request, and close what it closes."""
    now = world.now()
    merged = world.store.pulls.put(
        replace(pull, merged_at=now, merged_by=actor, merge_sha=sha, auto_merge=None, auto_merge_by=None)
    )
    issue = world.store.issues[pull.key]
    record(world, issue, "merged", actor, now, sha=sha)
    edit_issue(world, issue, actor, at=now, state="closed")
    if pull.base == world.store.repositories[pull.repository].default_branch:
        for identifier in pull.closes:
            closed = world.issue_by_id(identifier)
            if closed is not None and closed.state == "open":
                edit_issue(world, closed, actor, at=now, state="closed", reason="completed")
    return merged
