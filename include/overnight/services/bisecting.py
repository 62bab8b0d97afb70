"""Find the commit that broke a branch: the repository's own commands, run in the clean room."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..domain.changes import Base
from ..domain.landing import Probe, Step, next_probe
from ..domain.orders import Commands
from ..ports import Desk
from .preparing import base_results, read_commands, within_repository_limits
from .reading import OpenNight

_FAILED = "failed"
BUILD, SUITE = "the build command", "the test command"


@dataclass(slots=True)
class CleanRoom:
    """Runs of the repository's build and tests at commits of its default branch; one run a commit.

    The commands are those of the branch's head: what is asked is which commit broke them.
    """

    desk: Desk
    night: OpenNight
    commands: Commands
    probes: list[Probe] = field(default_factory=list)

    @classmethod
    def of(cls, desk: Desk, night: OpenNight, head: str) -> CleanRoom:
        """Return the room for a repository whose default branch stands at `head`."""
        commands = read_commands(desk, night, Base(night.repository.default_branch, head))
        return cls(desk, within_repository_limits(night, commands), commands)

    @property
    def is_empty(self) -> bool:
        """Whether the repository has nothing to run."""
        return not (self.commands.build or self.commands.test)

    def probe(self, sha: str, subject: str = "") -> Probe:
        """Build and test a commit, or read back what was recorded of it."""
        known = next((probe for probe in self.probes if probe.sha == sha), None)
        if known is not None:
            return known
        probe = Probe(sha, subject, self.run(Base(self.night.repository.default_branch, sha)))
        self.probes.append(probe)
        return probe

    def run(self, base: Base) -> tuple[str, ...]:
        """Return what is broken at a base: a commit of the branch, or a change of ours on it."""
        name = f"{self.night.id}-probe-{base.sha[:12]}"
        tree = self.desk.workspace.open_tree(self.night.repository, base, name)
        try:
            return broken_in(base_results(self.desk, self.night, tree, self.commands))
        finally:
            self.desk.workspace.close_tree(tree)


def broken_in(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a recorded run says is broken: failed tests by name, or the command that failed."""
    if (results.get("build") or {}).get("exit_code"):
        return (BUILD,)
    suite = results.get("test") or {}
    failed = sorted(test for test, status in (suite.get("tests") or {}).items() if status == _FAILED)
    if failed:
        return tuple(failed)
    return (SUITE,) if suite.get("exit_code") or suite.get("timed_out") else ()


def first_broken(steps: Sequence[Step], broken: Sequence[str], probe: Callable[[Step], Probe]) -> Step:
    """Return the first step at which something of `broken` is broken, the last of them known to be.

    At most log2(n) runs, rounded up; the commit before the first step counts as good.
    """
    good, bad = -1, len(steps) - 1
    while (middle := next_probe(good, bad)) is not None:
        if set(probe(steps[middle]).broken) & set(broken):
            bad = middle
        else:
            good = middle
    return steps[bad]
