"""What a CLI agent may ask of a model: known fields alone, our model, a clamped answer, text only."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..models.endpoints import ModelEndpoint

Speech = Literal["openai", "anthropic"]
Json = dict[str, Any]
_PER_ITEM = 16
"""Tokens a provider adds around a message or a tool, generously."""
_PER_IMAGE = 20_000
"""Tokens of a picture at most, besides its bytes."""


class Unacceptable(Exception):
    """A request that is not sent; the message tells the agent why."""


@dataclass(frozen=True, slots=True)
class Form:
    """One row: a kind of request.

    :param path: below the base URL.
    :param items: the field that holds the conversation.
    :param limits: fields that bound the answer; the first is set where none is there.
    :param fields: what is passed on; anything else could cost, or reach, what nobody agreed to.
    :param tools: types of tools that run inside, with the agent; hosted ones would reach the network.
    :param fixed: fields that are always sent so.
    """

    path: str
    items: str
    limits: tuple[str, ...]
    fields: frozenset[str]
    tools: frozenset[str]
    fixed: Mapping[str, Any]


_EVERYWHERE = frozenset({"model", "tools", "tool_choice", "stream", "temperature", "top_p"})
_CHAT = Form(
    "/chat/completions",
    "messages",
    ("max_completion_tokens", "max_tokens"),
    _EVERYWHERE
    | {"messages", "parallel_tool_calls", "stop", "seed", "response_format", "frequency_penalty"}
    | {"presence_penalty", "reasoning_effort", "verbosity", "prompt_cache_key", "functions", "function_call"},
    frozenset({"function", "custom"}),
    {},
)
_RESPONSES = Form(
    "/responses",
    "input",
    ("max_output_tokens",),
    _EVERYWHERE
    | {"input", "instructions", "parallel_tool_calls", "reasoning", "text", "include", "truncation"}
    | {"prompt_cache_key"},
    frozenset({"function", "custom", "local_shell", "apply_patch"}),
    {"store": False},
)
_MESSAGES = Form(
    "/messages",
    "messages",
    ("max_tokens",),
    _EVERYWHERE | {"messages", "system", "top_k", "stop_sequences", "thinking", "output_config"},
    frozenset({"", "custom", "bash", "text_editor", "memory"}),
    {},
)
FORMS: Mapping[Speech, tuple[Form, ...]] = {"openai": (_CHAT, _RESPONSES), "anthropic": (_MESSAGES,)}
"""What is taken from an agent that speaks OpenAI's or Anthropic's API."""

_ELSEWHERE = frozenset({"file_id", "file_ids", "file_url"})
_GIVEN = ("base64", "text", "content")
"""Kinds of source whose content is in the request."""
_ARGUMENTS = {"tool_use": "input", "local_shell_call": "action"}
"""Where an item holds a tool call's arguments: any words, which nobody fetches."""
_PICTURES = frozenset({"image", "image_url", "input_image"})


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """A request as it is sent.

    :param head: everything but the conversation, as text.
    :param items: the conversation's items, as texts.
    :param output_tokens: the most it may answer.
    """

    form: Form
    body: bytes
    head: str
    items: tuple[str, ...]
    output_tokens: int
    extra_tokens: int = 0

    @property
    def input_tokens(self) -> int:
        """Return a bound: a token is at least one byte."""
        return _size([self.head, *self.items]) + self.extra_tokens

    def input_after(self, earlier: ModelRequest, counted: int) -> int | None:
        """Return a closer bound when this goes on from an earlier request whose tokens were counted."""
        if self.form is not earlier.form or self.head != earlier.head:
            return None
        if self.items[: len(earlier.items)] != earlier.items:
            return None
        return counted + _size(self.items[len(earlier.items) :]) + self.extra_tokens - earlier.extra_tokens


def _size(texts: Sequence[str]) -> int:
    return sum(len(text.encode("utf-8", "replace")) + _PER_ITEM for text in texts)


def form_of(speech: Speech, path: str) -> Form | None:
    """Return the row of a path below the base URL, None for one that no agent needs."""
    return next((form for form in FORMS[speech] if form.path == path), None)


def model_request(form: Form, body: bytes, endpoint: ModelEndpoint) -> ModelRequest:
    """Return the request with our model and bounds; Unacceptable says what is wrong with it."""
    asked = _object(body)
    sent = {name: value for name, value in asked.items() if name in form.fields and value is not None}
    items = sent.get(form.items)
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    if not isinstance(items, list) or not items:
        raise Unacceptable(f"`{form.items}` must be a list that is not empty")
    sent |= {form.items: items, "model": endpoint.model, **form.fixed}
    most = _bounded(form, asked, sent, endpoint.max_output_tokens)
    if "tools" in sent:
        sent["tools"] = _own_tools(form, sent["tools"])
        if not sent["tools"]:
            sent = {name: value for name, value in sent.items() if name not in ("tools", "tool_choice")}
    if form is _CHAT and sent.get("stream"):
        sent["stream_options"] = {"include_usage": True}
    pictures = _pictures(items, sent.get("system"), sent.get("instructions"))
    _short_lived_cache(sent)
    head = json.dumps({name: value for name, value in sent.items() if name != form.items}, sort_keys=True)
    return ModelRequest(
        form=form,
        body=json.dumps(sent, ensure_ascii=False).encode("utf-8", "replace"),
        head=head,
        items=tuple(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in items),
        output_tokens=most,
        extra_tokens=pictures * _PER_IMAGE + _PER_ITEM * len(sent.get("tools") or ()),
    )


def _object(body: bytes) -> Json:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unacceptable("the body is not JSON") from error
    if not isinstance(asked, dict):
        raise Unacceptable("the body must be a JSON object")
    return asked


def _bounded(form: Form, asked: Json, sent: Json, most: int) -> int:
    """Set the answer's bound, under the name that the agent uses for it."""
    named = [name for name in form.limits if asked.get(name) is not None] or [form.limits[0]]
    wanted = [asked[name] for name in named if isinstance(asked.get(name), int) and asked[name] > 0]
    clamped: int = min([*wanted, most])
    sent |= dict.fromkeys(named[:1], clamped)
    thinking = sent.get("thinking")
    if isinstance(thinking, dict) and isinstance(thinking.get("budget_tokens"), int):
        # Anthropic refuses thinking that is not shorter than the whole answer, or shorter than 1024 tokens.
        room = min(thinking["budget_tokens"], clamped - 1)
        sent["thinking"] = {**thinking, "budget_tokens": room} if room >= 1024 else {"type": "disabled"}
    return clamped


def _own_tools(form: Form, tools: Any) -> list[Json]:
    """Return the tools that the agent itself carries out; hosted ones and other people's servers go."""
    kept = []
    for tool in tools if isinstance(tools, list) else ():
        kind = str(tool.get("type") or "") if isinstance(tool, dict) else "?"
        if kind == "namespace":
            kept.append({**tool, "tools": _own_tools(form, tool.get("tools"))})
        elif kind in form.tools or kind.rpartition("_")[0] in form.tools - {""}:
            kept.append(tool)
    return kept


def _pictures(*roots: Any) -> int:
    """Return how many pictures there are; Unacceptable for what the provider would fetch or has stored."""
    count, waiting = 0, [*roots]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            kind = str(node.get("type"))
            count += kind in _PICTURES or "image_url" in node
            for name, value in node.items():
                if name != _ARGUMENTS.get(kind):
                    _check_here(name.lower(), value)
                    waiting.append(value)
    return count


def _check_here(name: str, value: Any) -> None:
    """Refuse a field that names a place elsewhere; what comes with the request is a `data:` address."""
    if value is None:
        return
    if name in _ELSEWHERE or (name == "file_data" and "://" in str(value)):
        raise Unacceptable("files of the provider's cannot be used from here: send text")
    if name in ("source", "url") or name.endswith("_url"):
        given = value.get("type") in _GIVEN if isinstance(value, dict) and name == "source" else True
        if not given or not (isinstance(value, dict) or str(value).startswith("data:")):
            raise Unacceptable("pictures and documents must be sent with the request, not as an address")


def _short_lived_cache(node: Any) -> None:
    """Let nothing be cached for longer than the usual minutes: that costs more than any other input."""
    if isinstance(node, list):
        for entry in node:
            _short_lived_cache(entry)
    elif isinstance(node, dict):
        if isinstance(node.get("cache_control"), dict):
            node["cache_control"] = {"type": "ephemeral"}
        for name in ("messages", "content", "system", "tools"):
            _short_lived_cache(node.get(name))
