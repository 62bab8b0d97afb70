"""The model as a confined CLI agent sees it: our key, our model, our limits, every request paid for first."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic_ai.exceptions import ModelHTTPError

from ...domain.errors import ModelFailure
from ..egress import Inbound, Outbound
from ..models.endpoints import ModelEndpoint
from ..models.failures import classify_error
from .command_answers import AnswerReader
from .command_purse import Paid, Purse
from .command_requests import Speech, Unacceptable, form_of, model_request
from .command_upstream import Address, Upstream, pieces

_PREFIX = "/v1"
_BROKEN = (OSError, http.client.HTTPException)
_LONGEST_ERROR = 64 * 1024
_LONGEST_WORD = 64
_WAITS = ("retry-after", "retry-after-ms")


class ModelGateway:
    """The service behind the sandbox's door: the model's paths and nothing else.

    :param clean: removes every known secret from a text.
    """

    def __init__(
        self,
        endpoint: ModelEndpoint,
        purse: Purse,
        clean: Callable[[str], str],
        speech: Speech = "openai",
    ) -> None:
        self._endpoint, self._purse, self._clean = endpoint, purse, clean
        self._speech: Speech = speech
        self._upstream = Upstream(endpoint, Address.of(endpoint.base_url), speech)

    def answer(self, asked: Inbound) -> Outbound:
        """Answer one request of the agent's."""
        path = asked.path.partition("?")[0].removeprefix(_PREFIX)
        if (asked.method, path) == ("GET", "/models"):
            return self._models()
        form = form_of(self._speech, path) if asked.method == "POST" else None
        if form is None:
            return self._refused(404, "not_found", "only the model itself is here")
        try:
            paid = self._purse.reserve(model_request(form, asked.body, self._endpoint))
        except Unacceptable as error:
            return self._refused(400, "invalid_request", str(error))
        except ModelFailure as error:
            return self._refused(400, "context_length_exceeded", str(error))
        except Exception as error:  # noqa: BLE001  whatever it is, nothing more is sent; collect raises it
            self._purse.end(error)
            words = "nothing more may be spent in this attempt: stop here"
            return self._error(402, "insufficient_quota", "insufficient_quota", words)
        return self._sent(paid)

    def _sent(self, paid: Paid) -> Outbound:
        """Forward a request; what comes back is metered while it is passed on."""
        line = None
        try:
            line = self._upstream.connect()
            self._purse.held(paid, line)
            response = self._upstream.ask(line, paid.request.form.path, paid.request.body)
            if not 200 <= response.status < 300:  # a redirect, too: nobody is led anywhere else with our key
                return self._failed(paid, response)
        except _BROKEN as error:
            self._broken(error)
            self._purse.settle(paid, None, 0, billed=line is not None)
            return self._error(502, "api_error", "bad_gateway", "the model's server cannot be reached")
        kind = response.headers.get("content-type", "application/json").partition(";")[0].strip()
        return Outbound(
            response.status, self._passed_on(paid, response, AnswerReader("stream" in kind)), kind
        )

    def _passed_on(
        self, paid: Paid, response: http.client.HTTPResponse, reader: AnswerReader
    ) -> Iterator[bytes]:
        usage = None  # what is told before the end may be less than it costs
        try:
            for piece in pieces(response):
                reader.feed(piece)
                yield piece
            reader.end()
            usage = reader.usage
            self._judge(reader)
        except _BROKEN as error:
            self._broken(error)
            raise OSError("the model's answer broke off") from error
        finally:
            self._purse.settle(paid, usage, response.status)

    def _judge(self, reader: AnswerReader) -> None:
        """Tell an answer from an error that came as one."""
        if reader.error is None:
            self._purse.answered()
        else:
            self._purse.failed(self._classified(reader.status or 502, _error_of(reader.error), {}))

    def _broken(self, error: Exception) -> None:
        """Keep a fault of the way there: to the table of failures half an answer is one of them."""
        passing = error if isinstance(error, OSError) else ConnectionError("half an answer")
        self._purse.failed(classify_error(passing, self._endpoint.model))

    def _failed(self, paid: Paid, response: http.client.HTTPResponse) -> Outbound:
        """Tell the agent of the provider's error without the provider's words: they may show the key."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        error = _error_of(_json(response.read(_LONGEST_ERROR)))
        failure = self._classified(response.status, error, headers)
        self._purse.failed(failure)
        self._purse.settle(paid, None, response.status, billed=False)
        code = error.get("code")
        return self._error(
            response.status if response.status >= 400 else 502,
            str(error.get("type") or "api_error")[:_LONGEST_WORD],
            code if isinstance(code, int) else str(code or "")[:_LONGEST_WORD],
            str(failure),
            {name: headers[name] for name in _WAITS if name in headers},
        )

    def _classified(self, status: int, error: Mapping[str, Any], headers: Mapping[str, str]) -> ModelFailure:
        code, kind = (None if error.get(name) is None else str(error[name]) for name in ("code", "type"))
        said = ModelHTTPError(
            status,
            self._endpoint.model,
            headers=headers,
            provider_error_code=code,
            provider_error_type=kind,
        )
        return classify_error(said, self._endpoint.model)

    def _models(self) -> Outbound:
        one = {"id": self._endpoint.model, "object": "model", "created": 0, "owned_by": "overnight"}
        return _document(200, {"object": "list", "data": [one]})

    def _refused(self, status: int, code: str, words: str) -> Outbound:
        self._purse.facts.refused += 1
        return self._error(status, "invalid_request_error", code, words)

    def _error(
        self, status: int, kind: str, code: str | int, words: str, headers: Mapping[str, str] | None = None
    ) -> Outbound:
        error: dict[str, Any] = {"message": self._clean(words), "type": kind, "param": None, "code": code}
        body = {"type": "error", "error": error} if self._speech == "anthropic" else {"error": error}
        return _document(status, body, headers)


def _document(status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None) -> Outbound:
    return Outbound(status, [json.dumps(body).encode()], headers=tuple((headers or {}).items()))


def _json(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _error_of(told: Mapping[str, Any]) -> dict[str, Any]:
    error = told.get("error")
    return error if isinstance(error, dict) else {}
