"""What we mean to write to GitHub, and whether it is done: intended → confirmed, or refused.

Every write has a key (repository, kind, target) and a digest of what it says. A write of a kind that is done
once is never performed again while the newest word under its key is confirmed and says the same; the others
compare with what GitHub has each time, because people may have changed it since.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WriteKind(StrEnum):
    """What a write is."""

    COMMENT = "comment"
    PULL_REQUEST = "pull_request"
    REVIEWERS = "reviewers"
    MILESTONE = "milestone"
    REPLY = "reply"
    LABELS = "labels"
    PROJECT = "project"
    LABEL_DEFINITIONS = "label_definitions"
    TRACKING_ISSUE = "tracking_issue"
    MARKED_ISSUE = "marked_issue"
    CLOSE = "close"
    REOPEN = "reopen"
    RETARGET = "retarget"
    READY = "ready"
    AUTO_MERGE = "auto_merge"
    ENQUEUE = "enqueue"
    WITHDRAW = "withdraw"
    DELETE_BRANCH = "delete_branch"


ONCE = frozenset(
    {
        WriteKind.COMMENT,
        WriteKind.PULL_REQUEST,
        WriteKind.REVIEWERS,
        WriteKind.MILESTONE,
        WriteKind.REPLY,
        WriteKind.PROJECT,
    }
)
"""Kinds that a person's later change is not undone by: the same word is not said twice."""


class WriteState(StrEnum):
    """How far a write has come."""

    INTENDED = "intended"
    """Perhaps done: whoever takes it up looks before writing."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    """GitHub understood and said no; a later caller may ask again."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One write that is meant.

    :param repository: GitHub node id.
    :param target: what it is about within its kind, "12/issue" or a branch.
    :param digest: of everything it says.
    """

    repository: str
    kind: WriteKind
    target: str
    digest: str

    @property
    def name(self) -> str:
        """The key as one text, for locks and logs."""
        return f"{self.repository}/{self.kind}/{self.target}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An intent as it stands in the outbox.

    :param result: GitHub's id of what was written last under this key, "" when nothing was yet.
    :param tries: how often this digest was taken up.
    :param reason: why it was refused.
    """

    intent: Intent
    state: WriteState
    result: str = ""
    tries: int = 0
    reason: str = ""
    intended_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def done(self) -> bool:
        """Whether performing it again would say the same word twice."""
        return self.state is WriteState.CONFIRMED and self.intent.kind in ONCE


def digest_of(*parts: object) -> str:
    """Return a digest of everything a write says."""
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()
