"""Writes to GitHub, the port `Writer`: one pace for all, a look before every create and every repetition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import partial

import github

from ...domain.following import PullStanding
from ...domain.issues import Repository
from ...domain.outbox import WriteKind
from ...domain.projects import ProjectField
from ...ports import Claim, PullRequest
from ...ports.outbox import Outbox
from . import merging
from .branches import delete_branch
from .comments import put_comment
from .delivery import Delivery
from .descriptions import Description, describe
from .graphql import GraphQL
from .identity import own_login
from .labels import change_labels, define_labels
from .markers import hidden_mark, marked, one_line
from .pace import Paces
from .patience import Patience
from .projects import put_project_status
from .pull_requests import MARK, Proposal, put_pull_request, standing_pull_request
from .reviewers import ask_again, ask_for_reviews
from .standing import put_base, put_milestone, put_state
from .steps import numbered, plain, step
from .threads import put_reply
from .tracking import put_tracking_issue
from .wire import Wire

_TRACKING = hidden_mark("tracking")


class GitHubWriter:
    """Comments, labels, pull requests and the tracking issue.

    Every method can be repeated at any time, also after an answer was lost: the whole step, look-up
    first, is what patience repeats. With an outbox a word that is confirmed is not said again.

    :param client: from `connect`, which neither retries nor spaces by itself.
    :param clean: the redactor; every text that goes out passes it.
    :param pacer: share one between all writers of a process, or a `SharedPacer` between all workers.
    :param outbox: shared by all nights and workers; without one a write is found again by its marks alone.
    """

    def __init__(
        self,
        client: github.Github,
        *,
        clean: Callable[[str], str],
        pacer: Paces | None = None,
        patience: Patience | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self._delivery = Delivery(patience or Patience(), outbox)
        self._clean = clean
        # The step is repeated, not the single request in it.
        self._wire = Wire(client, replace(self._delivery.patience, attempts=1), pacer)
        self._graphql = GraphQL(self._wire)
        self._login = ""

    def under(self, claim: Claim) -> GitHubWriter:
        """Return this writer for the holder of a claim: FenceLost once somebody else took the issue over."""
        mine = copy(self)
        mine._delivery = replace(self._delivery, claim=claim)
        return mine

    def describe(self, description: Description) -> str:
        """Return the body of a pull request, from the template and no longer than GitHub takes."""
        return describe(description)

    def put_comment(
        self, repository: Repository, number: int, marker: str, body: str, known: int | None
    ) -> int:
        """Create or edit the one comment of ours that carries the marker; return its id.

        Forbidden when the conversation is locked or the repository archived.
        """
        mark, login = hidden_mark(marker), self._own_login()
        text = marked(self._clean(body), mark)

        def perform(last: str) -> int:
            by_id = known or (int(last) if last else None)
            return put_comment(self._wire, repository, number, mark, text, by_id, login)

        return self._delivery.deliver(
            numbered(repository, WriteKind.COMMENT, f"{number}/{mark}", perform, text)
        )

    def put_reply(self, repository: Repository, pull: int, comment: int, marker: str, body: str) -> int:
        """Answer a review comment in its thread, once per marker; return the answer's id."""
        mark, login = hidden_mark(marker), self._own_login()
        text = marked(self._clean(body), mark)
        return self._delivery.deliver(
            numbered(
                repository,
                WriteKind.REPLY,
                f"{pull}/{comment}/{mark}",
                lambda _last: put_reply(self._wire, repository, pull, comment, mark, text, login),
                text,
            )
        )

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
        text = marked(self._clean(body), MARK)
        proposal = Proposal(head, base, one_line(self._clean(title)), text, draft)
        login = self._own_login()
        return self._delivery.deliver(
            step(
                repository,
                WriteKind.PULL_REQUEST,
                head,
                (proposal,),
                lambda _last: put_pull_request(self._wire, repository, proposal, login, anew),
                told=lambda made: str(made.number),
                recall=lambda last: standing_pull_request(self._wire, repository, last, proposal),
            )
        )

    def put_reviewers(self, repository: Repository, pull: PullRequest, reviewers: Sequence[str]) -> None:
        """Ask people ("octocat") and teams ("acme/docs") once; who was asked is not asked again."""
        if reviewers:
            self._plainly(
                repository,
                WriteKind.REVIEWERS,
                str(pull.number),
                lambda: ask_for_reviews(self._wire, repository, pull, reviewers),
                sorted(reviewers),
            )

    def ask_again(self, repository: Repository, number: int, reviewers: Sequence[str], occasion: str) -> None:
        """Ask people who reviewed to look again, once per occasion; refusals are logged."""
        self._plainly(
            repository,
            WriteKind.REVIEWERS,
            f"{number}/{occasion}",
            lambda: ask_again(self._wire, repository, number, reviewers),
            sorted(reviewers),
        )

    def put_milestone(self, repository: Repository, number: int, milestone: int) -> None:
        """Set the milestone of an issue or pull request that has none."""
        self._plainly(
            repository,
            WriteKind.MILESTONE,
            str(number),
            lambda: put_milestone(self._wire, repository, number, milestone),
            milestone,
        )

    def put_labels(
        self, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Add and remove labels of an issue or pull request; missing labels are created."""
        if add or remove:
            self._plainly(
                repository,
                WriteKind.LABELS,
                str(number),
                lambda: change_labels(self._wire, repository, number, add, remove),
                *(tuple(add), tuple(remove)),
            )

    def put_project_status(
        self, repository: Repository, number: int, status: ProjectField, option: str, occasion: str
    ) -> None:
        """Put an issue's field in a project on an option, once per occasion: a person's later move stays."""
        put = partial(put_project_status, self._graphql, repository, number, status, option)
        self._plainly(repository, WriteKind.PROJECT, f"{number}/{status.place}", put, option, occasion)

    def put_base(self, repository: Repository, number: int, base: str) -> None:
        """Move an open pull request onto another base branch."""
        move = partial(put_base, self._wire, repository, number, base)
        self._plainly(repository, WriteKind.RETARGET, str(number), move, base)

    def delete_branch(self, repository: Repository, branch: str, sha: str) -> None:
        """Delete a branch that stands at this commit and that nothing open goes into; else it stays."""
        self._plainly(
            repository,
            WriteKind.DELETE_BRANCH,
            branch,
            lambda: delete_branch(self._wire, repository, branch, sha),
            sha,
        )

    def close(self, repository: Repository, number: int) -> None:
        """Close an issue or pull request; what is closed stays so without a write."""
        close = partial(put_state, self._wire, repository, number, "closed")
        self._plainly(repository, WriteKind.CLOSE, str(number), close)

    def reopen(self, repository: Repository, number: int) -> None:
        """Open an issue or pull request again (Forbidden for a merged one)."""
        reopen = partial(put_state, self._wire, repository, number, "open")
        self._plainly(repository, WriteKind.REOPEN, str(number), reopen)

    def mark_ready(self, repository: Repository, pull: PullRequest) -> None:
        """Take a pull request out of draft."""
        self._merging(repository, WriteKind.READY, pull, merging.mark_ready)

    def enqueue(self, repository: Repository, pull: PullRequest, expected_head: str) -> None:
        """Put a pull request into its base's merge queue; Forbidden when its head is not the judged one."""
        self._merging(repository, WriteKind.ENQUEUE, pull, merging.enqueue, expected_head)

    def enable_auto_merge(
        self, repository: Repository, pull: PullRequest, expected_head: str, method: str = "merge"
    ) -> None:
        """Let GitHub merge it once all that is required is there, or now; Forbidden where nothing is."""
        self._merging(
            repository, WriteKind.AUTO_MERGE, pull, merging.enable_auto_merge, expected_head, method
        )

    def withdraw(self, repository: Repository, pull: PullStanding) -> None:
        """Take back the auto-merge or the place in the queue that we granted; a person's stays."""
        self._merging(repository, WriteKind.WITHDRAW, pull, merging.withdraw, self._own_login())

    def put_tracking_issue(
        self, repository: Repository, label: str, title: str, body: str, known: int | None
    ) -> int:
        """Create or update the one issue of ours with the label; return its number."""
        line, text, login = (
            one_line(self._clean(title)),
            marked(self._clean(body), _TRACKING),
            self._own_login(),
        )

        def perform(last: str) -> int:
            by_number = known or (int(last) if last else None)
            return put_tracking_issue(self._wire, repository, label, _TRACKING, line, text, by_number, login)

        return self._delivery.deliver(
            numbered(repository, WriteKind.TRACKING_ISSUE, label, perform, *(line, text))
        )

    def put_label_definitions(self, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
        """Create the labels (name → colour, description) that are missing; return how many were.

        After an answer that got lost, the label it made counts as known.
        """
        return self._delivery.deliver(
            numbered(
                repository,
                WriteKind.LABEL_DEFINITIONS,
                "labels",
                lambda _last: define_labels(self._wire, repository, labels),
                sorted(labels.items()),
            )
        )

    def _merging(
        self,
        repository: Repository,
        kind: WriteKind,
        pull: PullRequest | PullStanding,
        perform: Callable[..., None],
        *said: str,
    ) -> None:
        bound = partial(perform, self._graphql, pull.node_id, *said)
        self._plainly(repository, kind, str(pull.number), bound, *said)

    def _plainly(
        self,
        repository: Repository,
        kind: WriteKind,
        target: str,
        perform: Callable[[], None],
        *said: object,
    ) -> None:
        self._delivery.deliver(plain(repository, kind, target, perform, *said))

    def _own_login(self) -> str:
        if not self._login:
            self._login = self._delivery.patience.persist(lambda: own_login(self._wire))
        return self._login
