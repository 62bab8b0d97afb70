"""Answers as careless servers give them: calls in the text, half the arguments, no usage, odd endings."""

import json
from collections.abc import Mapping
from typing import Any

from .faults import Fault
from .scripts import Turn

_FORMS = {"fence": "```json\n{call}\n```", "tag": "<tool_call>\n{call}\n</tool_call>"}


def written_out(turn: Turn, form: str) -> Turn:
    """Return the turn with its calls written into its text; without a form, as it is."""
    if not form or not turn.calls:
        return turn
    calls = [{"name": call.tool, "arguments": call.arguments} for call in turn.calls]
    texts = [_FORMS[form].replace("{call}", json.dumps(call, ensure_ascii=False)) for call in calls]
    return Turn("\n".join([turn.text or "I will do this:", *texts]), ())


def distorted(document: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
    """Return an answer's document, or one chunk of it, with what the fault does to it."""
    changed = {**document, "choices": [_choice(choice, fault) for choice in document["choices"]]}
    if fault.omit_usage:
        changed.pop("usage", None)
    return changed


def _choice(choice: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
    changed = dict(choice)
    if fault.finish_reason and choice["finish_reason"]:
        changed["finish_reason"] = fault.finish_reason
    if "message" in choice:
        changed["message"] = _message(choice["message"], fault)
    return changed


def _message(message: Mapping[str, Any], fault: Fault) -> dict[str, Any]:
    if fault.refusal:
        return {"role": "assistant", "content": None, "refusal": fault.refusal}
    if not fault.cut_arguments or "tool_calls" not in message:
        return dict(message)
    return {**message, "tool_calls": [_cut(call) for call in message["tool_calls"]]}


def _cut(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call["function"]
    text = function["arguments"]
    return {**call, "function": {**function, "arguments": text[: len(text) // 2]}}
