"""Show a command's output in the log of whoever runs it, line by line while it runs, capped."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ...domain.redaction import Redactor

_log = logging.getLogger(__name__)
_MAX_BYTES = 64 * 1024
_MAX_LINE = 2000
_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]"
)

_KEY_BEGINS, _KEY_ENDS = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"), re.compile(r"-----END ")
_SHAPES = Redactor().clean

Show = Callable[[str], None]
Clean = Callable[[str], str]
_show: ContextVar[Show | None] = ContextVar("overnight_sandbox_output", default=None)


def _to_log(line: str) -> None:
    _log.info("| %s", line)


@contextmanager
def streaming(show: Show | None = _to_log) -> Iterator[None]:
    """Have every sandboxed command of this block show its lines; with None, and outside, it is silent."""
    token = _show.set(show)
    try:
        yield
    finally:
        _show.reset(token)


def line_log(clean: Clean | None = None) -> LineLog | None:
    """Return where this context's output goes; None when nobody wants to see it.

    :param clean: the redactor; without one what looks like a secret goes all the same.
    """
    show = _show.get()
    return LineLog(show, clean=clean or _SHAPES) if show is not None else None


class LineLog:
    """Cuts streams into lines, without secrets and what would steer a terminal; silent after its cap."""

    def __init__(self, show: Show, most: int = _MAX_BYTES, clean: Clean = _SHAPES) -> None:
        self._show = show
        self._left = most
        self._clean = clean
        self._in_key = False
        self._open: dict[int, bytes] = {}

    def feed(self, stream: int, piece: bytes) -> None:
        """Take bytes of one of the streams."""
        if self._left <= 0:
            return
        *lines, rest = (self._open.get(stream, b"") + piece).split(b"\n")
        if len(rest) > _MAX_LINE:
            lines, rest = [*lines, rest], b""
        self._open[stream] = rest
        for line in lines:
            self._tell(line)

    def close(self) -> None:
        """Show what ended without a line's end."""
        for rest in self._open.values():
            if rest:
                self._tell(rest)
        self._open.clear()

    def _tell(self, line: bytes) -> None:
        if self._left <= 0:
            return
        self._left -= len(line) + 1
        text = line.decode("utf-8", "replace")
        if self._hides(text):
            return
        shown = _CONTROL.sub("", self._clean(text))
        self._show(shown[:_MAX_LINE] + (" …" if len(shown) > _MAX_LINE else ""))
        if self._left <= 0:
            self._show("… more output follows; it is kept with the result, not shown here")

    def _hides(self, text: str) -> bool:
        """Whether a line is inside a private key: its lines alone look like nothing."""
        was = self._in_key
        self._in_key = bool(_KEY_BEGINS.search(text)) or (was and not _KEY_ENDS.search(text))
        return was
