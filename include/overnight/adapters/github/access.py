"""The way to GitHub: which server, and as whom."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import github
from github import Auth

from ...domain.errors import NotAuthorized, SettingsError
from .errors import PERMISSIONS
from .pace import Pace

DEFAULT_URL = "https://api.github.com"
_TIMEOUT_SECONDS = 30
_API_VERSION = "2022-11-28"


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """A server and a credential: a token, or a GitHub App's three values.

    :param url: API base; a server's root is completed ("https://git.acme.example" gets "/api/v3").
    :param private_key: the App's PEM text.
    """

    url: str = DEFAULT_URL
    token: str = field(default="", repr=False)
    app_id: str = ""
    installation_id: int = 0
    private_key: str = field(default="", repr=False)

    def auth(self) -> Auth.Auth:
        """Return the credential for PyGithub; NotAuthorized when there is none."""
        if self.token.strip():
            return Auth.Token(self.token.strip())
        if not (self.app_id or self.installation_id or self.private_key):
            raise NotAuthorized(f"GITHUB_TOKEN not set. It needs {PERMISSIONS}")
        if not (self.app_id and self.installation_id and self.private_key):
            raise NotAuthorized("a GitHub App needs all three: app_id, installation_id and private_key")
        return Auth.AppAuth(self.app_id, self.private_key).get_installation_auth(self.installation_id)


def api_url(url: str) -> str:
    """Return the REST base of a server: github.com, ghe.com, GitHub Enterprise Server or loopback."""
    parts = urlsplit(url.strip() or DEFAULT_URL)
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or parts.query:
        raise SettingsError("GitHub's url must look like https://HOST or https://HOST/api/v3, without a user")
    path = parts.path.rstrip("/")
    if host in ("github.com", "www.github.com", "api.github.com"):
        return DEFAULT_URL
    if host.endswith(".ghe.com"):
        return f"https://api.{host.removeprefix('api.')}"
    if path in ("", "/api"):
        path = "/api/v3"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def connect(access: GitHubAccess | github.Github, *, pace: Pace | None = None) -> github.Github:
    """Return a client that neither repeats nor spaces writes by itself: our pacer and patience do.

    :param access: ours, or a client made elsewhere, such as the one of Airflow's GithubHook.
    """
    # At DEBUG PyGithub would log the bodies of requests and answers.
    logging.getLogger("github.Requester").setLevel(logging.INFO)
    between = (pace or Pace()).seconds_between_requests
    if isinstance(access, github.Github):
        known = access.requester.kwargs
        known |= {"retry": None, "seconds_between_requests": between, "seconds_between_writes": None}
        return github.Github(**known)
    return github.Github(
        auth=access.auth(),
        base_url=api_url(access.url),
        timeout=_TIMEOUT_SECONDS,
        user_agent="overnight",
        per_page=100,
        retry=None,
        seconds_between_requests=between,
        seconds_between_writes=None,
        lazy=True,
        api_version=_API_VERSION,
    )
