"""Pull requests of ours that people closed: their issues are left alone until a person wants them anew."""

from __future__ import annotations

from collections.abc import Collection

from ..domain.events import EventType
from ..domain.issues import Repository
from ..domain.open_changes import OpenChange
from ..ports import Desk
from .following_steps import CLOSED_BY_US
from .merging import changes_of
from .reading import OpenNight, latest


def why_closed(desk: Desk, repository: Repository, numbers: Collection[int]) -> dict[int, str]:
    """Return issue → why it is not built again: a person closed our newest pull request for it.

    GitHub is asked in one batch, since the last look may be long ago; what was merged is not looked at.
    """
    newest = _newest(desk, repository, numbers)
    issues = {one.number: one.issue for one in newest if one.ended != "merged" and not _is_ours(one)}
    if not issues:
        return {}
    return {
        issues[pull.number]: f"its pull request #{pull.number} was closed by {pull.closed_by or 'somebody'}; "
        f"`overnight run --issue {issues[pull.number]}` builds it anew"
        for pull in desk.follower.standings(repository, tuple(issues))
        if pull.state == "closed"
    }


def may_open_anew(desk: Desk, night: OpenNight, number: int) -> bool:
    """Return whether another pull request may follow a closed one.

    A person named the issue for this night, or began a new round of it; or we closed the last one.
    """
    built = latest(desk, night.id, EventType.CHANGE_BUILT, issue=number)
    asked = number in night.order.plan.only or bool(built and built.metadata["round"])
    return asked or any(map(_is_ours, _newest(desk, night.repository, [number])))


def _newest(desk: Desk, repository: Repository, numbers: Collection[int]) -> Collection[OpenChange]:
    """Return our newest pull request for each of these issues that has had one."""
    mine = sorted(changes_of(desk, repository.node_id), key=lambda change: change.pushed_at)
    return {change.issue: change for change in mine if change.issue in numbers}.values()


def _is_ours(change: OpenChange) -> bool:
    """Whether we closed it ourselves."""
    return change.state.startswith(CLOSED_BY_US)
