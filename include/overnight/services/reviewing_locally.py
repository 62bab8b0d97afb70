"""Ask the reviewing model about a change on this machine, with a purse of its own and no ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..domain.attempts import Situation
from ..domain.changes import Usage
from ..domain.criteria import criteria
from ..domain.errors import FailureKind, ModelFailure, OverBudget, SettingsError, Transient
from ..domain.healing import HealingStep, Ladder, after_failure
from ..domain.models import Tier, TierFacts
from ..domain.reviewing import Review, ReviewBrief
from ..domain.sanitizing import sanitize
from ..ports import Advisor, Case, Clock
from .reviewing import no_opinion, reviewers, shown

_DIFF_SHOWN, _UNKNOWN_WINDOW = 200_000, 32_000
_TRIES = 2


@dataclass(frozen=True, slots=True)
class LocalReviewer:
    """The reviewing model as settings configure it.

    :param available: tier → "" when it is usable, else why it is not.
    :param wanted: the tier that settings name, "" for any.
    :param purse_usd: the most one judgement may cost.
    """

    advisor: Advisor
    clock: Clock
    available: Mapping[str, str]
    facts: Mapping[str, TierFacts]
    wanted: str = ""
    purse_usd: Decimal = Decimal(1)

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that are asked, best first; SettingsError says why there is none."""
        tiers, why = reviewers(self.available, self.facts, "", self.wanted)
        if not tiers:
            reasons = "; ".join(f"{tier}: {said}" for tier, said in self.available.items() if said)
            raise SettingsError(f"{why} ({reasons}): leave --review out, or set up a model")
        return tiers[:_TRIES]

    def ask(self, case: Case) -> tuple[Review | None, str]:
        """Return a model's opinion of the case, or None and why there is none."""
        purse, why, unusable = _Purse(self.purse_usd), "", None
        for tier in self.tiers:
            facts = self.facts.get(tier)
            room = min(_DIFF_SHOWN, (facts.window if facts else None) or _UNKNOWN_WINDOW)
            ladder = Situation(self.available).ladder()
            healer = _Patience(self.clock, Tier(tier), ladder)
            try:
                review = self.advisor.review(tier, _brief(case, room), purse, healer)
            except (ModelFailure, OverBudget, Transient, SettingsError) as error:
                why = f"no reviewing model: {tier}: {error}"
                unusable = no_opinion(tier, error) or unusable
            else:
                return replace(review, tier=tier), f"reviewed by {tier}"
        return unusable, why


def _brief(case: Case, room: int) -> ReviewBrief:
    return ReviewBrief(
        title=sanitize(case.issue.title),
        body=sanitize(case.issue.body),
        criteria=criteria(case.issue),
        diff=shown(case.diff, room),
        instructions=case.instructions,
    )


@dataclass(slots=True)
class _Purse:
    """A budget that lives as long as the judgement."""

    limit: Decimal
    booked: dict[str, Decimal] = field(default_factory=dict)

    def reserve(self, usd: Decimal) -> str:
        if sum(self.booked.values(), Decimal(0)) + usd > self.limit:
            raise OverBudget(f"a review may cost ${self.limit:.2f} (limits.attempt_usd)")
        name = str(len(self.booked))
        self.booked[name] = usd
        return name

    def settle(self, reservation: str, usage: Usage) -> None:
        self.booked[reservation] = usage.cost_usd


@dataclass(slots=True)
class _Patience:
    """Waits and tries again as the healing table says; nothing is on record."""

    clock: Clock
    tier: Tier
    ladder: Ladder
    seen: Counter[FailureKind] = field(default_factory=Counter)

    def treat(self, failure: ModelFailure) -> HealingStep:
        self.seen[failure.kind] += 1
        return after_failure(
            failure.kind,
            self.seen[failure.kind],
            self.tier,
            self.ladder,
            retry_after=failure.retry_after,
        )

    def answered(self) -> None:
        self.seen.clear()

    def rest(self, seconds: float) -> None:
        self.clock.sleep(seconds)
