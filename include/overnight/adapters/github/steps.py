"""Steps of the usual shapes: one that makes something with a number, one that makes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ...domain.issues import Repository
from ...domain.outbox import Intent, WriteKind, digest_of
from .delivery import Step

T = TypeVar("T")


def step(
    repository: Repository,
    kind: WriteKind,
    target: str,
    said: tuple[object, ...],
    perform: Callable[[str], T],
    *,
    told: Callable[[T], str],
    recall: Callable[[str], T | None],
) -> Step[T]:
    """Return a step; `said` is all that makes it another word under the same key."""
    intent = Intent(repository.node_id, kind, target, digest_of(*said))
    return Step(intent, perform, told, recall)


def numbered(
    repository: Repository, kind: WriteKind, target: str, perform: Callable[[str], int], *said: object
) -> Step[int]:
    """Return a step whose outcome is GitHub's number of what it made."""
    return step(
        repository,
        kind,
        target,
        said,
        perform,
        told=str,
        recall=lambda last: int(last) if last else None,
    )


def plain(
    repository: Repository, kind: WriteKind, target: str, perform: Callable[[], None], *said: object
) -> Step[bool]:
    """Return a step whose outcome is only that it is done."""

    def done(_last: str) -> bool:
        perform()
        return True

    return step(
        repository, kind, target, said, done, told=lambda _done: "done", recall=lambda last: bool(last)
    )
