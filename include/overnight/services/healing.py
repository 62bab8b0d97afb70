"""Heal an attempt from inside: ask the healing table, write down what it says, then let it be done."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..domain.errors import FailureKind, ModelFailure
from ..domain.events import EventType, Severity
from ..domain.healing import ENDPOINTS_OWN, STAYING, TREATMENTS, HealingStep, Ladder, after_failure
from ..domain.models import LADDER, Tier
from ..ports import Desk
from .reading import OpenNight
from .stopping import Stopped, stopped_at_once

PASSING = frozenset({FailureKind.TRANSPORT, FailureKind.RATE_LIMIT, FailureKind.TIMEOUT})
"""Kinds that an answer ends; the others (a nudge, a compaction) are given once an attempt."""
SLICE_SECONDS = 5.0
_TIERS = (*LADDER, Tier.LOCAL_BUILDER)
_UNAVAILABLE = "unavailable/{night}/{tier}"


@dataclass(slots=True)
class AttemptHealer:
    """The healer of one attempt on one tier.

    :param ladder: the tiers of this moment, to say in the record where the issue goes on.
    :param jitter: rolls 0 to 1; lengthens a backoff by up to a half.
    """

    desk: Desk
    night: OpenNight
    issue: int
    attempt: str
    tier: Tier
    ladder: Ladder
    jitter: Callable[[], float] = random.random
    seen: Counter[FailureKind] = field(default_factory=Counter)
    _endpoint: str | None = None
    _unproven: bool = True

    def treat(self, failure: ModelFailure) -> HealingStep:
        """Return the next step, after it is written down; a model that is gone stays out for the night."""
        self.seen[failure.kind] += 1
        self._unproven = True
        step = self._step(failure)
        self._record(failure, step)
        if step.remember:
            self._keep_out(failure)
        return step

    def answered(self) -> None:
        """Forget the passing failures; the first answer after one closes the endpoint's breaker."""
        for kind in PASSING:
            del self.seen[kind]
        if self._unproven and self.endpoint:
            self.desk.circuits.answered(self.endpoint)
        self._unproven = False

    def rest(self, seconds: float) -> None:
        """Sleep in slices; Stopped when a person ended the night at once meanwhile."""
        left = seconds
        while left > 0:
            self.desk.clock.sleep(min(SLICE_SECONDS, left))
            left -= SLICE_SECONDS
            if why := stopped_at_once(self.desk, self.night.id):
                raise Stopped(why)

    @property
    def endpoint(self) -> str:
        """Address of the tier's server, "" when settings name none."""
        if self._endpoint is None:
            facts = self.desk.tier_facts().get(str(self.tier))
            self._endpoint = facts.endpoint if facts else ""
        return self._endpoint

    def _step(self, failure: ModelFailure) -> HealingStep:
        why_at_once = self._breaker(failure)
        if not self.night.order.enable_auto_heal:
            why_at_once = "auto-heal is off"
        spent = TREATMENTS[failure.kind].times + 1
        step = after_failure(
            failure.kind,
            max(self.seen[failure.kind], spent) if why_at_once else self.seen[failure.kind],
            self.tier,
            self.ladder,
            retry_after=failure.retry_after,
            jitter=self.jitter(),
        )
        if not why_at_once:
            return step
        return HealingStep(
            step.action, step.tier, f"{step.reason} ({why_at_once})", tag=step.tag, remember=step.remember
        )

    def _breaker(self, failure: ModelFailure) -> str:
        """Count the failure against its endpoint; return why nothing should be sent there now."""
        if not self.endpoint:
            return ""
        if self.desk.circuits.failed(self.endpoint, str(failure.kind)):
            return f"the endpoint of {self.tier} fails again and again"
        return self.desk.circuits.why_open(self.endpoint) if failure.kind in ENDPOINTS_OWN else ""

    def _record(self, failure: ModelFailure, step: HealingStep) -> None:
        to = f", to {step.tier}" if step.tier and step.action not in STAYING else ""
        wait = f" in {step.wait_seconds:.1f} s" if step.wait_seconds is not None else ""
        self.desk.ledger.append(
            self.night.event(
                EventType.AUTO_HEAL,
                f"#{self.issue}: {failure.kind} on {self.tier}: {step.action}{wait}{to}",
                severity=Severity.INFO if step.action in STAYING else Severity.WARNING,
                issue=self.issue,
                attempt=self.attempt,
                metadata={
                    "kind": str(failure.kind),
                    "seen": self.seen[failure.kind],
                    "action": str(step.action),
                    "tier": str(self.tier),
                    "to": str(step.tier) if step.tier else None,
                    "wait_seconds": step.wait_seconds,
                    "retry_after": failure.retry_after,
                    "reason": step.reason,
                    "failure": str(failure),
                },
            )
        )

    def _keep_out(self, failure: ModelFailure) -> None:
        keep_out(self.desk, self.night, self.tier, failure, issue=self.issue, attempt=self.attempt)


def keep_out(
    desk: Desk, night: OpenNight, tier: Tier, failure: ModelFailure, *, issue: int, attempt: str = ""
) -> None:
    """Remember for the rest of the night that a tier cannot be used, and why; said once a night.

    Outside a night there is no end to it, so nothing is remembered.
    """
    if not night.id:
        return
    key = _UNAVAILABLE.format(night=night.id, tier=tier)
    if desk.records.recall(key) is not None:
        return
    desk.records.remember(key, {"kind": str(failure.kind), "reason": str(failure), "issue": issue})
    desk.ledger.append(
        night.event(
            EventType.MODEL_UNAVAILABLE,
            f"{tier} stays out for this night: {failure}",
            severity=Severity.WARNING,
            issue=issue,
            attempt=attempt,
            metadata={"tier": str(tier), "kind": str(failure.kind), "reason": str(failure)},
        )
    )


def unavailable_tiers(desk: Desk, night_id: str) -> Mapping[str, str]:
    """Return tier → reason for every tier that stays out for the rest of the night."""
    kept = {tier: desk.records.recall(_UNAVAILABLE.format(night=night_id, tier=tier)) for tier in _TIERS}
    return {str(tier): str(row["reason"]) for tier, row in kept.items() if row}
