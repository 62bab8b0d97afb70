"""Where the attempts on one issue happen: facts that stay, and work trees opened when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..domain.changes import Base
from ..domain.estimating import files_named
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.plans import PlannedIssue
from ..domain.revisions import feedback_of
from ..domain.slugs import branch_name
from ..ports import Claim, Desk, Tree
from .claiming import Hold
from .fencing import still_ours
from .gating import opened_base, opened_change
from .preparing import base_results, read_instructions
from .reading import OpenNight
from .revising_start import Start


@dataclass(slots=True)
class Workshop:
    """One issue under work by one worker."""

    desk: Desk
    night: OpenNight
    planned: PlannedIssue
    issue: Issue
    base: Base
    commands: Commands
    hold: Hold
    round: int = 0
    start: Start | None = None
    """Where a revision begins; None for an issue that is built for the first time."""
    attempts_before: int = 0
    """Attempts of rounds before this one, and those that count no more."""
    rest_seconds: float = 900.0
    """How long this build may still rest for silent endpoints: four probes, as far apart as they get."""
    gate_seconds: float = 0.0
    """Spent by the gates in this build."""
    trees: dict[str, Tree] = field(default_factory=dict)
    _instructions: tuple[tuple[str, str], ...] | None = None
    _files_named: tuple[str, ...] | None = None

    @property
    def claim(self) -> Claim:
        return self.hold.claim

    def tree(self, purpose: str) -> Tree:
        """Return the work tree `build` or `base`, at the base when first opened."""
        if purpose not in self.trees:
            self.trees[purpose] = self._opened(purpose)
        return self.trees[purpose]

    def _opened(self, purpose: str) -> Tree:
        if purpose == "build" and self.start and self.start.change:
            return opened_change(self.desk, self.night, self.start.change, purpose)
        return opened_base(self.desk, self.night, self.base, self.planned.number, purpose)

    @property
    def start_sha(self) -> str:
        """The commit that every attempt begins with: the base, or the published change."""
        return self.start.change.head_sha if self.start and self.start.change else self.base.sha

    @property
    def branch(self) -> str:
        """The branch of the change: a published one keeps its own, whatever the issue is called by now."""
        if self.start:
            return self.start.published.branch
        title = self.desk.clean(self.planned.title)  # a branch is public
        return branch_name(self.night.order.branch_prefix, self.planned.number, title)

    @property
    def asked(self) -> str:
        """What is asked of a published change, as a builder is told it; "" for one that is new."""
        note = self.start.note if self.start else ""
        return "\n\n".join(filter(None, (note, feedback_of(self.planned.revisions))))

    def attempt_id(self, number: int) -> str:
        """Return the seeds' task id of an attempt."""
        return f"{self.night.id}/{self.issue.number}/{number}"

    @property
    def instructions(self) -> tuple[tuple[str, str], ...]:
        """The repository's own instruction files, read once."""
        if self._instructions is None:
            self._instructions = read_instructions(self.desk, self.night, self.base)
        return self._instructions

    @property
    def files_named(self) -> tuple[str, ...]:
        """The paths of the base that the issue names, read once."""
        if self._files_named is None:
            paths = self.desk.workspace.list_files(self.night.repository, self.base.sha)
            self._files_named = files_named(self.issue, paths)
        return self._files_named

    def base_results(self) -> Mapping[str, Any]:
        """Return how the base builds, lints and tests."""
        return base_results(self.desk, self.night, self.tree("base"), self.commands)

    @property
    def out_of_gate_time(self) -> bool:
        """Whether the gates have used up the issue's time."""
        return self.gate_seconds >= self.night.order.gates.gate_budget_seconds

    def within_gate_time(self) -> OpenNight:
        """Return the night with no gate longer than what is left of the issue's gate time."""
        order = self.night.order
        left = max(1.0, order.gates.gate_budget_seconds - self.gate_seconds)
        limits = replace(order.limits, gate_seconds=min(order.limits.gate_seconds, left))
        return replace(self.night, order=replace(order, limits=limits))

    def close(self) -> None:
        """Remove the work trees; those of a lost issue are the next worker's, which has the same names."""
        if not still_ours(self.desk, self.hold):
            self.trees.clear()
        for tree in self.trees.values():
            self.desk.workspace.close_tree(tree)
        self.trees.clear()
