"""Whose merge made the default branch red: ours, somebody else's, or was it red before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..domain.following import Check
from ..domain.landing import Colour, Merge, Probe, Step, colour_of, red_checks, steps_of
from ..domain.rollback import Accusation
from ..ports import Desk
from .bisecting import BUILD, CleanRoom, first_broken
from .default_branch_checks import checks_at
from .reading import OpenNight


@dataclass(frozen=True, slots=True)
class Attribution:
    """The guilty merge of ours, or why none of ours is accused."""

    reason: str
    accusation: Accusation | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What landed since the branch was good.

    :param trusted: whether checks said that `good` was green; else the clean room has to.
    """

    good: str
    trusted: bool
    steps: tuple[Step, ...]


def attribute(
    desk: Desk, night: OpenNight, merges: Sequence[Merge], checks: Iterable[Check], last_green: str
) -> Attribution:
    """Return which merge of ours made the default branch red.

    One candidate and nobody else's commit: it. Several: bisected in the clean room, at most log2(n) + 1
    runs, and one more when nothing tells that the branch was green before.

    :param night: its repository's `head_sha` is the red head.
    :param merges: ours of the window, oldest first.
    :param last_green: the newest head known to be green, "" when none is.
    """
    head, red = str(night.repository.head_sha), red_checks(checks)
    stretch, why_not = _stretch(desk, night, merges, red, last_green)
    if stretch is None:
        return Attribution(why_not)
    if not any(step.merge for step in stretch.steps):
        return Attribution("it was green after our merges: what came later is somebody else's")
    room = CleanRoom.of(desk, night, head)
    seen = Probe(head, "", ()) if room.is_empty else room.probe(head, stretch.steps[-1].subject)
    alone = len(stretch.steps) == 1 and stretch.trusted
    guilty, why = (stretch.steps[0], _ALONE) if alone else _bisected(room, stretch, seen)
    if guilty is None or guilty.merge is None:
        return Attribution(why)
    return Attribution(
        why,
        Accusation(
            guilty.merge, guilty, head, red, why, seen.broken, BUILD not in seen.broken, tuple(room.probes)
        ),
    )


_ALONE = "it is the only thing that came onto the branch since it was green"


def _stretch(
    desk: Desk, night: OpenNight, merges: Sequence[Merge], red: Sequence[str], last_green: str
) -> tuple[_Stretch | None, str]:
    repository, head = night.repository, str(night.repository.head_sha)
    brought = {merge.sha: desk.workspace.brought(repository, merge.sha, merge.head_sha) for merge in merges}
    good, trusted = last_green, bool(last_green)
    if not good:
        first = merges[0]
        good = desk.workspace.before(repository, first.sha, brought[first.sha])
        before = checks_at(desk, repository, good)
        if colour_of(before) is Colour.RED and not set(red) - set(red_checks(before)):
            return None, f"it was red before our first merge, at {good[:12]}"
        trusted = colour_of(before) is Colour.GREEN
    landed = desk.workspace.landed(repository, good, head)
    return _Stretch(good, trusted, steps_of(landed, merges, brought)), ""


def _bisected(room: CleanRoom, stretch: _Stretch, seen: Probe) -> tuple[Step | None, str]:
    names = ", ".join(f"#{step.merge.pull_request}" for step in stretch.steps if step.merge)
    if room.is_empty:
        return None, f"the repository has no commands to bisect with; ours among what landed: {names}"
    if not seen.is_red:
        return None, (
            "what the checks say does not happen with the repository's own commands, so it cannot be "
            f"bisected; ours among what landed: {names}"
        )
    if not stretch.trusted and set(room.probe(stretch.good).broken) & set(seen.broken):
        return None, f"it was broken before our first merge, at {stretch.good[:12]}"
    guilty = first_broken(stretch.steps, seen.broken, lambda step: room.probe(step.sha, step.subject))
    runs = f"bisected in {len(room.probes)} runs"
    if guilty.merge is None:
        return None, f"{runs}: {guilty.sha[:12]} broke it, which is not ours"
    return guilty, f"{runs}: {guilty.sha[:12]} is the first commit at which the same fails"
