"""A deployment of Overnight at the other end of its HTTP API, asked with a person's token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from ..domain.errors import (
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    SettingsError,
    Unreachable,
)

URL, TOKEN, TOKEN_FILE = "OVERNIGHT_API_URL", "OVERNIGHT_API_TOKEN", "OVERNIGHT_API_TOKEN_FILE"
"""Variables: where the API is (…/api/foreman), and Airflow's token for it, or the file that holds it."""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SECONDS = 30.0
_LONGEST = 600
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Deployment:
    """Reads from and writes to a deployment; what it refuses becomes one of our errors.

    :param token_file: holds the token; read for every request, so that a renewed one counts at once.
    :raises SettingsError: no address or token, or the token would go over the network in the clear.
    """

    url: str
    token: str = field(default="", repr=False)
    token_file: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if not self.url:
            raise SettingsError(f"{URL} is not set: write the address of the API, …/api/foreman")
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise SettingsError(f"{URL} must begin with https://: a token is sent there")
        if self.token and self.token_file:
            raise SettingsError(f"{TOKEN} and {TOKEN_FILE} are both set: unset one of them")
        if not self.token and not self.token_file:
            raise SettingsError(
                f"{TOKEN} is not set, nor {TOKEN_FILE}: `POST /auth/token` of Airflow's API server gives one"
            )
        self._bearer()

    def get(self, *path: object, **query: Any) -> Any:
        """Return the document at a path; what is None in the query is left out."""
        return self._exchange("GET", path, {name: one for name, one in query.items() if one is not None})

    def post(self, *path: object, body: Mapping[str, Any]) -> Any:
        """Send a document and return the answer."""
        return self._exchange("POST", path, {}, body)

    def _exchange(
        self, verb: str, path: tuple[object, ...], query: Mapping[str, Any], body: Any = None
    ) -> Any:
        where = "/".join(quote(str(part), safe="") for part in path)
        headers = {"Authorization": f"Bearer {self._bearer()}"}
        try:
            answer = httpx2.request(
                verb,
                f"{self.url.rstrip('/')}/{where}",
                params=query,
                json=body,
                headers=headers,
                timeout=_SECONDS,
                follow_redirects=False,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unreachable(f"{self.url} does not answer ({type(error).__name__})") from error
        document = _document(answer)
        if answer.status_code not in _SUCCESS:
            said = _detail(document) or answer.reason_phrase
            raise _failure(self.url, answer.status_code, said, self.token_file)
        if document is None:
            raise SettingsError(f"{self.url} answers something else than JSON; is {URL} right?")
        return document

    def _bearer(self) -> str:
        return _token_in(self.token_file) if self.token_file else self.token


def deployment_of(environ: Mapping[str, str], url: str = "") -> Deployment:
    """Return the deployment that the environment names; an address given here wins."""
    return Deployment(url or environ.get(URL, ""), environ.get(TOKEN, ""), environ.get(TOKEN_FILE, ""))


def _token_in(file: str) -> str:
    try:
        words = Path(file).expanduser().read_text().split()
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text file"
        raise SettingsError(f"{TOKEN_FILE}: {file} cannot be read: {why}") from error
    if len(words) != 1 or not words[0].isascii():
        raise SettingsError(f"{TOKEN_FILE}: {file} must hold a token and nothing else")
    return words[0]


def _failure(url: str, status: int, detail: str, token_file: str) -> OvernightError:
    said = f"{url} answers HTTP {status}: {detail}"
    match status:
        case 401:
            where = f"the token in {token_file}" if token_file else TOKEN
            return NotAuthorized(f"{said}; is {where} still good? Airflow's tokens end after a day")
        case 403:
            return NotAuthorized(f"{said}; this token's person lacks the right")
        case 404:
            return NotFound(said)
        case 422:
            return SettingsError(said)
        case 429 | 500 | 502 | 503 | 504:
            return Unreachable(said)
        case _:
            return Forbidden(said)


def _document(answer: httpx2.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _detail(document: Any) -> str:
    text = str(document.get("detail") or "") if isinstance(document, Mapping) else ""
    return " ".join(text.split())[:_LONGEST]
