"""Whether an escalation is allowed now: limits by day, hour and at once, and the throttle before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from .justification import Approval, approval_of
from .milestones import aware
from .orders import Limits


class Counts(Protocol):
    """Escalations counted now; exempt ones only in `concurrent`."""

    @property
    def daily(self) -> int: ...
    @property
    def hourly(self) -> int: ...
    @property
    def concurrent(self) -> int: ...


@dataclass(frozen=True, slots=True)
class ThrottleRules:
    """When escalations that need agreement are held back."""

    daily_share: float = 0.8
    """Share of the day's limit, 0 to 1."""
    hourly_share: float = 0.8
    failed_last_hour: int = 3
    average_cost_usd: Decimal = Decimal(2)
    """Average dollars a task over the last 24 hours; more than this throttles."""


class Exemption(StrEnum):
    """Why an escalation is neither counted in nor refused by the daily and hourly limits."""

    RULE = "mandated_tier"
    CRITICAL_FAILURE = "critical_system_failure"
    SECURITY = "security_vulnerability"
    DATA_INTEGRITY = "data_integrity"
    GOVERNANCE = "governance_violation"
    ADMIN = "admin_override"


@dataclass(frozen=True, slots=True)
class AdminOverride:
    """An administrator's word that limits do not bind for a while."""

    who: str
    why: str
    until: datetime

    def in_force(self, now: datetime) -> bool:
        """Return whether it still holds; one without a name or a reason never does."""
        return bool(self.who.strip() and self.why.strip()) and aware(now) < aware(self.until)


@dataclass(frozen=True, slots=True)
class QuotaDecision:
    """Whether an escalation may run.

    :param wait: it is only the slots at once that are taken, and an exempt escalation waits for one.
    :param review: it belongs in the morning's review queue.
    """

    allowed: bool
    reason: str
    wait: bool = False
    review: bool = False


def decide(
    use: Counts,
    limits: Limits,
    *,
    tag: str,
    exempt: bool = False,
    failed_last_hour: int = 0,
    average_cost: Decimal = Decimal(0),
    approved: bool = False,
    throttle: ThrottleRules | None = None,
) -> QuotaDecision:
    """Return whether one more escalation is allowed; facts only, the database enforces it.

    :param failed_last_hour: escalations that failed within the last hour.
    :param average_cost: dollars a task, average over the last 24 hours.
    :param approved: whether a person approved this escalation beforehand.
    """
    approval = approval_of(tag)
    if approval is None:
        return QuotaDecision(False, f"no escalation without a justification tag (given: {tag or 'none'})")
    if approval is Approval.EXPLICIT and not approved:
        return QuotaDecision(False, f"tag {tag} needs a person's approval beforehand, and there is none")
    if use.concurrent >= limits.escalations_at_once:
        taken = f"all {limits.escalations_at_once} escalations at once are taken"
        return QuotaDecision(False, f"quota_exhausted: {taken}", wait=exempt)
    if exempt:
        return QuotaDecision(True, f"exempt from the daily and hourly quota ({tag})")
    if spent := _spent(use, limits):
        return QuotaDecision(False, f"quota_exhausted: {spent}")
    triggers = throttle_triggers(use, limits, throttle or ThrottleRules(), failed_last_hour, average_cost)
    if triggers and approval is not Approval.AUTO:
        return QuotaDecision(False, f"throttled, and {tag} is not auto-approved: {'; '.join(triggers)}")
    left = min(limits.escalations_per_day - use.daily, limits.escalations_per_hour - use.hourly)
    return QuotaDecision(
        True, f"{tag}, {left} left before the next limit", review=approval is Approval.REVIEW
    )


def throttle_triggers(
    use: Counts, limits: Limits, rules: ThrottleRules, failed_last_hour: int, average_cost: Decimal
) -> tuple[str, ...]:
    """Return why escalations are throttled now, empty when they are not."""
    rows = (
        (
            use.daily >= rules.daily_share * limits.escalations_per_day,
            f"{use.daily} of {limits.escalations_per_day} escalations today",
        ),
        (
            use.hourly >= rules.hourly_share * limits.escalations_per_hour,
            f"{use.hourly} of {limits.escalations_per_hour} escalations this hour",
        ),
        (
            failed_last_hour >= rules.failed_last_hour,
            f"{failed_last_hour} escalations failed within the hour",
        ),
        (
            average_cost > rules.average_cost_usd,
            f"${average_cost:.2f} a task on average, more than ${rules.average_cost_usd:.2f}",
        ),
    )
    return tuple(reason for applies, reason in rows if applies)


def day_start(now: datetime) -> datetime:
    """Return the start of the UTC day; the daily count begins there."""
    return aware(now).replace(hour=0, minute=0, second=0, microsecond=0)


def hour_start(now: datetime) -> datetime:
    """Return the start of the sliding hour that ends now, in UTC."""
    return aware(now).astimezone(UTC) - timedelta(hours=1)


def _spent(use: Counts, limits: Limits) -> str:
    if use.daily >= limits.escalations_per_day:
        return f"{use.daily} of {limits.escalations_per_day} escalations used today (UTC)"
    if use.hourly >= limits.escalations_per_hour:
        return f"{use.hourly} of {limits.escalations_per_hour} escalations used within the hour"
    return ""
