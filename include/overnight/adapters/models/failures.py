"""Turn what a provider or its client raises into `ModelFailure`: by type and error code, never by message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import openai
from pydantic_ai import exceptions as agent

from ...domain.errors import FailureKind, ModelFailure
from .hidden_errors import status_number

_CODES = {
    "insufficient_quota": FailureKind.INSUFFICIENT_QUOTA,
    "billing_hard_limit_reached": FailureKind.INSUFFICIENT_QUOTA,
    "billing_not_active": FailureKind.INSUFFICIENT_QUOTA,
    "credit_balance_exhausted": FailureKind.INSUFFICIENT_QUOTA,
    "organization_spend_limit_exceeded": FailureKind.INSUFFICIENT_QUOTA,
    "organization_usage_limit_exceeded": FailureKind.INSUFFICIENT_QUOTA,
    "project_spend_limit_exceeded": FailureKind.INSUFFICIENT_QUOTA,
    "context_length_exceeded": FailureKind.CONTEXT_EXHAUSTED,
    "string_above_max_length": FailureKind.CONTEXT_EXHAUSTED,
    "exceed_context_size_error": FailureKind.CONTEXT_EXHAUSTED,
    "content_filter": FailureKind.REFUSAL,
    "content_policy_violation": FailureKind.REFUSAL,
    "ResponsibleAIPolicyViolation": FailureKind.REFUSAL,
    "model_not_found": FailureKind.MODEL_GONE,
    "DeploymentNotFound": FailureKind.MODEL_GONE,
    "invalid_api_key": FailureKind.AUTH,
    "account_deactivated": FailureKind.AUTH,
    "rate_limit_exceeded": FailureKind.RATE_LIMIT,
    "rate_limit_error": FailureKind.RATE_LIMIT,
    "server_is_overloaded": FailureKind.TRANSPORT,
    "overloaded": FailureKind.TRANSPORT,
}
"""The provider's own word wins over the status: a 429 may be a rate limit or an empty account."""

_STATUSES = {
    401: FailureKind.AUTH,
    402: FailureKind.INSUFFICIENT_QUOTA,
    403: FailureKind.AUTH,
    404: FailureKind.MODEL_GONE,
    408: FailureKind.TIMEOUT,
    409: FailureKind.TRANSPORT,
    425: FailureKind.TRANSPORT,
    410: FailureKind.MODEL_GONE,
    413: FailureKind.CONTEXT_EXHAUSTED,
    429: FailureKind.RATE_LIMIT,
    504: FailureKind.TIMEOUT,
}

_TYPES: tuple[tuple[type[BaseException], FailureKind], ...] = (
    (TimeoutError, FailureKind.TIMEOUT),
    (openai.APITimeoutError, FailureKind.TIMEOUT),
    (httpx2.TimeoutException, FailureKind.TIMEOUT),
    (agent.ModelTimeoutError, FailureKind.TIMEOUT),
    (agent.ModelRequestTimeout, FailureKind.TIMEOUT),
    (agent.ContentFilterError, FailureKind.REFUSAL),
    (openai.ContentFilterFinishReasonError, FailureKind.REFUSAL),
    (agent.ModelContextWindowExceededError, FailureKind.CONTEXT_EXHAUSTED),
    (agent.ModelQuotaExceededError, FailureKind.INSUFFICIENT_QUOTA),
    (agent.ModelRateLimitError, FailureKind.RATE_LIMIT),
    (agent.ModelAuthenticationError, FailureKind.AUTH),
    (agent.ModelNotFoundError, FailureKind.MODEL_GONE),
    (agent.ModelRequestRejectedError, FailureKind.BAD_REQUEST),
    (agent.ModelServerError, FailureKind.TRANSPORT),
    (agent.ModelUnavailableError, FailureKind.TRANSPORT),
    (openai.APIConnectionError, FailureKind.TRANSPORT),
    (agent.ModelConnectionError, FailureKind.TRANSPORT),
    (httpx2.InvalidURL, FailureKind.BAD_REQUEST),
    (httpx2.HTTPError, FailureKind.TRANSPORT),
    (openai.APIResponseValidationError, FailureKind.TRANSPORT),
    (json.JSONDecodeError, FailureKind.TRANSPORT),
    (OSError, FailureKind.TRANSPORT),
    (agent.OutputTokenLimitExceeded, FailureKind.BAD_REQUEST),
    (agent.UnexpectedModelBehavior, FailureKind.TRANSPORT),
    (agent.ModelAPIError, FailureKind.TRANSPORT),
    (openai.APIError, FailureKind.TRANSPORT),
)
"""First match wins, over the exception and then its causes: narrow before wide."""

_WORDS = {
    FailureKind.TRANSPORT: "does not answer usably",
    FailureKind.RATE_LIMIT: "asks us to slow down",
    FailureKind.INSUFFICIENT_QUOTA: "says the account's quota or credit is used up: top it up",
    FailureKind.AUTH: "refuses the key: check it and its access to the model",
    FailureKind.CONTEXT_EXHAUSTED: "cannot hold the conversation in its context window",
    FailureKind.TIMEOUT: "took too long",
    FailureKind.MODEL_GONE: "does not offer the model (or the base URL is wrong)",
    FailureKind.REFUSAL: "refused the content",
    FailureKind.BAD_REQUEST: "does not accept the request",
}
_PLAIN_CODE = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a provider said in its answer, as far as it said anything."""

    status: int | None = None
    code: str | None = None
    error_type: str | None = None
    retry_after: float | None = None

    @property
    def kind(self) -> FailureKind | None:
        for word in (self.code, self.error_type):
            if word in _CODES:
                return _CODES[word]
        return _kind_of_status(status_number(self.code)) or _kind_of_status(self.status)


def _kind_of_status(status: int | None) -> FailureKind | None:
    if status is None or status < 400:
        return None
    return _STATUSES.get(status, FailureKind.TRANSPORT if status >= 500 else FailureKind.BAD_REQUEST)


def classify_error(error: BaseException, model: str = "the model") -> ModelFailure:
    """Return the failure an exception stands for; its text holds no part of any request or answer."""
    if isinstance(error, ModelFailure):
        return error
    told = next((found for link in _chain(error) if (found := _told_by(link)) and found.kind), _Told())
    kind = told.kind or _by_type(error) or FailureKind.BAD_REQUEST
    detail = [f"HTTP {told.status}"] if told.status else [type(error).__name__]
    if told.code and _PLAIN_CODE.match(told.code):
        detail.append(told.code)
    return ModelFailure(kind, f"{model} {_WORDS[kind]} ({', '.join(detail)})", told.retry_after)


def was_billed(error: BaseException) -> bool:
    """Return whether a failed request may have cost money: not when it was refused or never arrived."""
    for link in _chain(error):
        if isinstance(link, agent.ModelHTTPError | openai.APIStatusError):
            return False
        if isinstance(link, agent.ModelConnectionError) and link.phase in ("pool", "connect"):
            return False
        if isinstance(link, httpx2.ConnectError | httpx2.ConnectTimeout):
            return False
    return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _by_type(error: BaseException) -> FailureKind | None:
    for link in _chain(error):
        for family, kind in _TYPES:
            if isinstance(link, family):
                return kind
    return None


def _told_by(error: BaseException) -> _Told | None:
    if isinstance(error, agent.ModelHTTPError):
        code, kind = error.provider_error_code, error.provider_error_type
        wait = _asked_wait(error.headers or {})
        return _Told(error.status_code, code, kind, _positive(error.retry_after) if wait is None else wait)
    if isinstance(error, agent.ModelAPIError):
        return _Told(None, error.provider_error_code, error.provider_error_type, _positive(error.retry_after))
    if isinstance(error, openai.APIStatusError):
        return _Told(error.status_code, error.code, error.type, _asked_wait(error.response.headers))
    if isinstance(error, openai.APIError):
        return _Told(None, error.code, error.type)
    return None


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a response's headers ask to wait: milliseconds, seconds or a date; None if none."""
    milliseconds = _positive(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    told = headers.get("retry-after")
    seconds = _positive(told)
    return _until(told) if seconds is None and told else seconds


def _until(date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _positive(seconds: float | str | None) -> float | None:
    try:
        value = float(seconds) if seconds is not None else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
