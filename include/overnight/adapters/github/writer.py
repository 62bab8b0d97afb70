"""Writes to GitHub, the port `Writer`: one pace for all, a look before every create and every repetition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import github

from ...domain.issues import Repository
from ...ports import PullRequest
from .comments import put_comment
from .identity import own_login
from .labels import change_labels, define_labels
from .markers import hidden_mark, marked, one_line
from .pace import Pacer
from .patience import Patience
from .pull_requests import MARK, Proposal, put_pull_request
from .reviewers import ask_for_reviews
from .tracking import put_tracking_issue
from .wire import Wire

T = TypeVar("T")
_TRACKING = hidden_mark("tracking")


class GitHubWriter:
    """Comments, labels, pull requests and the tracking issue.

    Every method can be repeated at any time, also after an answer was lost: the whole step, look-up
    first, is what patience repeats.

    :param client: from `connect`, which neither retries nor spaces by itself.
    :param clean: the redactor; every text that goes out passes it.
    :param pacer: share one between all writers of a process.
    """

    def __init__(
        self,
        client: github.Github,
        *,
        clean: Callable[[str], str],
        pacer: Pacer | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._patience = patience or Patience()
        self._clean = clean
        # The step is repeated, not the single request in it.
        self._wire = Wire(client, replace(self._patience, attempts=1), pacer)
        self._login = ""

    def put_comment(
        self, repository: Repository, number: int, marker: str, body: str, known: int | None
    ) -> int:
        """Create or edit the one comment of ours that carries the marker; return its id.

        Forbidden when the conversation is locked or the repository archived.
        """
        mark, login = hidden_mark(marker), self._own_login()
        text = marked(self._clean(body), mark)
        return self._persist(lambda: put_comment(self._wire, repository, number, mark, text, known, login))

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
        text = marked(self._clean(body), MARK)
        proposal = Proposal(head, base, one_line(self._clean(title)), text, draft)
        login = self._own_login()
        pull = self._persist(lambda: put_pull_request(self._wire, repository, proposal, login))
        if not pull.merged:
            self.put_labels(repository, pull.number, labels, ())
            self._persist(lambda: ask_for_reviews(self._wire, repository, pull, reviewers))
        return pull

    def put_labels(
        self, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
    ) -> None:
        """Add and remove labels of an issue or pull request; missing labels are created."""
        if add or remove:
            self._persist(lambda: change_labels(self._wire, repository, number, add, remove))

    def put_tracking_issue(
        self, repository: Repository, label: str, title: str, body: str, known: int | None
    ) -> int:
        """Create or update the one issue of ours with the label; return its number."""
        line, text, login = (
            one_line(self._clean(title)),
            marked(self._clean(body), _TRACKING),
            self._own_login(),
        )
        return self._persist(
            lambda: put_tracking_issue(self._wire, repository, label, _TRACKING, line, text, known, login)
        )

    def put_label_definitions(self, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
        """Create the labels (name → colour, description) that are missing; return how many were.

        After an answer that got lost, the label it made counts as known.
        """
        return self._persist(lambda: define_labels(self._wire, repository, labels))

    def _own_login(self) -> str:
        if not self._login:
            self._login = self._persist(lambda: own_login(self._wire))
        return self._login

    def _persist(self, step: Callable[[], T]) -> T:
        return self._patience.persist(step)
