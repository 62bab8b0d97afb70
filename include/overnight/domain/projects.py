"""A GitHub project's status field, and what our words are called there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProjectField:
    """A single-select field of a project (v2), and the option for each of our words; "" leaves it as it is.

    :param owner: login of the organization or user that has the project.
    """

    owner: str
    number: int
    field: str = "Status"
    in_progress: str = "In Progress"
    pull_request: str = "In Review"
    blocked: str = "Blocked"
    failed: str = "Todo"

    @property
    def place(self) -> str:
        """The project as people write it."""
        return f"{self.owner}/{self.number}"

    @property
    def options(self) -> tuple[str, ...]:
        """Return every option that we set."""
        named = (self.in_progress, self.pull_request, self.blocked, self.failed)
        return tuple(filter(None, dict.fromkeys(named)))
