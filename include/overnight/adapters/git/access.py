"""How a repository is reached, and with which token; the token travels in the environment alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from ...domain.issues import Repository


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    """Where repositories are cloned from and the token for it.

    :param token: "" for anonymous reads; never part of a URL, a command line or an error text.
    :param server: used for repositories that carry no clone URL of their own.
    """

    token: str = field(default="", repr=False)
    server: str = "https://github.com"

    def url_of(self, repository: Repository) -> str:
        """Return the clone URL, without any credentials it may have carried."""
        url = repository.clone_url or f"{self.server.rstrip('/')}/{repository.full_name}.git"
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))

    def configuration(self, url: str) -> Mapping[str, str]:
        """Return the git configuration that sends the token to this URL's host and to no other."""
        parts = urlsplit(url)
        if not self.token or parts.scheme not in {"http", "https"}:
            return {}
        return {f"http.{parts.scheme}://{parts.netloc}/.extraHeader": f"Authorization: Basic {self._basic}"}

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every spelling of the token, to be struck out of foreign texts."""
        return (self.token, self._basic) if self.token else ()

    @property
    def _basic(self) -> str:
        return base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
