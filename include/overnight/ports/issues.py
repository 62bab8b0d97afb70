"""Issues that Overnight writes itself: found by a hidden mark, written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..domain.issues import Repository


class Put(StrEnum):
    """What became of an issue."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    """A person closed it, and it was left so."""


@dataclass(frozen=True, slots=True)
class PutIssue:
    """An issue as it stands after a write."""

    number: int
    put: Put
    url: str = ""


class IssueWriter(Protocol):
    """Writes issues of ours."""

    def put_issue(
        self,
        repository: Repository,
        marker: str,
        title: str,
        body: str,
        labels: Sequence[str] = (),
        known: int | None = None,
    ) -> PutIssue:
        """Create the issue with the marker, or update it while it is open; one that was closed stays so."""
