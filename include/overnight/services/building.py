"""Build one issue: attempts up and down the ladder until the gates are green or the ladder ends."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from ..documents import to_document
from ..domain.attempts import Step, next_step
from ..domain.awaiting import NOBODY, Wanted
from ..domain.changes import Attempt, Change, IssueStatus
from ..domain.errors import (
    DiskFull,
    NotAuthorized,
    NotFound,
    OvernightError,
    RepositoryUnusable,
    SandboxUnavailable,
    SettingsError,
)
from ..domain.events import EventType
from ..domain.issues import Issue
from ..domain.plans import PlannedIssue
from ..domain.sanitizing import text_sha256
from ..failpoints import failpoint
from ..ports import Desk, Kept
from .approving import heed_approval_label
from .attempting import attempt_once, out_of_gate_time, resume_attempt
from .awaiting import allowed, ask, heed_waiting_label, refused, waiting_change, why_it_waits
from .claiming import LEASE_SECONDS, Hold, holding
from .commissions import tell, without_commissions
from .concluding import GONE, conclude
from .escalating import take_seat
from .preparing import find_base, read_commands, within_repository_limits
from .reading import OpenNight, latest, open_night, planned_issue
from .remembering import attempts_so_far
from .reporting import mark_in_progress
from .resting import rested
from .revising_start import start_revision
from .steering import steered
from .stopping import heed_label, stopped, stopped_at_once
from .surveying import survey
from .workshop import Workshop

LONGEST_NIGHT = timedelta(hours=14)
KEPT_FOR = timedelta(days=7)
"""How long a dry run's change may be taken up by a real night."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of building an issue: a change to judge, or a status with its reason."""

    change: Change | None = None
    status: IssueStatus | None = None
    reason: str = ""


def build_issue(desk: Desk, night_id: str, number: int, round_: int = 0) -> Built:
    """Claim the issue, work on it until it is green or hopeless, keep the change.

    Resumes after a crash: finished attempts are read back from the ledger, a finished build is returned
    as it is.

    :param round_: grows when a person clears a finished build; a new round starts with no attempts, under
        the same lifetime budget.
    """
    night = open_night(desk, night_id)
    planned = planned_issue(desk, night_id, number)
    built_before = latest(desk, night_id, EventType.CHANGE_BUILT, issue=number)
    kept = desk.records.change(night.repository.node_id, number, night_id)
    if kept and built_before and built_before.metadata["round"] == round_:
        with holding(desk, night, number):  # a worker that died at its very end may hold it still
            return Built(kept.change, reason="built before")
    with holding(desk, night, number) as hold:
        if hold is None:
            built = Built(status=IssueStatus.SKIPPED, reason="another night is working on it")
        else:
            built = _build_or_say_why(desk, night, planned, hold, round_)
        if built.status is not None:
            conclude(desk, night, number, built.status, built.reason)
            tell(desk, night, number, f"{night.id}/build/{round_}", f"Overnight is done: {built.reason}")
    return built


def _build_or_say_why(desk: Desk, night: OpenNight, planned: PlannedIssue, hold: Hold, round_: int) -> Built:
    try:
        return _build(desk, night, planned, hold, round_)
    except SettingsError as error:
        return Built(status=IssueStatus.FAILED, reason=str(error))
    except _NOT_THE_ISSUES_FAULT as error:
        return Built(status=IssueStatus.PARKED, reason=str(error))


_NOT_THE_ISSUES_FAULT = (DiskFull, NotAuthorized, RepositoryUnusable, SandboxUnavailable)
"""Terminal for tonight, but another night may do better."""


def _build(desk: Desk, night: OpenNight, planned: PlannedIssue, hold: Hold, round_: int) -> Built:
    with suppress(OvernightError):  # a wish that cannot be read now is read before the next issue
        heed_label(desk, night.id)
    try:
        issue = desk.tracker.issue(night.repository, planned.number)
    except NotFound:
        return Built(status=IssueStatus.SKIPPED, reason=GONE)
    issue = without_commissions(desk, night.repository.node_id, issue)
    unfit = _unfit(desk, night, planned, issue)
    if unfit:
        return Built(status=IssueStatus.SKIPPED, reason=unfit)
    heed_approval_label(desk, night, planned, issue)
    start, base = None, None
    if planned.revisions:
        start, why_not = start_revision(desk, night, planned)
        if start is None:
            return Built(status=IssueStatus.SKIPPED, reason=why_not)
        base = start.base
    else:
        base, why_not = find_base(desk, night, planned)
    if base is None:
        return Built(status=IssueStatus.BLOCKED, reason=why_not)
    commands = read_commands(desk, night, base)
    night = within_repository_limits(night, commands)
    shop = Workshop(desk, night, planned, issue, base, commands, hold, round_, start)
    if start and start.change and not shop.asked:
        return _keep(shop, start.change, "replayed, nothing else was asked for")
    if start is None and (again := _reusable(shop)):
        return _keep(shop, again, "the dry run's change is taken up again")
    if resumed := _resumed(shop):
        return resumed
    mark_in_progress(desk, night, planned.number)
    failpoint("build.after_in_progress")
    return _climb(shop)


def _unfit(desk: Desk, night: OpenNight, planned: PlannedIssue, issue: Issue) -> str:
    """Return why the issue must not be built now, "" when it may."""
    if issue.state != "open":
        return "the issue was closed while the night was running"
    if text_sha256(issue) != planned.body_sha256:
        return "its title or body changed after it was planned; the next night plans it anew"
    revised = {one.pull_request for one in planned.revisions}
    for pull in issue.pull_requests:
        if pull.is_open and pull.number not in revised:
            return f"open pull request #{pull.number} by {pull.author or 'somebody'} would close it"
    if other := _under_way_elsewhere(desk, night, planned.number):
        return f"night {other} has a change for it under way"
    if night.order.plan.skip_label in issue.label_names:
        return f"it was labelled {night.order.plan.skip_label!r} after it was planned"
    if night.order.deadline and desk.clock.now() >= night.order.deadline:
        return "the night's window ended before it could start"
    return ""


def _under_way_elsewhere(desk: Desk, night: OpenNight, number: int) -> str:
    """Return the other real night that built the issue and has not ended yet, "" when none."""
    kept = desk.records.change(night.repository.node_id, number)
    if kept is None or kept.dry_run or kept.night == night.id or kept.passed is False:
        return ""
    other = desk.ledger.night(kept.night)
    if other is None or other.status != "running" or other.started_at is None:
        return ""
    # A night whose process died never says that it ended.
    return kept.night if desk.clock.now() - other.started_at < LONGEST_NIGHT else ""


def _reusable(shop: Workshop) -> Change | None:
    """Return a dry run's green change for the same text on the same base, if there is a fresh one."""
    kept = shop.desk.records.change(shop.night.repository.node_id, shop.planned.number)
    if not kept or not kept.dry_run or not kept.passed or shop.night.order.dry_run:
        return None
    told = shop.desk.ledger.night(kept.night)
    if not told or not told.started_at or shop.desk.clock.now() - told.started_at > KEPT_FOR:
        return None
    same = kept.text_sha256 == shop.planned.body_sha256 and kept.change.base.sha == shop.base.sha
    return kept.change if same else None


def _resumed(shop: Workshop) -> Built | None:
    """Go on with a change that waited for a person, or keep waiting; None when it must be built anew."""
    desk, night, number = shop.desk, shop.night, shop.planned.number
    waiting = waiting_change(desk, night, number, shop.planned.body_sha256)
    if waiting is None or shop.round:
        return None
    kept, node = waiting.kept, night.repository.node_id
    if kept.change.base.bundles and kept.change.base.sha != shop.base.sha:
        return None  # what it stands on has been merged or built anew
    heed_waiting_label(desk, night, shop.issue, waiting)
    if refused(desk, node, number, waiting.wanted.paths):
        return None
    if allowed(desk, node, number, waiting.wanted.paths):
        return _keep(shop, kept.change, "a person allowed it: judged again without building", waiting.wanted)
    ask(desk, night, number, waiting.wanted)
    return Built(status=IssueStatus.AWAITING_APPROVAL, reason=why_it_waits(waiting.wanted, number))


def _insists(history: tuple[Attempt, ...], shop: Workshop) -> bool:
    """Whether a builder that was told so still needs what only a person may allow."""
    told = any(attempt.awaits for attempt in history[:-1]) or not shop.night.order.enable_auto_heal
    return told and bool(history[-1].awaits)


def _with_a_person(shop: Workshop, attempt: Attempt, change: Change) -> Built:
    """Keep a change for the person who may allow it; one that was refused already is not asked about."""
    asked = Wanted(attempt.awaits)
    word = refused(shop.desk, shop.night.repository.node_id, shop.planned.number, asked.paths)
    if word is not None:
        why = f"{word.who} refused {word.subject} ({word.why}), and no attempt did without"
        return Built(status=IssueStatus.FAILED, reason=why)
    return _keep(shop, change, attempt.reason, asked)


def _climb(shop: Workshop) -> Built:
    """Attempt after attempt, each on the tier that the history of the others asks for."""
    desk, night, planned = shop.desk, shop.night, shop.planned
    remembered = attempts_so_far(desk, night, planned, shop.claim, shop.round)
    history, shop.attempts_before = remembered.attempts, remembered.before
    if remembered.base and not (shop.start or shop.base.bundles or remembered.base.bundles):
        shop.base = remembered.base  # the branch may have moved; the session that goes on stands on this
    try:
        if remembered.unfinished and not stopped_at_once(desk, night.id):
            history = (*history, resume_attempt(shop, remembered.unfinished, history))
        while True:
            last = history[-1] if history else None
            if last and last.change and not last.awaits:
                return _keep(shop, last.change, last.reason)
            if last and last.change and _insists(history, shop):
                return _with_a_person(shop, last, last.change)
            step = _next(shop, history)
            if step.parked and (counted := rested(shop, history)) is not None:
                history = counted
                continue
            if step.tier is None:
                status = IssueStatus.PARKED if step.parked else IssueStatus.FAILED
                return Built(status=status, reason=step.reason)
            seat = take_seat(desk, night, planned, step, history, shop.claim)
            if seat.tier is None:
                return Built(status=IssueStatus.PARKED, reason=seat.reason)
            history = (*history, attempt_once(shop, step, seat, seat.tier, history))
    finally:
        shop.close()


def _next(shop: Workshop, history: tuple[Attempt, ...]) -> Step:
    if why := stopped(shop.desk, shop.night.id):
        return Step(None, why, parked=True)
    if history and (why := out_of_gate_time(shop)):  # a builder would be paid for what no gate looks at
        return Step(None, f"{why}; attempt {len(history)} was {history[-1].outcome}: {history[-1].reason}")
    attempt = shop.attempt_id(shop.attempts_before + len(history) + 1)
    situation = steered(
        shop.desk, shop.night, survey(shop.desk, shop.night, shop.planned.tokens_needed), attempt
    )
    return next_step(history, shop.planned.base_tier, situation)


def _keep(shop: Workshop, change: Change, why: str, asked: Wanted = NOBODY) -> Built:
    night, planned = shop.night, shop.planned
    change = replace(change, branch=shop.branch)
    shop.desk.claims.renew(shop.claim, LEASE_SECONDS)  # whoever lost the issue keeps nothing
    shop.desk.records.keep_change(
        night.repository.node_id,
        Kept(night.id, planned.number, change, planned.body_sha256, night.order.dry_run, None),
    )
    failpoint("keep.after_change")
    shop.desk.ledger.append(
        night.event(
            EventType.CHANGE_BUILT,
            f"#{planned.number}: {len(change.files)} files changed on {change.base.ref}",
            issue=planned.number,
            metadata={
                "branch": change.branch,
                "head_sha": change.head_sha,
                "base_ref": change.base.ref,
                "base_sha": change.base.sha,
                "bundle": change.bundle,
                "files": list(change.files),
                "reason": why,
                "awaits": [to_document(finding) for finding in asked.findings],
                "round": shop.round,
                "labels": list(shop.commands.labels),
            },
        ),
        claim=shop.claim,
    )
    failpoint("keep.after_event")
    return Built(change, reason=why)
