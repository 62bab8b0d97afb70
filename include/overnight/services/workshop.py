"""Where the attempts on one issue happen: facts that stay, and work trees opened when first needed."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..domain.changes import Base
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.plans import PlannedIssue
from ..ports import Claim, Desk, Tree
from .gating import opened_base
from .reading import OpenNight


@dataclass(slots=True)
class Workshop:
    """One issue under work by one worker."""

    desk: Desk
    night: OpenNight
    planned: PlannedIssue
    issue: Issue
    base: Base
    commands: Commands
    claim: Claim
    round: int = 0
    attempts_before: int = 0
    """Attempts of rounds before this one."""
    trees: dict[str, Tree] = field(default_factory=dict)

    def tree(self, purpose: str) -> Tree:
        """Return the work tree `build` or `base`, at the base when first opened."""
        if purpose not in self.trees:
            self.trees[purpose] = opened_base(self.desk, self.night, self.base, self.planned.number, purpose)
        return self.trees[purpose]

    def attempt_id(self, number: int) -> str:
        """Return the seeds' task id of an attempt."""
        return f"{self.night.id}/{self.issue.number}/{number}"

    def close(self) -> None:
        """Remove the work trees."""
        for tree in self.trees.values():
            self.desk.workspace.close_tree(tree)
        self.trees.clear()
