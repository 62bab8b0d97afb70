"""Retry one issue of a night: go on where it stopped, or start a new round under the same budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..domain.changes import IssueStatus
from ..domain.errors import Contended, SettingsError
from ..domain.events import EventQuery, EventType
from ..domain.nights import Night, NightIssue
from ..ports import Desk
from .reading import OpenNight, open_night, planned_issue
from .running import Watch, execute_issue
from .stopping import lift_stop, stopped
from .summarizing import summarize_night

_IN_ROUNDS = (EventType.ATTEMPT_STARTED, EventType.CHANGE_BUILT)


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of a retry: the night as it stands now, and the round that was worked in."""

    night: Night
    issue: NightIssue
    round: int


def retry_issue(
    desk: Desk,
    night_id: str,
    number: int,
    *,
    anew: bool = False,
    watch: Watch = lambda step, issue: None,
) -> Retried:
    """Take one issue of a night through its steps again, from its last checkpoint.

    :param anew: start a new round, with no attempts behind it, although the last one has ended.
    :raises Contended: somebody holds the issue's claim; the message says who and until when.
    :raises NotFound: no such night, or the issue is not in its plan.
    :raises SettingsError: there is nothing to retry; the message names what does help.
    """
    night, planned = open_night(desk, night_id), planned_issue(desk, night_id, number)
    refuse_retry(desk, night, number, anew=anew)
    lift_stop(desk, night_id)
    round_ = last_round(desk, night_id, number) + anew
    execute_issue(desk, night, planned, watch, round_)
    if _is_newest(desk, night):  # an older night's summary must not replace a newer one's
        watch("summarize", None)
        summarize_night(desk, night_id)
    folded = desk.ledger.night(night_id)
    issue = folded.issue(number) if folded else None
    assert folded is not None
    assert issue is not None
    return Retried(folded, issue, round_)


def refuse_retry(desk: Desk, night: OpenNight, number: int, *, anew: bool) -> None:
    """Raise why an issue cannot be retried now, as `retry_issue` does; silent when it can."""
    _refuse_while_held(desk, night, number)
    for refusal in (_planned_only, _over, _at_an_end):
        if why := refusal(desk, night, number, anew):
            raise SettingsError(why)


def last_round(desk: Desk, night_id: str, number: int) -> int:
    """Return the newest round that an issue was worked on in, 0 for one that was never begun."""
    query = EventQuery(types=_IN_ROUNDS, night=night_id, issue=number, limit=None, readable=True)
    return max((int(event.metadata["round"]) for event in desk.ledger.events(query)), default=0)


def _refuse_while_held(desk: Desk, night: OpenNight, number: int) -> None:
    claim = desk.claims.holder(night.repository.node_id, number)
    if claim:
        who = "a worker of this night" if claim.night == night.id else f"night {claim.night}"
        raise Contended(
            f"{who} holds #{number} until {claim.expires_at:%Y-%m-%d %H:%M:%S} UTC, and longer while it is "
            "alive; a dead one lets go then"
        )


def _planned_only(desk: Desk, night: OpenNight, number: int, anew: bool) -> str:
    """Return why a plan-only night has nothing to go on with."""
    if night.order.plan_only:
        return f"night {night.id} was to plan only: `overnight run --issue {number}` works on #{number}"
    return ""


def _over(desk: Desk, night: OpenNight, number: int, anew: bool) -> str:
    """Return why the whole night allows no retry: its window has ended, or it is being stopped."""
    deadline = night.order.deadline
    if deadline and desk.clock.now() >= deadline:
        return (
            f"the window of night {night.id} ended at {deadline:%Y-%m-%d %H:%M} UTC: `overnight run "
            f"--repository {night.order.full_name} --issue {number}` works on it in a night of its own"
        )
    folded = desk.ledger.night(night.id)
    why = stopped(desk, night.id)
    return f"{why} and has not ended yet" if why and folded and folded.status == "running" else ""


def _at_an_end(desk: Desk, night: OpenNight, number: int, anew: bool) -> str:
    """Return why going on would change nothing, "" when it may."""
    row = desk.ledger.issue(night.id, number)
    if row is None or anew or _only_unpublished(desk, night, row):
        return ""
    say = _ENDED.get(row.status)
    return say(row) if say else ""


def _only_unpublished(desk: Desk, night: OpenNight, row: NightIssue) -> bool:
    """Whether its change passed every gate and GitHub alone refused: that may be otherwise now."""
    kept = desk.records.change(night.repository.node_id, row.number, night.id)
    return row.status == IssueStatus.FAILED and bool(kept and kept.passed)


def _published(row: NightIssue) -> str:
    if row.pull_request_state.startswith("closed"):
        pull = f"pull request #{row.pull_request} of #{row.number}"
        return f"{pull} is {row.pull_request_state}: `--anew` builds it again"
    return f"#{row.number} has pull request #{row.pull_request} already: nothing is left to do"


def _judged(row: NightIssue) -> str:
    return f"#{row.number} is judged and kept: `overnight publish` opens it, `--anew` builds it again"


def _failed(row: NightIssue) -> str:
    return f"#{row.number} failed ({row.reason}): `--anew` starts a new round under the same budget"


_ENDED: dict[str, Callable[[NightIssue], str]] = {
    IssueStatus.PULL_REQUEST: _published,
    IssueStatus.JUDGED: _judged,
    IssueStatus.FAILED: _failed,
}
"""Status → what is said to a person who wants to go on although the round has ended."""


def _is_newest(desk: Desk, night: OpenNight) -> bool:
    newest = desk.ledger.nights(night.repository.node_id, limit=1)
    return not newest or newest[0].id == night.id
