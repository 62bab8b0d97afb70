"""The ways to GitHub as settings and credentials open them: one client and one pace behind all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .credentials import Credentials
from .settings import Settings

if TYPE_CHECKING:
    from github import Github

    from .adapters.git import RemoteAccess
    from .adapters.github import GitHubTracker, GitHubWriter, Pace, Pacer, SharedPacer
    from .adapters.github.examining import GitHubExaminer
    from .adapters.github.following import GitHubFollower
    from .adapters.github.marked_issues import GitHubIssues
    from .adapters.github.patience import Patience
    from .adapters.github.wire import Wire
    from .adapters.ledger import LedgerDatabase

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""A server of our own on this machine asks for no pace."""


@dataclass(frozen=True)
class GitHubDoors:
    """Reads, writes and git of one account.

    :param clean: the redactor of whatever is written.
    :param database: opened by the first write, which goes through its outbox.
    :param patient: whether what is read is asked for again after a passing fault.
    """

    settings: Settings
    credentials: Credentials
    clean: Callable[[str], str]
    database: Callable[[], LedgerDatabase]
    now: Callable[[], datetime]
    patient: bool = True

    @property
    def at_once(self) -> GitHubDoors:
        """The same ways for a person who waits for a page: a fault is told, not sat out."""
        return replace(self, patient=False)

    @property
    def url(self) -> str:
        return self.credentials.github_url or self.settings.values.github_url

    @cached_property
    def client(self) -> Github:
        from .adapters.github import GitHubAccess, connect

        access = GitHubAccess(url=self.url, token=self.credentials.github_token, **self.credentials.app)
        return connect(access, pace=self._pace)

    @cached_property
    def _pace(self) -> Pace:
        from .adapters.github import Pace

        if self._host in _LOOPBACK:
            return Pace.unhurried()
        return Pace(seconds_between_writes=max(1.0, self.settings.values.write_spacing_seconds))

    @property
    def _host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @cached_property
    def pacer(self) -> Pacer | SharedPacer:
        """The one pace of whatever writes to GitHub, shared with every other worker and night."""
        from .adapters.github import Pacer, SharedPacer

        if self._pace.hurries:
            return Pacer(self._pace)
        turns, host = self.database().turns, self._host
        return SharedPacer(turns, lambda: f"{host}/{self.tracker.login()}", self._pace, now=self.now)

    @property
    def _patience(self) -> Patience:
        from .adapters.github.patience import Patience

        return Patience() if self.patient else Patience(attempts=1)

    @cached_property
    def tracker(self) -> GitHubTracker:
        from .adapters.github import GitHubTracker

        return GitHubTracker(self.client, patience=self._patience)

    @cached_property
    def follower(self) -> GitHubFollower:
        from .adapters.github.following import GitHubFollower

        return GitHubFollower(self.client, patience=self._patience)

    @cached_property
    def writer(self) -> GitHubWriter:
        from .adapters.github import GitHubWriter

        outbox = self.database().outbox
        return GitHubWriter(self.client, clean=self.clean, pacer=self.pacer, outbox=outbox)

    @cached_property
    def issues(self) -> GitHubIssues:
        from .adapters.github.marked_issues import GitHubIssues

        outbox = self.database().outbox
        return GitHubIssues(self.client, clean=self.clean, pacer=self.pacer, outbox=outbox)

    @property
    def examiner(self) -> GitHubExaminer:
        from .adapters.github.examining import GitHubExaminer

        return GitHubExaminer(self.client, self.now)

    def wire(self) -> Wire:
        from .adapters.github.wire import Wire

        return Wire(self.client, pacer=self.pacer)

    @property
    def git(self) -> RemoteAccess:
        """Git, with the token of this moment: an App's token lives an hour, a night longer."""
        from .adapters.git import RemoteAccess

        auth = self.client.requester.auth
        return RemoteAccess(token=auth.token if auth else "")
