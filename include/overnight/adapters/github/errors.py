"""GitHub's errors become ours here, once.

What GitHub says                          What we raise
401                                       NotAuthorized
403 or 429 with a limit                   RateLimited, with the seconds to wait when told
403 archived, locked, protected           Forbidden
403 otherwise                             NoPermission (a NotAuthorized)
404, 410, 451                             NotFound
409                                       Contended
422 and other 4xx                         Unprocessable (a Forbidden)
5xx                                       Unreachable; RateLimited when it says how long
no connection, time-out, not JSON         Unreachable
an unusable App key                       NotAuthorized
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import jwt
import requests
from github import GithubException, RateLimitExceededException

from ...domain.errors import (
    Contended,
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    RateLimited,
    Unreachable,
)

PERMISSIONS = (
    "contents, issues and pull requests: read and write (fine-grained token or App); "
    "a classic token needs the scope `repo`"
)
_REFUSALS = re.compile(r"archived|locked|read-only|protected|blocked|disabled|suspended|limit", re.IGNORECASE)
_LONGEST_MESSAGE = 300


class Unprocessable(Forbidden):
    """GitHub understood the request and will not process it (422 and its relatives)."""


class NoPermission(NotAuthorized):
    """The token is good, and may not do this."""


class NotJson(ValueError):
    """An answer that should be JSON is not; a proxy's page, or cut off."""


@contextmanager
def speaking_github(request: str = "a request") -> Iterator[None]:
    """Re-raise GitHub's and the transport's errors as ours.

    :param request: what was asked, for the message; never a body, never a header.
    """
    try:
        yield
    except GithubException as error:
        raise translated(error, request) from error
    except requests.RequestException as error:
        reason = (
            f"GitHub cannot be reached for {request} ({type(error).__name__}): check the network and `url`"
        )
        raise Unreachable(reason) from error
    except jwt.PyJWTError as error:
        raise NotAuthorized(
            "the GitHub App's private key cannot be used: give the PEM file's text"
        ) from error
    except (ValueError, RuntimeError) as error:
        # Garbage instead of JSON, or a redirect to another host, which PyGithub rightly does not follow.
        raise Unreachable(f"GitHub's answer to {request} cannot be used ({type(error).__name__})") from error


def translated(error: GithubException, request: str) -> OvernightError:
    """Return our error for an answer of GitHub with a status of 400 and more."""
    status, headers = error.status, _lower(error.headers)
    message = _message(error.data)
    said = f"GitHub said {status} to {request}: {message}"
    if _is_limit(error, headers):
        return RateLimited(said, seconds_to_wait(headers))
    match status:
        case 401:
            return NotAuthorized(f"{said}. The token is wrong or has expired; it needs {PERMISSIONS}")
        case 403:
            return Forbidden(said) if _REFUSALS.search(message) else _lacking_permission(said, headers)
        case 404 | 410 | 451:
            return NotFound(f"{said}. It does not exist, or the token may not see it")
        case 409:
            return Contended(said)
        case _ if status >= 500:
            return Unreachable(said)
        case _:
            return Unprocessable(said)


def seconds_to_wait(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return how long GitHub asks us to wait, None when it does not say.

    :param headers: names in lower case.
    :param now: Unix time, the present when left out.
    """
    now = time.time() if now is None else now
    asked = headers.get("retry-after", "")
    if asked.strip().isdigit():
        return float(asked)
    if asked:
        try:
            return max(parsedate_to_datetime(asked).timestamp() - now, 0.0)
        except ValueError:
            return None
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return max(float(reset) - now, 0.0) + 1.0  # where in that second it resets is not told
    return None


def _is_limit(error: GithubException, headers: Mapping[str, str]) -> bool:
    if isinstance(error, RateLimitExceededException) or error.status == 429:
        return True
    if error.status == 403:
        return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    return error.status >= 500 and "retry-after" in headers


def _lacking_permission(said: str, headers: Mapping[str, str]) -> NoPermission:
    needed = headers.get("x-accepted-github-permissions", "")
    lacking = (
        f"this request needs {needed[:_LONGEST_MESSAGE]}" if needed else f"Overnight needs {PERMISSIONS}"
    )
    return NoPermission(f"{said}. The token lacks a permission: {lacking}")


def _message(data: Any) -> str:
    """Return GitHub's message and validation details on one line."""
    if not isinstance(data, dict):
        return "(no message)"
    details = data.get("errors")
    parts = [str(data.get("message") or "(no message)")]
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            words = (detail.get("message"), detail.get("field"), detail.get("code"))
            parts.append(" ".join(str(word) for word in words if word))
        else:
            parts.append(str(detail))
    return " ".join("; ".join(parts).split())[:_LONGEST_MESSAGE]


def _lower(headers: Mapping[str, str] | None) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (headers or {}).items()}
