"""The checks of a default branch: how long a required one is waited for that nothing reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from ..domain.following import Check, CheckState
from ..domain.issues import Repository
from ..domain.landing import expected
from ..domain.situations import SILENT_FOR
from ..ports import Desk


def checks_of_head(desk: Desk, repository: Repository) -> tuple[Check, ...]:
    """Return the checks of the default branch's head.

    A required check that stays silent for hours at one commit, because it runs for pull requests alone, is
    not waited for any more, at later commits neither, until something reports it again.
    """
    head, key = str(repository.head_sha), _key(repository)
    checks = desk.follower.checks(repository, head)
    silent, known, now = expected(checks), desk.records.recall(key) or {}, desk.clock.now()
    since = datetime.fromisoformat(known["since"]) if known.get("sha") == head else now
    never = silent if now - since >= SILENT_FOR else silent & {*known.get("never", ())}
    told = {"sha": head, "since": since.isoformat(), "never": sorted(never)}
    if told != known and (silent or known):
        desk.records.remember(key, told)
    return _without(checks, never)


def checks_at(desk: Desk, repository: Repository, sha: str) -> tuple[Check, ...]:
    """Return the checks of another commit of the default branch, as those of its head are read."""
    known = desk.records.recall(_key(repository)) or {}
    return _without(desk.follower.checks(repository, sha), known.get("never", ()))


def _without(checks: Iterable[Check], never: Collection[str]) -> tuple[Check, ...]:
    return tuple(one for one in checks if one.state is not CheckState.EXPECTED or one.name not in never)


def _key(repository: Repository) -> str:
    return f"silent/{repository.node_id}"
