"""GitHub: what is read of it and written to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.descriptions import Description
from ..domain.following import PullStanding
from ..domain.issues import Issue, IssueRef, RefState, Repository, Vetting
from ..domain.projects import ProjectField
from .ledger import Claim


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as GitHub tells it."""

    number: int
    url: str
    head_ref: str
    head_sha: str
    base_ref: str
    state: str
    draft: bool = False
    merged: bool = False
    node_id: str = ""
    body: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a person on an issue."""

    id: int
    author: str
    author_association: str
    body: str


class Tracker(Protocol):
    """Reads of GitHub. Errors: NotAuthorized, NotFound, RateLimited, Unreachable."""

    def login(self) -> str:
        """Return the login the token belongs to."""

    def repository(self, owner: str, name: str) -> Repository:
        """Return a repository by its (case-insensitive) name."""

    def open_issues(self, repository: Repository) -> tuple[Issue, ...]:
        """Return every open issue, pull requests excluded, in about ⌈N/100⌉ requests."""

    def issue(self, repository: Repository, number: int) -> Issue:
        """Return one issue, open or closed; NotFound when deleted."""

    def ref_states(self, repository: Repository, refs: Iterable[IssueRef]) -> dict[IssueRef, RefState]:
        """Look up issues outside the plan, here or in other repositories; never raises NotFound."""

    def trusted_comments(
        self, repository: Repository, number: int, associations: Sequence[str]
    ) -> tuple[Comment, ...]:
        """Return an issue's comments whose author has one of the associations, oldest first."""

    def who_labelled(self, repository: Repository, issue: Issue, label: str) -> Vetting | None:
        """Return who set a label that the issue carries, and with which permission; None when not known."""

    def pull_request_from(self, repository: Repository, branch: str) -> PullRequest | None:
        """Return the newest pull request with this head branch in the repository itself, open or not."""

    def pull_request_with_tree(self, repository: Repository, tree: str, besides: str) -> int | None:
        """Return the open pull request that has exactly this tree already, those from a branch left out."""


class Writer(Protocol):
    """Writes to GitHub: one pace for all, looked up by id or marker before every create."""

    def put_comment(
        self, repository: Repository, number: int, marker: str, body: str, known: int | None
    ) -> int:
        """Create or edit the one comment of ours that carries the marker; return its id."""

    def put_pull_request(
        self,
        repository: Repository,
        *,
        head: str,
        base: str,
        title: str,
        body: str,
        draft: bool,
        anew: bool = False,
    ) -> PullRequest:
        """Open the pull request from `head`, or update the open one; Forbidden if a person closed it.

        :param anew: a person wants another one although the last one was closed.
        """

    def put_labels(
        self, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Add and remove labels of an issue; missing labels are created."""

    def put_project_status(
        self, repository: Repository, number: int, status: ProjectField, option: str, occasion: str
    ) -> None:
        """Put an issue's field in a project on an option, once per occasion; NotFound without one."""

    def put_tracking_issue(
        self, repository: Repository, label: str, title: str, body: str, known: int | None
    ) -> int:
        """Create or update the one issue of ours with the label; return its number."""

    def put_label_definitions(self, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
        """Create the labels (name → colour, description) that are missing; return how many were."""

    def describe(self, description: Description) -> str:
        """Return the body of a pull request, from the template and no longer than GitHub takes."""

    def put_reviewers(self, repository: Repository, pull: PullRequest, reviewers: Sequence[str]) -> None:
        """Ask people ("octocat") and teams ("acme/docs") once; who was asked is not asked again."""

    def ask_again(self, repository: Repository, number: int, reviewers: Sequence[str], occasion: str) -> None:
        """Ask people who reviewed to look again, once per occasion."""

    def put_milestone(self, repository: Repository, number: int, milestone: int) -> None:
        """Set the milestone of an issue or pull request that has none."""

    def put_reply(self, repository: Repository, pull: int, comment: int, marker: str, body: str) -> int:
        """Answer a review comment in its thread, once per marker; return the answer's id."""

    def put_base(self, repository: Repository, number: int, base: str) -> None:
        """Move an open pull request onto another base branch."""

    def delete_branch(self, repository: Repository, branch: str, sha: str) -> None:
        """Delete a branch that stands at this commit and that nothing open goes into; else it stays."""

    def close(self, repository: Repository, number: int) -> None:
        """Close an issue or pull request."""

    def reopen(self, repository: Repository, number: int) -> None:
        """Open an issue or pull request again."""

    def mark_ready(self, repository: Repository, pull: PullRequest) -> None:
        """Take a pull request out of draft."""

    def enqueue(self, repository: Repository, pull: PullRequest, expected_head: str) -> None:
        """Put a pull request into its base's merge queue; Forbidden when its head is not the expected one."""

    def enable_auto_merge(
        self, repository: Repository, pull: PullRequest, expected_head: str, method: str = "merge"
    ) -> None:
        """Let GitHub merge it when all that is required is there, at once when it is there already.

        Forbidden where nothing is required.
        """

    def withdraw(self, repository: Repository, pull: PullStanding) -> None:
        """Take back the auto-merge or the place in the queue that we granted; a person's stays."""

    def under(self, claim: Claim) -> Writer:
        """Return this writer for the holder of a claim: FenceLost once somebody else took the issue over."""
