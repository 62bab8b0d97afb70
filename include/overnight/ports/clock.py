"""Time and storage."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests can hold it still."""

    def now(self) -> datetime:
        """Return the moment in UTC."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Storage(Protocol):
    """Objects that travel between tasks: bundles, transcripts, artifacts."""

    def put(self, name: str, content: bytes) -> str:
        """Store under a relative name and return the URI."""

    def get(self, uri: str) -> bytes:
        """Return what is stored at a URI (NotFound)."""
