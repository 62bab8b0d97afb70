"""An attempt in the middle: its conversation and its files, kept so that a retry goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ...domain.changes import Commission
from ...domain.errors import OvernightError
from ...failpoints import failpoint
from ...ports import Records, Storage, Tree

if TYPE_CHECKING:
    from ..git import GitWorkspace
    from ..git.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Session:
    """What a builder goes on from.

    :param conversation: as the builder wrote it down.
    :param summary: what it said at its end, None while it had not ended.
    """

    conversation: bytes
    summary: str | None = None


@dataclass(slots=True)
class Sessions:
    """Sessions in object storage; the ledger's records say where the newest of an issue lies.

    Two places for the conversation take turns: who dies while it writes leaves the one before whole.
    Keeping one is a precaution: when it cannot be done the attempt goes on, and a death then costs more.
    """

    storage: Storage
    records: Records
    workspace: Callable[[], GitWorkspace]
    _last: dict[str, Snapshot] = field(default_factory=dict)
    _turn: int = 0

    def keep(self, commission: Commission, tree: Tree, conversation: str, summary: str | None = None) -> None:
        """Keep an attempt as it is before its next model request, or at its end."""
        key, self._turn = _key(commission), 1 - self._turn
        with suppress(OvernightError):
            name = f"sessions/{commission.night}/{commission.issue.number}"
            last = self._last.get(f"{key}/{commission.attempt}")
            snapshot = self.workspace().snapshot(tree, name, last)
            self._last = {f"{key}/{commission.attempt}": snapshot}
            place = {
                "attempt": commission.attempt,
                "tier": commission.tier,
                "base": tree.base.sha,
                "conversation": self.storage.put(f"{name}/{self._turn}.json", conversation.encode()),
                "snapshot": asdict(snapshot),
                "summary": summary,
            }
            self.records.remember(key, place)
        failpoint("agent.after_saved")

    def take_up(self, commission: Commission, tree: Tree) -> Session | None:
        """Put the tree where the attempt stood that was cut off, and return its session.

        None when there is none for this tier on this base: then the attempt begins at its beginning.
        """
        found = self.records.recall(_key(commission)) if commission.resumes else None
        if not found or _facts(found) != (commission.resumes, commission.tier, tree.base.sha):
            return None
        from ..git.snapshots import Snapshot

        with suppress(OvernightError):
            conversation = self.storage.get(found["conversation"])
            self.workspace().restore(commission.repository, tree, Snapshot(**found["snapshot"]))
            return Session(conversation, found["summary"])
        return None


def _key(commission: Commission) -> str:
    return f"session/{commission.night}/{commission.issue.number}"


def _facts(found: Any) -> tuple[int, str, str]:
    return found["attempt"], found["tier"], found["base"]
