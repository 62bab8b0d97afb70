"""Admit a night, or end it as skipped with the reason on record."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..documents import to_document
from ..domain.errors import OvernightError, SandboxUnavailable
from ..domain.events import EventQuery, EventType, Severity
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..failpoints import failpoint
from ..ports import Desk
from .desktop_reports import why_out_of_sync
from .reading import OpenNight, latest, once

FIRST_NIGHT_ISSUES = 3


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether the night goes on, and why not."""

    admitted: bool
    reason: str = ""


def admit_night(
    desk: Desk, order: NightOrder, repository: Repository, *, refusal: str = "", first_is_dry: bool = False
) -> Admission:
    """Check what a night needs, store its order as the snapshot of all later steps, and say yes or no.

    :param refusal: why the settings refuse this night ("" when they do not).
    :param first_is_dry: nobody said how to run, so a repository's first night is a small dry run.
    """
    if latest(desk, order.night, EventType.OVERNIGHT_EXECUTION_STARTED):
        return Admission(True, "already admitted")
    if first_is_dry and not _attempted_before(desk, repository):
        few = min(order.plan.max_issues, FIRST_NIGHT_ISSUES)
        order = replace(order, dry_run=True, plan=replace(order.plan, max_issues=few))
    night = OpenNight(order, repository)
    refusal = refusal or _refusal(desk, night)
    if refusal:
        skip_night(desk, night, refusal)
        return Admission(False, refusal)
    desk.records.remember(f"sharer/{repository.node_id}", {"name": order.full_name})
    desk.ledger.append(
        night.event(
            EventType.OVERNIGHT_EXECUTION_STARTED,
            f"Night of {order.full_name} started ({order.trigger}{', dry run' if order.dry_run else ''})",
            id=once(order.night, EventType.OVERNIGHT_EXECUTION_STARTED),
            metadata={
                "full_name": order.full_name,
                "trigger": order.trigger,
                "order": to_document(order),
                "repository": to_document(repository),
            },
        )
    )
    failpoint("admit.after_started")
    return Admission(True)


def _attempted_before(desk: Desk, repository: Repository) -> bool:
    """A repository has had its first night once an attempt was made on one of its issues."""
    query = EventQuery(types=(EventType.ATTEMPT_FINISHED,), repository=repository.node_id, limit=1)
    return bool(desk.ledger.events(query))


def skip_night(desk: Desk, night: OpenNight, reason: str, severity: Severity = Severity.WARNING) -> None:
    """Record that the night did not take place, and why."""
    desk.ledger.append(
        night.event(
            EventType.OVERNIGHT_EXECUTION_SKIPPED,
            reason,
            severity=severity,
            metadata={
                "full_name": night.order.full_name,
                "trigger": night.order.trigger,
                "order": {"logical_date": told.isoformat() if (told := night.order.logical_date) else None},
            },
        )
    )


def _refusal(desk: Desk, night: OpenNight) -> str:
    limits = night.order.limits
    spent = desk.budgets.spent()
    if spent >= limits.month_usd:
        return f"budget: ${spent:.2f} of this month's ${limits.month_usd} is spent; raise limits.month_usd"
    if night.repository.archived:
        return f"{night.order.full_name} is archived: nothing can be published there"
    if night.repository.head_sha is None:
        return f"{night.order.full_name} is empty: push a first commit to {night.repository.default_branch}"
    if night.order.plan_only:
        return ""
    if why := why_out_of_sync(desk, night.order.full_name, night.order.required_desktops):
        return why
    try:
        desk.sandbox.self_test()
    except SandboxUnavailable as error:
        return f"sandbox_unavailable: {error}"
    except OvernightError as error:
        return f"sandbox_unavailable: its self-test failed: {error}"
    return ""
