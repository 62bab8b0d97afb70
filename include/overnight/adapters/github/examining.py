"""The `Examiner` port: what a token may do is read off headers and tried by requests that only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import github
import requests

from ...domain.errors import Forbidden, NotFound, OvernightError
from ...domain.projects import ProjectField
from ...ports.examining import Access, Account, RateLimit
from .errors import NoPermission
from .graphql import GraphQL
from .projects import lacking_options
from .wire import Wire, segment

_READS = (
    ("contents: read", "commits"),
    ("issues: read", "issues"),
    ("pull requests: read", "pulls"),
)
"""Right → the path under a repository that a credential without it may not read."""
_UNTRIED = ("issues: write", "pull requests: write")
_LIMITS = ("core", "graphql")
_SECONDS = 30


class GitHubExaminer:
    """Looks at the credential of a client from `connect`."""

    def __init__(self, client: github.Github, now: Callable[[], datetime]) -> None:
        self._wire, self._requester, self._now = Wire(client), client.requester, now

    def account(self) -> Account:
        """Return scopes, clock and limits; asking costs no request of the limit."""
        try:
            headers, document = self._wire.look("/rate_limit")
        except NotFound:  # an Enterprise Server without limits
            headers, document = self._wire.look("/meta")
        scopes = headers.get("x-oauth-scopes")
        return Account(
            scopes=None if scopes is None else tuple(filter(None, map(str.strip, scopes.split(",")))),
            asked_at=self._now(),
            server_time=_moment(headers.get("date", "")),
            limits=_limits(document.get("resources") or {}),
        )

    def access(self, owner: str, name: str) -> tuple[Access, ...]:
        """Return each right that a night needs on a repository (NotFound when it may not be seen)."""
        document = self._wire.get(f"/repos/{segment(owner)}/{segment(name)}")
        place = f"/repos/{document['full_name']}"
        role = document.get("permissions") or {}
        return (
            *(self._tried(right, f"{place}/{path}") for right, path in _READS),
            self._push(str(document.get("clone_url") or "")),
            *(_by_role(right, role) for right in _UNTRIED),
        )

    def lacking_options(self, status: ProjectField) -> tuple[str, ...]:
        """Return the options that a project's field has not (NotFound when there is no such field)."""
        return lacking_options(GraphQL(self._wire), status)

    def _tried(self, right: str, path: str) -> Access:
        try:
            self._wire.patience.persist(lambda: self._wire.glance(path))
        except (NoPermission, Forbidden, NotFound) as error:
            return Access(right, False, str(error))
        except OvernightError as error:  # 409 of an empty repository among them
            return Access(right, None, str(error))
        return Access(right, True)

    def _push(self, clone_url: str) -> Access:
        """Ask git's server for the refs as somebody who is about to push; nothing is pushed."""
        right, auth = "contents: write", self._requester.auth
        here = (self._requester.hostname or "").removeprefix("api.")
        if not clone_url or auth is None or urlsplit(clone_url).hostname != here:
            return Access(
                right, None, f"{urlsplit(clone_url).hostname or 'nobody'} is not asked with this token"
            )
        try:
            answer = requests.get(
                f"{clone_url}/info/refs",
                params={"service": "git-receive-pack"},
                auth=("x-access-token", auth.token),
                timeout=_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            status = answer.status_code
            answer.close()
        except requests.RequestException as error:
            return Access(right, None, f"git's server does not answer ({type(error).__name__})")
        return Access(right, status == 200, "" if status == 200 else f"git's server said {status} to a push")


def _by_role(right: str, role: Mapping[str, Any]) -> Access:
    """A role without push cannot write whatever its token says; with it, only a write would tell."""
    if role and not role.get("push"):
        return Access(right, False, "the account's role on the repository is below `write`")
    return Access(right, None, "only a write can tell")


def _limits(resources: Mapping[str, Any]) -> dict[str, RateLimit]:
    return {
        name: RateLimit(
            int(row["remaining"]), int(row["limit"]), datetime.fromtimestamp(int(row["reset"]), UTC)
        )
        for name in _LIMITS
        if (row := resources.get(name))
    }


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
