"""A model that reserves dollars before each request and settles them after it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pydantic_ai.exceptions import UnexpectedModelBehavior
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ModelResponse
from pydantic_ai.models import ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import RunContext
from pydantic_ai.usage import RequestUsage

from ...domain.changes import Usage
from ...domain.errors import FailureKind, ModelFailure
from ...failpoints import failpoint
from ...ports import Budget
from .endpoints import ModelEndpoint
from .failures import was_billed
from .parallel import taking_turns
from .prices import context_window, price, upper_bound

_PER_MESSAGE = 16
"""Tokens a provider adds around a message or a tool, generously."""
_TRIPPED = (ValueError, LookupError, TypeError, AttributeError)
"""What a client raises when an answer's form makes it stumble, such as one without any choice in it."""
_BYTES_PER_TOKEN = 4
"""Of ordinary text; only for the guess whether a conversation still fits, never for money."""


class MeteredModel(WrapperModel):
    """Every request is reserved at its upper bound before it is sent; a refused one is never sent.

    A token is at least one byte, so the bytes of what is new since the last answer, added to the tokens the
    provider counted then, bound the input of the next request from above.
    """

    def __init__(self, endpoint: ModelEndpoint, budget: Budget) -> None:
        self._client = endpoint.client()
        super().__init__(endpoint.open_model(self._client))
        self.usage = Usage()
        self._endpoint = endpoint
        self._budget = budget
        self._counted_tokens = 0
        self._counted_messages = 0

    async def close(self) -> None:
        """Close the connections, in the event loop that opened them."""
        await self._client.close()

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Reserve, send, settle."""
        reservation, bound = self._reserve(messages, model_request_parameters)
        try:
            async with taking_turns(self._endpoint):
                response = await self._send(messages, self._capped(model_settings), model_request_parameters)
        except BaseException as error:
            self._settle_failed(reservation, bound, error)
            raise
        failpoint("model.after_answer")
        self._settle(reservation, bound, response.usage, len(messages))
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Reserve, stream, settle; a stream that broke is settled at the reservation."""
        reservation, bound = self._reserve(messages, model_request_parameters)
        try:
            async with (
                taking_turns(self._endpoint),
                super().request_stream(
                    messages, self._capped(model_settings), model_request_parameters, run_context
                ) as stream,
            ):
                yield stream
                usage = stream.usage
        except BaseException as error:
            self._settle_failed(reservation, bound, error)
            raise
        self._settle(reservation, bound, usage, len(messages))

    def recount(self) -> None:
        """Count the whole conversation anew with the next request: its beginning has changed."""
        self._counted_tokens = self._counted_messages = 0

    async def _send(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        failpoint("model.before_send")
        try:
            if not self._endpoint.stream:
                return await super().request(messages, settings, parameters)
            async with super().request_stream(messages, settings, parameters) as stream:
                async for _ in stream:
                    pass
            return stream.get()
        except _TRIPPED as error:
            raise UnexpectedModelBehavior("the answer has a form that no client expects") from error

    def _capped(self, settings: ModelSettings | None) -> ModelSettings:
        return {**(settings or {}), "max_tokens": self._endpoint.max_output_tokens}

    def _reserve(
        self, messages: Sequence[ModelMessage], parameters: ModelRequestParameters
    ) -> tuple[str, Decimal]:
        fresh = messages[self._counted_messages :]
        size = len(ModelMessagesTypeAdapter.dump_json(list(fresh)))
        if not self._counted_messages:
            size += _tools_size(parameters)
        self._check_window(self._counted_tokens + size // _BYTES_PER_TOKEN)
        tokens = self._counted_tokens + size + _PER_MESSAGE * (len(fresh) + 1)
        bound = upper_bound(self._endpoint, input_tokens=tokens, max_tokens=self._endpoint.max_output_tokens)
        return self._budget.reserve(bound), bound

    def _check_window(self, tokens: int) -> None:
        window = context_window(self._endpoint)
        if window is not None and tokens > window:
            raise ModelFailure(
                FailureKind.CONTEXT_EXHAUSTED,
                f"the conversation has about {tokens} tokens, {self._endpoint.model} holds {window}",
            )

    def _settle_failed(self, reservation: str, bound: Decimal, error: BaseException) -> None:
        self._book(reservation, Usage(requests=1, cost_usd=bound if was_billed(error) else Decimal(0)))

    def _settle(self, reservation: str, bound: Decimal, told: RequestUsage | None, messages: int) -> None:
        """Book the real cost; without usage the whole reservation, since we cannot know.

        Output tokens include those of reasoning, as the provider counts and prices them.
        """
        if told is None or told.input_tokens <= 0 or told.output_tokens < 0:
            self._book(reservation, Usage(requests=1, cost_usd=bound))
            return
        used = Usage(told.input_tokens, told.output_tokens, max(0, told.cache_read_tokens), requests=1)
        self._book(reservation, replace(used, cost_usd=price(self._endpoint, used)))
        self._counted_tokens, self._counted_messages = used.tokens, messages + 1  # with the answer itself

    def _book(self, reservation: str, usage: Usage) -> None:
        self._budget.settle(reservation, usage)
        self.usage += usage


def _tools_size(parameters: ModelRequestParameters) -> int:
    tools = [*parameters.function_tools, *parameters.output_tools]
    described = [[tool.name, tool.description, tool.parameters_json_schema] for tool in tools]
    return len(json.dumps(described).encode()) + _PER_MESSAGE * len(tools)
