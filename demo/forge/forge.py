"""The forge from Python: what tests and the demo use to set the scene."""

import fcntl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from . import dependencies, issues, merging, pulls, queueing, records
from .bare import BareRepository
from .faults import Faults
from .guarding import Guarding
from .journal import Journal
from .records import Comment, Event, Issue, Label, Milestone, Protection, Pull, Repository
from .reporting import add_check_run, add_status, open_milestone
from .reviewing import add_review, add_review_comment
from .world import Grant, World

At = datetime | None


class Forge(Guarding):
    """A GitHub on a directory. Open it in one process at a time; close it, or use it as a context manager."""

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._lock = (root / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise RuntimeError(
                f"another forge runs on {root}: stop it, or choose another directory"
            ) from None
        self.world = World(root.resolve(), clock)
        self.journal = Journal(root / "journal.jsonl")
        self.faults = Faults()

    def __enter__(self) -> "Forge":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.world.store.close()
        self._lock.close()

    # Repositories --------------------------------------------------------------------------------------

    def allow(self, token: str, login: str, permission: str = "write") -> None:
        """Let a token act as a login; the permission (none … admin) is the most it may do anywhere."""
        with self.world.turn():
            self.world.account(login)
            self.world.tokens[token] = Grant(login, permission)

    def create_repository(
        self,
        owner: str,
        name: str,
        tree: Path | None = None,
        default_branch: str = "main",
        *,
        owner_kind: Literal["Organization", "User"] = "Organization",
        **fields: Any,
    ) -> Repository:
        """Create a repository whose first commit is `tree`; `fields` are those of `records.Repository`."""
        with self.world.turn():
            self.world.account(owner, owner_kind)
            now, identifier = self.world.now(), self.world.store.next_id()
            path = self.world.root / "git" / f"{identifier}.git"
            BareRepository.create(path, default_branch, tree, self.world.author(owner))
            return self.world.named(
                Repository(identifier, owner, name, default_branch, now, now, now, **fields)
            )

    def repository(self, full_name: str) -> Repository:
        return self.world.repository(full_name)

    def change_repository(self, full_name: str, **fields: Any) -> Repository:
        """Change settings of a repository: archived, allow_auto_merge, queues, queues_held …"""
        with self.world.turn():
            changed = self.world.named(replace(self.world.repository(full_name), **fields))
            merging.settle(self.world, changed, changed.owner)
            return changed

    def rename_repository(self, full_name: str, name: str) -> Repository:
        """Rename a repository; the old name redirects for ever."""
        old = self.world.repository(full_name)
        return self.change_repository(full_name, name=name, former_names=(*old.former_names, old.full_name))

    def add_collaborator(self, full_name: str, login: str, permission: str) -> Repository:
        with self.world.turn():
            repository = self.world.repository(full_name)
            members = {**repository.collaborators, self.world.account(login).login: permission}
            return self.world.named(replace(repository, collaborators=members))

    def protect(
        self,
        full_name: str,
        branch: str,
        *,
        contexts: Sequence[str] = (),
        approvals: int = 0,
        strict: bool = False,
    ) -> Repository:
        """Protect a branch: no direct pushes, required status checks, required approvals."""
        protection = Protection(tuple(contexts), approvals, strict)
        known = self.world.repository(full_name).protections
        return self.change_repository(full_name, protections={**known, branch: protection})

    def bare(self, full_name: str) -> BareRepository:
        """Return the git repository behind a name."""
        return self.world.git(self.world.repository(full_name).id)

    def commit(
        self, full_name: str, branch: str, files: Mapping[str, str | None], message: str, author: str
    ) -> str:
        """Commit texts (None deletes) onto a branch, made from the default one if new; return the sha."""
        with self.world.turn():
            repository, git = self.world.repository(full_name), self.bare(full_name)
            tip = git.branch(branch) or git.branch(repository.default_branch)
            who, now = self.world.author(author), self.world.now()
            sha = git.commit_files(str(tip), files, message, who, now)
            git.update_branch(branch, sha)
            merging.settle(self.world, repository, author)
            return sha

    def synchronize(self, full_name: str, actor: str) -> None:
        """Take notice of refs that were moved behind the forge's back."""
        with self.world.turn():
            merging.settle(self.world, self.world.repository(full_name), actor)

    # Issues --------------------------------------------------------------------------------------------

    def create_issue(
        self,
        full_name: str,
        title: str,
        body: str | None = None,
        *,
        number: int | None = None,
        author: str | None = None,
        author_association: str | None = None,
        labels: Sequence[str] = (),
        issue_type: str | None = None,
        milestone: int | None = None,
        blocked_by: Sequence[int] = (),
        sub_issues: Sequence[int] = (),
        created_at: At = None,
        state: Literal["open", "closed"] = "open",
        state_reason: str | None = None,
    ) -> Issue:
        """Create an issue; `blocked_by` and `sub_issues` are numbers in the same repository."""
        with self.world.turn():
            repository = self.world.repository(full_name)
            actor = author or repository.owner
            issue = issues.open_issue(
                self.world, repository, actor, title, body=body, labels=tuple(labels), at=created_at,
                number=number, association=author_association, type=issue_type, milestone=milestone,
            )  # fmt: skip
            for other in blocked_by:
                dependencies.block(self.world, issue, self.world.issue(repository.id, other).id, actor)
            for child in sub_issues:
                dependencies.adopt(self.world, issue, self.world.issue(repository.id, child).id, actor)
            issue = self.world.store.issues[issue.key]
            if created_at:
                issue = self.world.store.issues.put(replace(issue, updated_at=created_at))
            if state == "open":
                return issue
            return issues.edit_issue(
                self.world, issue, actor, at=created_at, state=state, reason=state_reason
            )

    def issue(self, full_name: str, number: int) -> Issue:
        return self.world.issue(self.world.repository(full_name).id, number)

    def issues(self, full_name: str) -> list[Issue]:
        """Return issues and pull requests, deleted ones left out."""
        found = self.world.store.issues.where("repository", self.world.repository(full_name).id)
        return [issue for issue in found if not (issue.deleted or issue.transferred_to)]

    def fresh(self, issue: Issue | Pull) -> Issue:
        """Return the issue (or a pull request's issue half) as it is now."""
        return self.world.issue(*issue.key)

    def edit_issue(self, issue: Issue | Pull, actor: str, *, at: At = None, **changes: Any) -> Issue:
        """Edit title, body, state (with reason), milestone … as an actor."""
        with self.world.turn():
            return issues.edit_issue(self.world, self.fresh(issue), actor, at=at, **changes)

    def delete_issue(self, issue: Issue) -> None:
        """Delete an issue: the API answers 410 from now on."""
        with self.world.turn():
            self.world.store.issues.put(replace(self.fresh(issue), deleted=True))

    def labelled(self, issue: Issue | Pull, label: str, actor: str, at: At = None) -> Issue:
        with self.world.turn():
            return issues.add_labels(self.world, self.fresh(issue), actor, (label,), at)

    def unlabelled(self, issue: Issue | Pull, label: str, actor: str, at: At = None) -> Issue:
        with self.world.turn():
            return issues.remove_label(self.world, self.fresh(issue), actor, label, at)

    def comment(
        self, issue: Issue | Pull, author: str, body: str, *, association: str | None = None, at: At = None
    ) -> Comment:
        with self.world.turn():
            return issues.add_comment(
                self.world, self.fresh(issue), author, body, at=at, association=association
            )

    def comments(self, issue: Issue | Pull) -> list[Comment]:
        return self.world.store.comments.where("issue", issue.key)

    def timeline(self, issue: Issue | Pull) -> list[Event]:
        return self.world.store.events.where("issue", issue.key)

    def create_label(
        self, full_name: str, name: str, color: str = "ededed", description: str | None = None
    ) -> Label:
        with self.world.turn():
            label = issues.label_named(self.world, self.world.repository(full_name).id, name)
            return self.world.store.labels.put(replace(label, color=color, description=description))

    def create_milestone(self, full_name: str, title: str, due_on: At = None) -> Milestone:
        with self.world.turn():
            return open_milestone(self.world, self.world.repository(full_name), title, due_on=due_on)

    # Pull requests -------------------------------------------------------------------------------------

    def create_pull_request(
        self, full_name: str, author: str, *, title: str, head: str, base: str = "main",
        body: str | None = None, draft: bool = False, labels: Sequence[str] = (), created_at: At = None,
    ) -> Pull:  # fmt: skip
        """Open a pull request from a branch that exists."""
        with self.world.turn():
            return pulls.open_pull(
                self.world, self.world.repository(full_name), author, title=title, head=head, base=base,
                body=body, draft=draft, labels=tuple(labels), at=created_at,
            )  # fmt: skip

    def pull_request(self, full_name: str, number: int) -> Pull:
        return self.world.pull(self.world.repository(full_name).id, number)

    def pull_requests(self, full_name: str) -> list[Pull]:
        return self.world.store.pulls.where("repository", self.world.repository(full_name).id)

    def merge(self, pull: Pull, actor: str, method: str = "merge") -> Pull:
        with self.world.turn():
            repository = self.world.store.repositories[pull.repository]
            return merging.merge_pull(
                self.world, repository, self.world.pull(*pull.key), actor, method=method
            )

    def leave_queue(self, pull: Pull, actor: str, reason: str = "CHECKS_TIMED_OUT") -> None:
        """Drop a pull request from its merge queue for any reason, such as `failed_checks` or `manual`."""
        with self.world.turn():
            entry = queueing.entry_of(self.world, pull)
            if entry is not None:
                repository = self.world.store.repositories[pull.repository]
                merging.dequeue(self.world, repository, entry, actor, reason)

    def review(self, pull: Pull, author: str, state: str, body: str = "", at: At = None) -> records.Review:
        """Review a pull request: APPROVED, CHANGES_REQUESTED or COMMENTED."""
        with self.world.turn():
            return add_review(self.world, self.world.pull(*pull.key), author, state, body, at)

    def review_comment(
        self, pull: Pull, author: str, body: str, path: str, line: int
    ) -> records.ReviewComment:
        with self.world.turn():
            return add_review_comment(self.world, self.world.pull(*pull.key), author, body, path, line)

    def set_status(
        self, full_name: str, sha: str, context: str, state: str, creator: str = "ci[bot]"
    ) -> records.Status:
        """Report a status (success, failure, error, pending); queues and auto-merges act on it."""
        with self.world.turn():
            return add_status(
                self.world, self.world.repository(full_name), creator, sha, context=context, state=state
            )

    def check_run(
        self, full_name: str, sha: str, name: str, conclusion: str | None, app: str = "ci[bot]"
    ) -> records.CheckRun:
        """Report a check run, completed where a conclusion is given."""
        fields: Mapping[str, Any] = {
            "status": "completed" if conclusion else "in_progress",
            "conclusion": conclusion,
        }
        with self.world.turn():
            return add_check_run(
                self.world, self.world.repository(full_name), app, name=name, sha=sha, **fields
            )
