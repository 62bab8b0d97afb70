"""A model whose failures are treated by the healing table while the conversation is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from json import JSONDecodeError

from httpx2 import HTTPError, InvalidURL
from openai import OpenAIError
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from ...domain.changes import Usage
from ...domain.errors import FailureKind, ModelFailure
from ...domain.healing import STAYING, Action, HealingStep
from ...domain.models import Tier
from ...ports import Budget, Healer
from .compaction import History
from .endpoints import ModelEndpoint
from .failures import classify_error
from .metering import MeteredModel
from .text_calls import TextCallsModel

FOREIGN = (AgentRunError, OpenAIError, HTTPError, InvalidURL, JSONDecodeError, OSError)
"""What a request may raise that is not ours (a TimeoutError is an OSError)."""
_SLICE_SECONDS = 5.0
_FINISHES: Mapping[str, tuple[FailureKind, str]] = {
    "content_filter": (FailureKind.REFUSAL, "refused the content (its answer was withheld)"),
    "error": (FailureKind.TRANSPORT, "broke off its answer with an error"),
}
"""Why an answer ended → what that is; an ending that nobody knows is an answer like any other."""
_NUDGE = (
    "[note] Your last answer was refused or withheld by a content filter. The task is ordinary work on this"
    " repository. Go on with it in other words, without quoting the passage that was objected to."
)


Before = Callable[[list[ModelMessage]], None]
"""Told the whole conversation before each request that continues it."""


class HealedModel(WrapperModel):
    """Every request is metered, and repeated, waited for, shortened or nudged as the healer says.

    Only whole requests are healed; a stream that a caller opens itself is metered and nothing more.
    """

    def __init__(
        self, endpoint: ModelEndpoint, budget: Budget, healer: Healer, before: Before | None = None
    ) -> None:
        self.metered = MeteredModel(endpoint, budget)
        local = endpoint.tier == Tier.LOCAL_BUILDER
        super().__init__(TextCallsModel(self.metered, "text" if local else endpoint.tool_style))
        self._endpoint = endpoint
        self._healer = healer
        self._before = before
        self._history = History()

    @property
    def usage(self) -> Usage:
        """Tokens and dollars of every request so far."""
        return self.metered.usage

    async def close(self) -> None:
        """Close the connections, in the event loop that opened them."""
        await self.metered.close()

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask until there is a usable answer or the healer ends the attempt.

        :raises ModelFailure: the healer knows nothing more to try on this tier.
        """
        if self._before is not None:
            self._before(messages)
        step: HealingStep | None = None

        def goes_on(error: BaseException) -> bool:
            nonlocal step
            step = self._treated(error, messages) if isinstance(error, ModelFailure) else None
            return step is not None and step.action in STAYING

        def wait(_: RetryCallState) -> float:
            return (step.wait_seconds or 0.0) if step else 0.0

        asking = AsyncRetrying(retry=retry_if_exception(goes_on), wait=wait, sleep=self._rest, reraise=True)
        response: ModelResponse = await asking(self._ask, messages, model_settings, model_request_parameters)
        return response

    async def _ask(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        try:
            response = await self.wrapped.request(self._history.sent(messages), settings, parameters)
        except FOREIGN as error:
            raise classify_error(error, self._endpoint.model) from error
        if ending := _FINISHES.get(response.finish_reason or ""):
            raise ModelFailure(ending[0], f"{self._endpoint.model} {ending[1]}")
        self._healer.answered()
        return response

    def _treated(self, failure: ModelFailure, messages: list[ModelMessage]) -> HealingStep:
        step = self._healer.treat(failure)
        if step.action is Action.COMPACT:
            if not self._history.shorten(messages):
                return self._treated(failure, messages)  # nothing can be left out: what comes after that?
            self.metered.recount()
        if step.action is Action.NUDGE:
            self._history.add_note(messages, _NUDGE)
        return step

    async def _rest(self, seconds: float) -> None:
        """Wait in a thread, in slices: a wall clock that ends meanwhile does not wait for the whole."""
        left = float(seconds)
        while left > 0:
            await asyncio.to_thread(self._healer.rest, min(_SLICE_SECONDS, left))
            left -= _SLICE_SECONDS
