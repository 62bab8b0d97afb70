"""Tool calls that small local servers write as text become real tool calls."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic_ai.messages import ModelMessage, ModelResponse, ModelResponsePart, TextPart, ToolCallPart
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

ToolStyle = Literal["native", "text"]
_MOST_CALLS = 16
_FENCED = re.compile(r"```[ \t]*(?:json|tool_call|tool_code|tool)?[ \t]*\r?\n(.*?)\r?\n?[ \t]*```", re.DOTALL)
_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*(?:</tool_call>|\Z)", re.DOTALL)
_NAMES, _ARGUMENTS = ("name", "tool", "tool_name", "function"), ("arguments", "args", "parameters", "input")


class TextCallsModel(WrapperModel):
    """Reads `{"name": …, "arguments": …}` in a fence or a tag as a call, when the style says text."""

    def __init__(self, wrapped: Model, style: ToolStyle) -> None:
        super().__init__(wrapped)
        self._style = style

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask, and turn calls in the answer's text into calls of tools that were offered."""
        response = await super().request(messages, model_settings, model_request_parameters)
        if self._style == "native" or any(isinstance(part, ToolCallPart) for part in response.parts):
            return response
        tools = [*model_request_parameters.function_tools, *model_request_parameters.output_tools]
        return with_real_calls(response, {tool.name for tool in tools})


def with_real_calls(response: ModelResponse, offered: Collection[str]) -> ModelResponse:
    """Return the answer with its text's calls as parts; without any, as it was."""
    parts: list[ModelResponsePart] = []
    for part in response.parts:
        parts += _read(part.content, offered) if isinstance(part, TextPart) else [part]
    if not any(isinstance(part, ToolCallPart) for part in parts):
        return response
    return replace(response, parts=parts, finish_reason="tool_call")


def _read(text: str, offered: Collection[str]) -> list[ModelResponsePart]:
    """Return the words before the first call, and the calls."""
    calls: list[ToolCallPart] = []
    first = len(text)
    for start, written in _candidates(text):
        found = [call for raw in _documents(written) if (call := _call(raw, offered))]
        if found:
            first = min(first, start)
        calls += found
    if not calls:
        return [TextPart(text)]
    words = text[:first].strip()
    return [*([TextPart(words)] if words else []), *calls[:_MOST_CALLS]]


def _candidates(text: str) -> Iterator[tuple[int, str]]:
    found = [*_TAGGED.finditer(text)] or [*_FENCED.finditer(text)]
    for match in found:
        yield match.start(), match[1]
    if not found and text.lstrip().startswith(("{", "[")):
        yield 0, text.strip()


def _documents(written: str) -> list[Any]:
    """Return the JSON values of one block: one value, a list of them, or one a line."""
    for pieces in ([written], written.splitlines()):
        try:
            values = [json.loads(piece) for piece in pieces if piece.strip()]
        except ValueError:
            continue
        return [entry for value in values for entry in (value if isinstance(value, list) else [value])]
    return []


def _call(raw: Any, offered: Collection[str]) -> ToolCallPart | None:
    """Return the call that a JSON value means, None when it is none of the tools on offer."""
    if not isinstance(raw, Mapping):
        return None
    inner = raw.get("function")
    if isinstance(inner, Mapping):
        raw = inner
    name = next((raw[key] for key in _NAMES if isinstance(raw.get(key), str)), None)
    if name not in offered:
        return None
    arguments: Any = next((raw[key] for key in _ARGUMENTS if key in raw), {})
    if isinstance(arguments, str | Mapping):
        return ToolCallPart(str(name), arguments if isinstance(arguments, str) else dict(arguments))
    return None
