"""Reads of GitHub: the port `Tracker`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import github

from ...domain.errors import NotFound, Unreachable
from ...domain.issues import Issue, IssueRef, RefState, Repository, Vetting
from ...ports import Comment, PullRequest
from .graphql import GraphQL
from .identity import own_login
from .markers import is_ours
from .patience import Patience
from .pull_requests import newest_pull_request, pull_request_with_tree
from .queries import issue_query, issues_query
from .reading import plain, read_issue, rest_login
from .repositories import read_repository
from .states import look_up_states
from .substitutes import completed
from .vetting import Permissions, Vetter
from .wire import Wire

_PAGE = 100
_SMALLEST_PAGE = 10


class GitHubTracker:
    """GitHub's issues and pull requests, read in few requests.

    :param client: from `connect`, which neither retries nor spaces by itself.
    :param ok_label: the label by which maintainers vouch for an issue.
    """

    def __init__(
        self, client: github.Github, *, ok_label: str = "overnight: ok", patience: Patience | None = None
    ) -> None:
        self._wire = Wire(client, patience)
        self._graphql = GraphQL(self._wire)
        self._permissions = Permissions(self._wire)
        self._vetter = Vetter(self._graphql, self._permissions, ok_label)
        self._login = ""

    def login(self) -> str:
        """Return the login the token belongs to."""
        self._login = self._login or own_login(self._wire)
        return self._login

    def repository(self, owner: str, name: str) -> Repository:
        """Return a repository by its (case-insensitive) name, renamed ones under their new name."""
        return read_repository(self._wire, owner, name)

    def open_issues(self, repository: Repository) -> tuple[Issue, ...]:
        """Return every open issue, pull requests excluded: ⌈N/100⌉ requests.

        One more for 25 issues with the ok label, and one for each person who set it or edited after.
        """
        found: dict[int, Issue] = {}
        cursor: str | None = None
        while True:
            page = self._page(repository, cursor)
            for node in page.get("nodes") or ():
                if node:  # null: deleted while we listed
                    issue = read_issue(node, repository)
                    found[issue.number] = issue
            information = page.get("pageInfo") or {}
            if not information.get("hasNextPage") or information.get("endCursor") == cursor:
                return self._completed(repository, tuple(found.values()))
            cursor = information.get("endCursor")

    def issue(self, repository: Repository, number: int) -> Issue:
        """Return one issue, open or closed; NotFound when deleted."""
        variables = {"owner": repository.owner, "name": repository.name, "number": number}
        node = (self._graphql.ask(issue_query, variables).get("repository") or {}).get("issue")
        if not node:
            raise NotFound(
                f"issue #{number} of {repository.full_name} does not exist, or was deleted or moved"
            )
        return self._completed(repository, (read_issue(node, repository),))[0]

    def ref_states(self, repository: Repository, refs: Iterable[IssueRef]) -> dict[IssueRef, RefState]:
        """Look up issues outside the plan, here or elsewhere; MISSING covers what may not be seen."""
        return look_up_states(self._graphql, repository, refs)

    def trusted_comments(
        self, repository: Repository, number: int, associations: Sequence[str]
    ) -> tuple[Comment, ...]:
        """Return comments of people with one of the associations, oldest first; bots' and ours left out."""
        path = f"/repos/{repository.full_name}/issues/{number}/comments"
        allowed = {association.upper() for association in associations}
        comments = []
        for found in self._wire.pages(path):
            user, body = found.get("user") or {}, plain(found.get("body"))
            person = user.get("type") != "Bot" and not is_ours(body)
            association = str(found.get("author_association") or "NONE").upper()
            if person and association in allowed:
                comments.append(Comment(int(found["id"]), rest_login(user), association, body))
        return tuple(comments)

    def who_labelled(self, repository: Repository, issue: Issue, label: str) -> Vetting | None:
        """Return who set a label that the issue carries, and with which permission; None when not known."""
        return Vetter(self._graphql, self._permissions, label).vet(repository, (issue,))[0].vetting

    def pull_request_from(self, repository: Repository, branch: str) -> PullRequest | None:
        """Return the newest pull request with this head branch in the repository itself, open or not."""
        return newest_pull_request(self._wire, repository, branch)

    def pull_request_with_tree(self, repository: Repository, tree: str, besides: str) -> int | None:
        """Return the open pull request that has exactly this tree already, those from a branch left out."""
        return pull_request_with_tree(self._graphql, repository, tree, besides)

    def _page(self, repository: Repository, cursor: str | None) -> dict[str, Any]:
        size = _PAGE

        def ask() -> dict[str, Any]:
            nonlocal size
            names = {"owner": repository.owner, "name": repository.name, "first": size, "after": cursor}
            try:
                return self._graphql.ask_once(issues_query, names)
            except Unreachable:
                # A page that GitHub cannot put together in its ten seconds is asked for in smaller pieces.
                size = max(size // 2, _SMALLEST_PAGE)
                raise

        answer = self._wire.patience.persist(ask)
        issues = (answer.get("repository") or {}).get("issues")
        if not isinstance(issues, dict):
            raise NotFound(f"{repository.full_name} does not exist, or the token may not see its issues")
        return issues

    def _completed(self, repository: Repository, issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
        issues = completed(self._wire, repository, issues, self._graphql.lacking)
        return self._vetter.vet(repository, issues)
