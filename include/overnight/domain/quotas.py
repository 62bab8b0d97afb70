"""Whether an escalation is allowed now: limits by day, hour and at once, and the throttle before them.

Days are calendar days in UTC; the hour slides and ends now; a slot is held until its lease ends. Facts
come in, a decision goes out: the ledger's database counts, and holds a lock while this decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from .approvals import OVERRIDE, Approval, word_on
from .justification import Agreement, approval_of
from .milestones import aware
from .orders import Limits, QuotaCap, ThrottleRules


class Counts(Protocol):
    """Escalations counted now; exempt ones only in `concurrent`."""

    @property
    def daily(self) -> int: ...
    @property
    def hourly(self) -> int: ...
    @property
    def concurrent(self) -> int: ...


class Exemption(StrEnum):
    """Why an escalation is neither counted in nor refused by the daily and hourly limits."""

    RULE = "mandated_tier"
    CRITICAL_FAILURE = "critical_system_failure"
    SECURITY = "security_vulnerability"
    DATA_INTEGRITY = "data_integrity"
    GOVERNANCE = "governance_violation"
    ADMIN = "admin_override"


_CRITICAL = "critical critical-system-failure critical-failure system-failure outage incident sev0 sev1 s0 p0"
_SECURITY = "security security-vulnerability security-issue security-bug security-fix vulnerability cve"
_DATA = "data-integrity data-loss data-corruption data-integrity-issue dataloss corruption"
_GOVERNANCE = "governance-violation compliance-violation policy-violation"

EXEMPTIONS: Mapping[str, Exemption] = {
    name: exemption
    for names, exemption in (
        (_CRITICAL, Exemption.CRITICAL_FAILURE),
        (_SECURITY, Exemption.SECURITY),
        (_DATA, Exemption.DATA_INTEGRITY),
        (_GOVERNANCE, Exemption.GOVERNANCE),
    )
    for name in names.split()
}
"""Label → exemption. People with a role set labels; title and body are anybody's, and prove nothing."""

_FAMILY = re.compile(r"(?:type|kind|category|impact|severity|sev|priority|prio|status)[:/=-]+")
"""What may stand before a label's own name ("kind/security"); an area or component proves no danger."""
_SEVERITY = re.compile(r"s(?:ev(?:erity)?)?[:/=-]*([01])")


def exemption_of(labels: Iterable[str]) -> tuple[Exemption, str] | None:
    """Return the exemption that an issue's labels prove, with the evidence as a sentence; None without one.

    Of several, the one that stands first in `Exemption` wins.
    """
    proved = [(found, label) for label in labels if (found := EXEMPTIONS.get(_own_name(label)))]
    if not proved:
        return None
    order = list(Exemption)
    exemption, label = min(proved, key=lambda pair: (order.index(pair[0]), pair[1]))
    return exemption, f"{exemption.value.replace('_', ' ')}: the issue is labelled `{label.strip()}`"


def override_of(
    words: Iterable[Approval], repository: str, issue: int, now: datetime
) -> tuple[Exemption, str] | None:
    """Return an administrator's override of the quota with who, why and until when; None without one.

    A word without an end overrides nothing.
    """
    word = word_on(words, repository, issue, f"{OVERRIDE}:quota", now)
    if word is None or not word.granted or word.until is None:
        return None
    until = f"{aware(word.until):%Y-%m-%d %H:%M} UTC"
    return Exemption.ADMIN, f"admin override by {word.who} until {until}: {word.why}"


@dataclass(frozen=True, slots=True)
class QuotaDecision:
    """Whether an escalation may run.

    :param wait: it is only the slots at once that are taken, and an exempt escalation waits for one.
    :param review: it belongs in the morning's review queue.
    :param left: escalations left before the next limit, this one taken off.
    """

    allowed: bool
    reason: str
    wait: bool = False
    review: bool = False
    left: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """What is counted against one set of limits, and whose they are ("" the organization's)."""

    use: Counts
    day: int
    hour: int
    at_once: int
    whose: str = ""

    @property
    def left(self) -> int:
        """Escalations left before a limit."""
        return max(0, min(self.day - self.use.daily, self.hour - self.use.hourly))

    @property
    def full(self) -> str:
        """Why no slot is free, "" when one is."""
        taken = self.use.concurrent >= self.at_once
        return f"all {self.at_once} escalations at once{self.whose} are taken" if taken else ""

    @property
    def spent(self) -> str:
        """Which limit of day or hour is reached, "" when none is."""
        if self.use.daily >= self.day:
            return f"{self.use.daily} of {self.day} escalations{self.whose} used today (UTC)"
        if self.use.hourly >= self.hour:
            return f"{self.use.hourly} of {self.hour} escalations{self.whose} used within the hour"
        return ""


def bounds(
    use: Counts, limits: Limits, cap: QuotaCap | None = None, own: Counts | None = None
) -> tuple[Bound, ...]:
    """Return every set of limits that binds: the organization's, and a repository's cap on its own use."""
    shared = Bound(use, limits.escalations_per_day, limits.escalations_per_hour, limits.escalations_at_once)
    if cap is None:
        return (shared,)
    return (shared, Bound(own or use, cap.daily, cap.hourly, cap.concurrent, " of this repository"))


def decide(
    binding: tuple[Bound, ...],
    *,
    tag: str,
    exempt: str = "",
    approved: bool = False,
    throttled: tuple[str, ...] = (),
) -> QuotaDecision:
    """Return whether one more escalation is allowed.

    :param binding: from `bounds`.
    :param exempt: the evidence for an exemption, "" without one.
    :param approved: a person approved this escalation beforehand.
    :param throttled: why escalations are throttled now.
    """
    agreement = approval_of(tag)
    left = min(bound.left for bound in binding)
    if agreement is None:
        return QuotaDecision(False, f"no escalation without a justification tag (given: {tag or 'none'})")
    if agreement is Agreement.EXPLICIT and not approved:
        return QuotaDecision(False, f"tag {tag} needs a person's approval beforehand, and there is none")
    review = agreement is Agreement.REVIEW and not approved
    if full := next((bound.full for bound in binding if bound.full), ""):
        worth_waiting = bool(exempt) and all(bound.at_once > 0 for bound in binding)
        return QuotaDecision(False, f"quota_exhausted: {full}", wait=worth_waiting, left=left)
    if exempt:
        reason = f"exempt from the daily and hourly quota ({exempt})"
        return QuotaDecision(True, reason, review=review, left=left)
    if spent := next((bound.spent for bound in binding if bound.spent), ""):
        return QuotaDecision(False, f"quota_exhausted: {spent}")
    if throttled and agreement is not Agreement.AUTO:
        reason = f"throttled, and {tag} is not auto-approved: {'; '.join(throttled)}"
        return QuotaDecision(False, reason, left=left)
    reason = f"{tag}, {left - 1} left before the next limit"
    return QuotaDecision(True, reason, review=review, left=left - 1)


@dataclass(frozen=True, slots=True)
class ThrottleFacts:
    """What the throttle is decided by, of the whole organization.

    :param failed_last_hour: escalations that were released within the hour and not accepted.
    :param average_cost: dollars an issue that money was spent on within 24 hours.
    """

    daily: int = 0
    hourly: int = 0
    failed_last_hour: int = 0
    average_cost: Decimal = Decimal(0)


def throttled_by(
    was_open: bool, facts: ThrottleFacts, limits: Limits, rules: ThrottleRules
) -> tuple[str, ...]:
    """Return why escalations are throttled now, empty when they are not.

    Once open, it stays so until every trigger is clear by a margin, see `eased`.
    """
    return throttle_triggers(facts, limits, eased(rules) if was_open else rules)


def eased(rules: ThrottleRules) -> ThrottleRules:
    """Return the thresholds below which an open throttle closes.

    Shares fall by 10 points (by half where that is less), failures to a third, the average cost by a
    tenth. A threshold of nothing holds back for ever, and stays what it is.
    """
    return replace(
        rules,
        daily_share=_lower(rules.daily_share),
        hourly_share=_lower(rules.hourly_share),
        failed_last_hour=min(rules.failed_last_hour, rules.failed_last_hour // 3 + 1),
        average_cost_usd=rules.average_cost_usd * Decimal("0.9"),
    )


def throttle_triggers(facts: ThrottleFacts, limits: Limits, rules: ThrottleRules) -> tuple[str, ...]:
    """Return which of the four triggers apply, in words."""
    day, hour = limits.escalations_per_day, limits.escalations_per_hour
    rows = (
        (facts.daily >= _exact(rules.daily_share) * day, f"{facts.daily} of {day} escalations today"),
        (
            facts.hourly >= _exact(rules.hourly_share) * hour,
            f"{facts.hourly} of {hour} escalations this hour",
        ),
        (
            facts.failed_last_hour >= rules.failed_last_hour,
            f"{facts.failed_last_hour} escalations failed within the hour",
        ),
        (
            facts.average_cost > rules.average_cost_usd,
            f"${facts.average_cost:.2f} an issue on average, more than ${rules.average_cost_usd:.2f}",
        ),
    )
    return tuple(reason for applies, reason in rows if applies)


def day_start(now: datetime) -> datetime:
    """Return the start of the UTC day; the daily count begins there."""
    return aware(now).replace(hour=0, minute=0, second=0, microsecond=0)


def hour_start(now: datetime) -> datetime:
    """Return the start of the sliding hour that ends now, in UTC; what lies after it counts."""
    return aware(now).astimezone(UTC) - timedelta(hours=1)


def _own_name(label: str) -> str:
    """Return a label as the table has it: lower case, hyphens, without its family."""
    plain = re.sub(r"[\s_-]+", "-", re.sub(r"\s*([:/=])\s*", r"\1", label.strip().lower()))
    if found := _SEVERITY.fullmatch(plain):
        return f"sev{found[1]}"
    return _FAMILY.sub("", plain, count=1) if _FAMILY.match(plain) else plain


def _lower(share: float) -> float:
    return float(max(_exact(share) - Decimal("0.1"), _exact(share) / 2))


def _exact(share: float) -> Decimal:
    # 0.55 of 20 is 11, and not a little more.
    return Decimal(str(share))
