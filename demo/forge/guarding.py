"""The forge from Python, second half: rules, queues, locks, limits, threads — what nights run into."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import merging, queueing, reverting
from .projects import Project, ProjectItem
from .records import Comment, Issue, Pull, QueueEntry, Repository, Review, ReviewComment, Ruleset
from .reporting import add_status
from .reviewing import add_review_comment, dismiss_review, request_review, resolve_thread
from .world import World


class Guarding:
    """What `Forge` can do beside setting up repositories, issues and pull requests."""

    world: World

    # Projects ------------------------------------------------------------------------------------------

    def add_project(self, owner: str, number: int, options: Sequence[str], **fields: Any) -> Project:
        """Make a project whose status field has the options; `fields` are those of `projects.Project`."""
        with self.world.turn():
            project = Project(self.world.store.next_id(), owner, number, tuple(options), **fields)
            return self.world.store.projects.put(project)

    def in_projects(self, issue: Issue) -> list[ProjectItem]:
        return self.world.store.project_items.where("issue", issue.id)

    # Rules ---------------------------------------------------------------------------------------------

    def add_ruleset(self, full_name: str, name: str, **fields: Any) -> Ruleset:
        """Guard branches; `fields` are those of `records.Ruleset` (queue=QueueRules() for a merge queue)."""
        with self.world.turn():
            repository = self.world.repository(full_name)
            ruleset = Ruleset(self.world.store.next_id(), name, **fields)
            known = (*repository.rulesets, ruleset)
            changed = self.world.named(replace(repository, rulesets=known))
            merging.settle(self.world, changed, changed.owner)
            return ruleset

    def limit_pull_requests(self, full_name: str, most: int | None) -> Repository:
        """Cap the open, ready pull requests of each account without write access; None lifts the cap."""
        with self.world.turn():
            return self.world.named(replace(self.world.repository(full_name), pull_limit=most))

    # The merge queue -----------------------------------------------------------------------------------

    def queue(self, full_name: str, branch: str = "main") -> list[QueueEntry]:
        """Return a branch's merge queue, the next to merge first."""
        return queueing.queue_of(self.world, self.world.repository(full_name).id, branch)

    def queue_entry(self, pull: Pull) -> QueueEntry | None:
        return queueing.entry_of(self.world, pull)

    def report_group(self, pull: Pull, context: str, state: str, creator: str = "ci[bot]") -> str:
        """Let a check answer for the commit a queued pull request is tried on; return that commit.

        `success` lets it merge in its turn, `failure` throws it out, silence until the queue's time is over
        (see `pass_time`) throws it out as timed out.
        """
        with self.world.turn():
            entry = queueing.entry_of(self.world, pull)
            if entry is None or entry.group_sha is None:
                raise ValueError(f"#{pull.number} has no merge group")
            repository = self.world.store.repositories[pull.repository]
            add_status(self.world, repository, creator, entry.group_sha, context=context, state=state)
            return entry.group_sha

    def show_entry(self, pull: Pull, state: str) -> None:
        """Pin an entry at LOCKED or UNMERGEABLE for a client to see; QUEUED lets it go on."""
        with self.world.turn():
            entry = queueing.entry_of(self.world, pull)
            if entry is None:
                raise ValueError(f"#{pull.number} is in no merge queue")
            self.world.store.queue.put(replace(entry, state=state))
            merging.advance(self.world, self.world.store.repositories[pull.repository], pull.base)

    def pass_time(self) -> None:
        """Let groups whose time is over leave their queues, as every request does too."""
        with self.world.turn():
            merging.tick(self.world)

    # Conversations -------------------------------------------------------------------------------------

    def lock(self, issue: Issue | Pull, reason: str | None = None, *, locked: bool = True) -> Issue:
        """Lock a conversation: Apps and people without write access may not comment any more."""
        with self.world.turn():
            known = self.world.issue(*issue.key)
            return self.world.store.issues.put(replace(known, locked=locked, lock_reason=reason))

    def transfer(self, issue: Issue, full_name: str) -> Issue:
        """Move an issue to another repository, where it gets another number; comments go with it."""
        with self.world.turn():
            target, known = self.world.repository(full_name), self.world.issue(*issue.key)
            moved = replace(
                known, id=self.world.store.next_id(), repository=target.id,
                number=self.world.next_number(target.id), labels=(), milestone=None,
            )  # fmt: skip
            self.world.keep(moved)
            for comment in self.world.store.comments.where("issue", known.key):
                self._move(comment, moved)
            self.world.store.issues.put(replace(known, transferred_to=moved.id, state="closed"))
            return moved

    def _move(self, comment: Comment, target: Issue) -> None:
        self.world.store.comments.remove(comment.id)
        self.world.store.comments.put(replace(comment, repository=target.repository, number=target.number))

    # Reviews -------------------------------------------------------------------------------------------

    def request_review(self, pull: Pull, actor: str, *logins: str) -> Pull:
        """Ask for a review, or ask again who gave one."""
        with self.world.turn():
            return request_review(self.world, self.world.pull(*pull.key), actor, logins, ())

    def reply(self, comment: ReviewComment, author: str, body: str) -> ReviewComment:
        """Answer in a review thread."""
        with self.world.turn():
            pull = self.world.pull(comment.repository, comment.number)
            first = comment.in_reply_to or comment.id
            return add_review_comment(
                self.world, pull, author, body, comment.path, comment.line,
                review=comment.review, in_reply_to=first,
            )  # fmt: skip

    def resolve(self, comment: ReviewComment, actor: str, *, resolved: bool = True) -> ReviewComment:
        """Resolve (or open again) the thread a comment is in."""
        with self.world.turn():
            return resolve_thread(self.world, comment, actor if resolved else None)

    def dismiss(self, review: Review, actor: str) -> Review:
        with self.world.turn():
            return dismiss_review(self.world, review, actor)

    def revert(self, pull: Pull, actor: str) -> Pull:
        """Open the pull request that takes a merged one back, as the button does."""
        with self.world.turn():
            repository = self.world.store.repositories[pull.repository]
            return reverting.revert(self.world, repository, self.world.pull(*pull.key), actor)
