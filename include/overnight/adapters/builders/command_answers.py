"""Read tokens and errors out of a model's answer while it passes: one JSON document, or a stream of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ...domain.changes import Usage
from ..models.hidden_errors import hidden_status

_LONGEST = 32 * 1024 * 1024
_CACHE_WRITE = (5, 4)
"""What Anthropic charges for input that it puts into its cache, as a fraction of plain input."""


@dataclass(slots=True)
class AnswerReader:
    """Takes an answer's bytes as they come.

    :param streamed: whether it is server-sent events.
    """

    streamed: bool
    error: dict[str, Any] | None = None
    """The body of an error that came with status 200 or inside a stream."""
    status: int | None = None
    """The status that error should have had, None when it does not say."""
    _told: dict[str, Any] = field(default_factory=dict)
    _waiting: bytearray = field(default_factory=bytearray)

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        if len(self._waiting) + len(piece) > _LONGEST:
            self._waiting.clear()  # nothing is known of it then, so the whole reservation is booked
            return
        self._waiting += piece
        if self.streamed:
            *lines, rest = bytes(self._waiting).split(b"\n")
            self._waiting[:] = rest
            for line in lines:
                self._line(line.strip())

    def end(self) -> None:
        """Take what came without a line's end."""
        rest = bytes(self._waiting).strip()
        self._waiting.clear()
        if self.streamed:
            self._line(rest)
        else:
            self._document(rest)

    @property
    def usage(self) -> Usage | None:
        """Tokens of the answer, None when the provider did not say; prices are not known here."""
        told = self._told
        plain = _number(told.get("prompt_tokens", told.get("input_tokens")))
        out = _number(told.get("completion_tokens", told.get("output_tokens")))
        if plain is None or out is None:
            return None
        written, read = (
            _number(told.get(f"cache_{what}_input_tokens")) or 0 for what in ("creation", "read")
        )
        details = told.get("prompt_tokens_details") or told.get("input_tokens_details") or {}
        cached = read or (_number(details.get("cached_tokens")) or 0 if isinstance(details, dict) else 0)
        whole = plain + read + -(-written * _CACHE_WRITE[0] // _CACHE_WRITE[1])
        return Usage(whole, out, min(cached, whole), requests=1) if whole > 0 else None

    def _line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._document(line.removeprefix(b"data:").strip())

    def _document(self, text: bytes) -> None:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(document, dict):
            return
        for name in ("", "response", "message"):
            holder = document.get(name) if name else document
            if isinstance(holder, dict):
                self._usage(holder.get("usage"), begun=name == "message")
                self._error(holder)

    def _usage(self, told: Any, begun: bool) -> None:
        """Take what is told; Anthropic begins a stream with a guess of the answer's tokens."""
        if isinstance(told, dict):
            known = {name: value for name, value in told.items() if value is not None}
            self._told |= known if not begun else {**known, "output_tokens": None}

    def _error(self, holder: dict[str, Any]) -> None:
        failed = holder.get("status") == "failed" or holder.get("type") == "error"
        if status := hidden_status(holder):
            self.error, self.status = holder, status
        elif failed and self.error is None:
            self.error = holder if isinstance(holder.get("error"), dict) else {"error": holder}


def _number(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if whole else None
