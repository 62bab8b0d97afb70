"""Notice when the builder goes in circles; the healer says whether to tell it so or to stop it."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from airflow.providers.common.ai.sandbox.base import SandboxError, SandboxTerminalError
from pydantic_ai.exceptions import ModelRetry
from pydantic_ai.tools import RunContext
from pydantic_ai.toolsets import WrapperToolset
from pydantic_ai.toolsets.abstract import ToolsetTool

from ...domain.errors import SandboxUnavailable, Stuck

_SAME_CALLS = 4
_SAME_ERRORS = 3
_REMEMBERED = 12
_CHANGES_BY_ITSELF = re.compile(
    r"\b(?:\d+m)?\d+(?:[.:]\d+)*\s?(?:h|m|s|ms|us|µs|ns|min|sec|seconds?|minutes?)\b"
    r"|\b0x[0-9a-fA-F]+\b|(?<=/tmp/)[^\s/'\":,)]+|\bpytest-\d+\b"
)
"""Durations, addresses and names of temporary folders: they make no result another one."""
_FAILED_MARKS = ("[exit code: ", "[timed out after ", "[error] ")


@dataclass(slots=True)
class Circles:
    """The last calls and their results; repeats are counted among them.

    :param may_nudge: whether the complaint may be told to the builder, so that it can mend its ways.
    """

    may_nudge: Callable[[str], bool]
    calls: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def after(self, call: str, result: str) -> str:
        """Record a call; return the nudge it earned, "" for none; Stuck when there is to be none."""
        result = _CHANGES_BY_ITSELF.sub("*", result)
        self.calls.append((call, result))
        complaint = self._complaint(call, result)
        if not complaint:
            return ""
        if not self.may_nudge(complaint):
            raise Stuck(f"the builder goes in circles: {complaint}")
        self.calls.clear()
        return f"\n[note] You are going in circles: {complaint}. Stop, think, and do something different."

    def _complaint(self, call: str, result: str) -> str:
        same_calls = sum(done == (call, result) for done in self.calls)
        if same_calls >= _SAME_CALLS:
            return f"the same call with the same result {same_calls} times"
        failed = any(mark in result for mark in _FAILED_MARKS)
        same_errors = sum(earlier == result for _, earlier in self.calls) if failed else 0
        return f"the same error {same_errors} times" if same_errors >= _SAME_ERRORS else ""


@dataclass
class WatchedToolset(WrapperToolset[None]):
    """Every tool's result cleaned of secrets, its errors told as text, its repeats counted."""

    clean: Callable[[str], str]
    circles: Circles

    async def call_tool(
        self, name: str, tool_args: dict[str, Any], ctx: RunContext[None], tool: ToolsetTool[None]
    ) -> Any:
        """Call the tool; a failure the model can mend is an ordinary answer, not a counted retry."""
        try:
            result = str(await super().call_tool(name, tool_args, ctx, tool))
        except SandboxTerminalError as error:
            raise SandboxUnavailable(str(error)) from error
        except (ModelRetry, SandboxError) as error:
            result = f"[error] {error}"
        result = self.clean(result)
        call = json.dumps([name, tool_args], sort_keys=True, default=str)
        return result + self.circles.after(call, result)
