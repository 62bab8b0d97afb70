"""An OpenAI-compatible endpoint behind one tier's label."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel

_PROBE_SECONDS = 5.0
_REQUEST_SECONDS = 300.0
_NO_KEY = "none"
"""Local servers want no key, but the client insists on some text."""


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """What a tier's label stands for; its text form never shows the key.

    :param context_window: tokens; None means the price table's figure, or unknown.
    :param input_usd_per_mtok: dollars per million tokens; with no price at all set, the offline price table
        answers, and cached input without a price of its own costs as much as any input.
    :param request_style: chat completions, or OpenAI's Responses.
    :param timeout: seconds for one request; of a streamed one, seconds without a word.
    :param parallel: the most requests at once from one process (None: no limit); with several worker
        processes the real bound is processes times this.
    :param tool_style: `text` also reads tool calls that the server writes into its answer's text; the local
        builder's always are.
    :param stream: let answers arrive piece by piece: slow models then need no long timeout.
    """

    tier: str
    model: str
    base_url: str
    api_key: str = field(default="", repr=False)
    context_window: int | None = None
    input_usd_per_mtok: Decimal | None = None
    cached_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    request_style: Literal["chat", "responses"] = "chat"
    max_output_tokens: int = 16_000
    timeout: float = _REQUEST_SECONDS
    parallel: int | None = None
    tool_style: Literal["native", "text"] = "native"
    stream: bool = False

    def client(self) -> AsyncOpenAI:
        """Return a client that never retries by itself: retries are the ladder's decision, and cost money."""
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient  # seconds, paid by who asks a model

        from .hidden_errors import show_hidden_error

        return AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key or _NO_KEY,
            max_retries=0,
            timeout=self.timeout,
            http_client=DefaultAsyncHttpxClient(
                timeout=self.timeout, event_hooks={"response": [show_hidden_error]}
            ),
        )

    def open_model(self, client: AsyncOpenAI) -> OpenAIChatModel | OpenAIResponsesModel:
        """Return the model on a client, which the caller closes in the event loop that used it."""
        from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider

        provider = OpenAIProvider(openai_client=client)
        if self.request_style == "responses":
            return OpenAIResponsesModel(self.model, provider=provider)
        # A stream that just stops is half an answer, whatever the library would make of it.
        whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
        return OpenAIChatModel(self.model, provider=provider, profile=whole)


def endpoint_is_up(endpoint: ModelEndpoint, *, seconds: float = _PROBE_SECONDS) -> str:
    """Ask an endpoint for its models; return "" when it answers, else what is wrong in one sentence."""
    import httpx2

    url = f"{endpoint.base_url.rstrip('/')}/models"
    try:
        answer = httpx2.get(
            url, headers={"Authorization": f"Bearer {endpoint.api_key or _NO_KEY}"}, timeout=seconds
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return (
            f"{url} does not answer ({type(error).__name__}): start the model server or correct the address"
        )
    if answer.status_code in (401, 403):
        return f"{url} refuses the key (HTTP {answer.status_code})"
    if answer.status_code >= 400:
        return f"{url} answers HTTP {answer.status_code}"
    return _what_is_missing(endpoint, answer)


def _what_is_missing(endpoint: ModelEndpoint, answer: httpx2.Response) -> str:
    """A server that lists its models must list ours; one that lists none in OpenAI's form gets the doubt."""
    try:
        listed = [str(entry["id"]) for entry in answer.json()["data"]]
    except (ValueError, KeyError, TypeError):
        return f"{answer.url} does not speak OpenAI's API: is it the right address?"
    if listed and endpoint.model not in listed:
        return f"{answer.url} does not offer the model {endpoint.model}"
    return ""
