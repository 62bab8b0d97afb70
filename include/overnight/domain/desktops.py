"""What is reported of a desktop: its health, and where its checkouts stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

REPORT_COUNTS_FOR = timedelta(hours=1)
"""An older report says nothing about a desktop: laptops sleep."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    :param blocks: a builder cannot work here while it is so; else it is a word to the developer.
    :param fix: what to do when it has not passed.
    """

    check: str
    passed: bool
    detail: str
    blocks: bool = True
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether a desktop can build, and everything that is not in order, worst first."""

    ready: bool
    issues: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def health_of(findings: Sequence[Finding]) -> Health:
    """Return the health: ready when nothing that blocks has failed; every failure is an issue."""
    failed = sorted((one for one in findings if not one.passed), key=lambda one: not one.blocks)
    return Health(
        not any(one.blocks for one in failed),
        tuple(f"{one.check}: {one.detail}" for one in failed),
        tuple(findings),
    )


@dataclass(frozen=True, slots=True)
class DesktopReport:
    """Where the checkouts of one repository stood when they last reported.

    :param repository: OWNER/NAME.
    :param names: of the checkouts.
    :param at: moment of the oldest of their reports.
    :param unpushed: paths that unpushed commits touch.
    :param uncommitted: tracked paths with uncommitted changes.
    :param out_of_sync: "name: reason" of every checkout that is behind and could not be merged.
    :param held: checkout → paths of its own work, unpushed or uncommitted.
    """

    repository: str
    names: tuple[str, ...]
    at: datetime
    unpushed: tuple[str, ...] = ()
    uncommitted: tuple[str, ...] = ()
    out_of_sync: tuple[str, ...] = ()
    held: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def age(self, now: datetime) -> timedelta:
        """Return how old the report is."""
        return now - self.at

    def work_on(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return the paths among these that hold unpushed or uncommitted work."""
        held = {*self.unpushed, *self.uncommitted}
        return tuple(sorted(path for path in paths if path in held))

    def holders(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the checkouts with work of their own on any of these paths."""
        return tuple(dict.fromkeys(name for name, held in self.held if {*held} & {*paths}))
