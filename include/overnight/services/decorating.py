"""Labels, reviewers and milestone of a pull request that stands: wished for, never a reason to give it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..domain.changes import Change
from ..domain.codeowners import LOCATIONS, read_codeowners, reviewers_for
from ..domain.errors import Forbidden, NotAuthorized, NotFound
from ..domain.events import EventType
from ..domain.issues import Issue
from ..ports import Desk, PullRequest
from .drafts import drafts_now
from .reading import OpenNight, latest


def decorate(
    desk: Desk, night: OpenNight, change: Change, issue: Issue, pull: PullRequest
) -> tuple[str, ...]:
    """Put everything around a pull request; return what GitHub refused, each with its words."""
    if pull.merged:
        return ()

    def labels() -> None:
        built = latest(desk, night.id, EventType.CHANGE_BUILT, issue=change.issue)
        desk.writer.put_labels(night.repository, pull.number, built.metadata["labels"] if built else (), ())

    def reviewers() -> None:
        desk.writer.put_reviewers(night.repository, pull, _reviewers(desk, night, change))

    def milestone() -> None:
        if issue.milestone and issue.milestone.number:
            desk.writer.put_milestone(night.repository, pull.number, issue.milestone.number)

    return tuple(_refused(labels, reviewers, milestone))


def _refused(*steps: Callable[[], None]) -> Iterator[str]:
    for put in steps:
        try:
            put()
        except (Forbidden, NotAuthorized, NotFound) as error:
            yield f"GitHub refused its {put.__name__}: {error}"


def _reviewers(desk: Desk, night: OpenNight, change: Change) -> tuple[str, ...]:
    """Return the owners of what the change touches, by the CODEOWNERS of the branch that takes it.

    A draft asks nobody: GitHub asks its code owners itself once it is ready.
    """
    if drafts_now(desk, night.order, night.repository):
        return ()
    for path in LOCATIONS:
        text = desk.workspace.read_file(night.repository, change.base.sha, path)
        if text is not None:
            return reviewers_for(read_codeowners(text), change.files, desk.tracker.login())
    return ()
