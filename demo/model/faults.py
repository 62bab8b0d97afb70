"""Faults a test asks for: error answers, hangs and broken streams, each a given number of times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with the next requests that fit."""

    model: str = ".*"
    """A regular expression over the requested model's whole name."""
    match: str = ""
    """A regular expression that the prompt must contain, for faults of one issue."""
    times: int = 1
    status: int | None = None
    """HTTP status of the error answer; None lets the real answer through after a hang or up to a break."""
    error_type: str = "server_error"
    error_code: str | int | None = None
    """A number, as small local servers send it, or a word."""
    message: str = "The scripted model was told to fail."
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    break_stream: bool = False
    """Drop the connection in the middle of the answer."""
    body: str | None = None
    """Send this instead of any answer, with `status` (200 without one) and `content_type`."""
    content_type: str = "text/html"
    calls_as: str = ""
    """Write tool calls into the text: "fence" or "tag"."""
    cut_arguments: bool = False
    """Cut the JSON of every tool call in half."""
    omit_usage: bool = False
    finish_reason: str = ""
    """Say that the answer ended for this reason."""
    refusal: str = ""
    """Refuse with these words instead of answering."""
    cut_stream: bool = False
    """End a streamed answer in the middle as if it were whole."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Fault":
        """Read a fault from JSON.

        :raises ValueError: an unknown key, or a regular expression that does not compile.
        """
        try:
            fault = cls(**raw)
            re.compile(fault.model), re.compile(fault.match)
        except (TypeError, re.error) as error:
            raise ValueError(f"not a fault: {error}") from error
        return fault

    def fits(self, model: str, prompt: str) -> bool:
        return re.fullmatch(self.model, model) is not None and re.search(self.match, prompt) is not None


@dataclass(slots=True)
class Faults:
    """The faults still to come, oldest first."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.pending.append(fault)

    def clear(self) -> None:
        self.pending.clear()

    def take(self, model: str, prompt: str) -> Fault | None:
        """Use up one time of the first fault that fits."""
        for index, fault in enumerate(self.pending):
            if fault.fits(model, prompt):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self.pending[index : index + 1] = left
                return fault
        return None
