"""Requests to GitHub and what comes back, as plain JSON values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

import github
from github.Requester import Requester

from ...domain.errors import NotAuthorized, NotFound, RateLimited
from ...failpoints import failpoint
from .errors import NotJson, seconds_to_wait, speaking_github
from .pace import Pacer, Paces
from .patience import SECONDARY_WAIT, Patience

_NEXT = re.compile(r'<([^>]+)>\s*;\s*rel="next"')
_REDIRECTS = (307, 308)
_MOST_REDIRECTS = 3
_MOST_PAGES = 1000
T = TypeVar("T")


class Wire:
    """One connection: reads are repeated with patience, writes are paced and never repeated here."""

    def __init__(
        self, client: github.Github, patience: Patience | None = None, pacer: Paces | None = None
    ) -> None:
        self._requester = client.requester
        self._pacer: Paces = pacer or Pacer()
        self.patience = patience or Patience()

    def get(self, path: str, **parameters: Any) -> dict[str, Any]:
        """Return the JSON object at a path."""
        document = self.patience.persist(lambda: self._exchange("GET", path, parameters, dict)[1])
        return cast("dict[str, Any]", document)

    def look(self, path: str) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the headers of an answer, names in lower case, and its JSON object."""
        headers, document = self.patience.persist(lambda: self._exchange("GET", path, {}, dict))
        return {name.lower(): str(value) for name, value in headers.items()}, document

    def glance(self, path: str) -> None:
        """Ask once for one entry of a path, whatever its shape: what counts is whether it is allowed."""
        self._exchange("GET", path, {"per_page": 1}, object)

    def find(self, path: str, **parameters: Any) -> dict[str, Any] | None:
        """Return the JSON object at a path, None when it is not there."""
        try:
            return self.get(path, **parameters)
        except NotFound:
            return None

    def pages(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the entries of a list, page after page."""
        following: str | None = path
        asked: Mapping[str, Any] = {"per_page": 100, **parameters}
        for _ in range(_MOST_PAGES):
            if following is None:
                return
            headers, entries = self._page(following, asked)
            yield from entries
            link = _NEXT.search(headers.get("link", ""))
            following, asked = (link.group(1) if link else None), {}

    def _page(self, url: str, parameters: Mapping[str, Any]) -> tuple[dict[str, str], list[dict[str, Any]]]:
        headers, entries = self.patience.persist(lambda: self._exchange("GET", url, parameters, list))
        return headers, [entry for entry in entries if isinstance(entry, dict)]

    def graphql(self, query: str, variables: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        """Ask GraphQL once; return the answer's headers and document, errors and all."""
        body = {"query": query, "variables": dict(variables)}
        return self._exchange("POST", self._requester.graphql_url, {}, dict, body)

    def write(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Send one write when its turn has come; the caller looks up before it repeats."""
        return self._paced(lambda: self._exchange(verb, path, {}, object, body))[1]

    def mutate(self, query: str, variables: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
        """Send one GraphQL mutation when its turn has come; return headers and document, errors and all."""
        return self._paced(lambda: self.graphql(query, variables))

    def _paced(self, send: Callable[[], tuple[dict[str, str], T]]) -> tuple[dict[str, str], T]:
        """Send when the turn has come; what GitHub says of its limits holds for all other writes as well."""
        self._pacer.turn()
        failpoint("write.before_request")
        try:
            headers, answer = send()
            failpoint("write.after_request")
        except RateLimited as error:
            self.hold(error.retry_after)
            raise
        # The last point of the hour was ours: the next write would only be told so.
        if (spent := seconds_to_wait(headers)) is not None:
            self._pacer.hold(spent)
        return headers, answer

    def hold(self, seconds: float | None) -> None:
        """Keep all writes back for as long as GitHub asks; a minute when it does not say."""
        self._pacer.hold(SECONDARY_WAIT if seconds is None else seconds)

    def _exchange(
        self,
        verb: str,
        url: str,
        parameters: Mapping[str, Any],
        shape: type,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[dict[str, str], Any]:
        """Send a request once and return the answer's headers and JSON, which must have the shape."""
        with speaking_github(f"{verb} {urlsplit(url).path}"):
            for _ in range(_MOST_REDIRECTS):
                status, headers, text = self._send(verb, url, parameters, body)
                # PyGithub follows 301 alone; a write to a renamed repository is answered with 307.
                if status not in _REDIRECTS or "location" not in headers:
                    break
                url, parameters = self._same_host(headers["location"]), {}
            data = _parsed(status, text)
            if status >= 300:
                raise Requester.createException(status, headers, data if isinstance(data, dict) else {})
            if not isinstance(data, shape):
                raise NotJson(f"a {shape.__name__} was expected")
        return headers, data

    def _send(
        self, verb: str, url: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> tuple[int, dict[str, Any], str]:
        sent = dict(body) if body is not None else None
        try:
            return self._requester.requestJson(verb, url, parameters=dict(parameters), input=sent)
        except github.GithubException as error:
            # Only an App's exchange of its key for a token raises here; every other answer comes back.
            if error.status in (401, 404):
                reason = "GitHub knows no such App installation: check app_id, installation_id, private_key"
                raise NotAuthorized(reason) from error
            raise

    def _same_host(self, location: str) -> str:
        """Return a redirect's target; the token never travels to another host."""
        parts = urlsplit(location)
        if parts.netloc and parts.hostname != self._requester.hostname:
            raise RuntimeError("redirected to another host")
        return location


def segment(text: str) -> str:
    """Return a text as one segment of a path, whatever is in it."""
    return quote(text, safe="")


def _parsed(status: int, text: str) -> Any:
    """Return the JSON of an answer; an error's page need not be JSON, a success must be."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        if status >= 400:
            return {}
        raise NotJson("the answer is not JSON") from error
