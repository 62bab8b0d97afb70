"""Whether we may push to a branch: only onto a commit of our own, never over a person's."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Forbidden


@dataclass(frozen=True, slots=True)
class Push:
    """What to do with a branch.

    :param expected: the commit that must stand there when we push, None for a branch that is not there.
    :param needed: False when exactly our commit stands there already.
    """

    expected: str | None
    needed: bool
    reason: str


def plan_push(branch: str, head: str, standing: str | None, *ours: str | None) -> Push:
    """Return how to bring our commit to a branch.

    :param standing: what stands on GitHub, None when the branch is not there.
    :param ours: commits that we pushed there, or meant to when we were interrupted.
    :raises Forbidden: a commit of somebody else stands there.
    """
    if standing is None:
        return Push(None, True, f"{branch} is new")
    if standing == head:
        return Push(standing, False, f"{branch} is at our commit already")
    if standing in ours:
        return Push(standing, True, f"{branch} stands at an earlier commit of ours")
    raise Forbidden(
        f"{branch} stands at {standing[:12]}, a commit that Overnight did not push: left alone. "
        "Merge or delete the branch, and the next night goes on"
    )
