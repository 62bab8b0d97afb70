"""GitHub: what is read of it and written to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.issues import Issue, IssueRef, RefState, Repository, Vetting


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
        labels: Sequence[str] = (),
        reviewers: Sequence[str] = (),
    ) -> PullRequest:
        """Open the pull request from `head`, or update the open one; Forbidden if a person closed it."""

    def put_labels(
        self, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Add and remove labels of an issue; missing labels are created."""

    def put_tracking_issue(
        self, repository: Repository, label: str, title: str, body: str, known: int | None
    ) -> int:
        """Create or update the one issue of ours with the label; return its number."""

    def put_label_definitions(self, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
        """Create the labels (name → colour, description) that are missing; return how many were."""
