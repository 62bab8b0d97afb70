"""Put the governance issues on GitHub: each once, brought up to date while it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.errors import OvernightError, Terminal
from ..domain.governance_issues import COLOURS, GOVERNANCE_ISSUES, GovernanceIssue
from ..ports import Desk
from ..ports.issues import IssueWriter, Put, PutIssue


@dataclass(frozen=True, slots=True)
class Written:
    """One issue and what became of it; `error` says why nothing did."""

    issue: GovernanceIssue
    put: PutIssue | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class WrittenIssues:
    """What became of all of them."""

    written: tuple[Written, ...]

    def count(self, put: Put) -> int:
        """Return how many ended so."""
        return sum(one.put is not None and one.put.put is put for one in self.written)

    @property
    def created(self) -> int:
        """How many were created."""
        return self.count(Put.CREATED)

    @property
    def errors(self) -> tuple[str, ...]:
        """What went wrong, by issue."""
        return tuple(f"{one.issue.title}: {one.error}" for one in self.written if one.error)


def create_governance_issues(
    desk: Desk,
    writer: IssueWriter,
    owner: str,
    repo: str,
    issues: Sequence[GovernanceIssue] = GOVERNANCE_ISSUES,
) -> WrittenIssues:
    """Create what is missing and update what is open; one that fails keeps none of the others back.

    :raises NotFound: no such repository.
    :raises NotAuthorized: the token may not see it.
    """
    repository = desk.tracker.repository(owner, repo)
    desk.writer.put_label_definitions(repository, COLOURS)
    written = []
    for issue in sorted(issues, key=lambda one: one.priority):
        key = f"issue/{issue.marker}"
        known = desk.records.publication(repository.node_id, key)
        try:
            put = writer.put_issue(
                repository,
                issue.marker,
                issue.title,
                issue.body(),
                issue.labels,
                int(known) if known else None,
            )
        except Terminal:
            raise
        except OvernightError as error:
            written.append(Written(issue, None, str(error)))
            continue
        desk.records.record_publication(repository.node_id, key, str(put.number))
        written.append(Written(issue, put))
    return WrittenIssues(tuple(written))
