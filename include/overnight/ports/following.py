"""GitHub after a pull request is open: how it stands, what guards its base, what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..domain.following import BranchRules, Check, PullStanding, Remark
from ..domain.issues import Repository


class Follower(Protocol):
    """Reads of open pull requests and of the branches they go into. Errors as Tracker's."""

    def standings(self, repository: Repository, numbers: Sequence[int]) -> tuple[PullStanding, ...]:
        """Return how pull requests stand, in few requests; those that do not exist are left out."""

    def rules(self, repository: Repository, branch: str) -> BranchRules:
        """Return what guards a branch; what the token may not see counts as not there."""

    def triggers(self, workflow: str) -> frozenset[str]:
        """Return the events that start a workflow, from its file's text; none when it is no workflow."""

    def checks(self, repository: Repository, sha: str) -> tuple[Check, ...]:
        """Return the newest check of each name on a commit, `required` as the default branch's rules say.

        A required one that nothing has reported is there as well, as expected.
        """

    def remarks(self, repository: Repository, number: int) -> tuple[Remark, ...]:
        """Return what people said on a pull request, oldest first; bots' and our own words left out."""
