"""Choose an issue's base tier: by rule, then by what fits, then by what the repository's history says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..domain.estimating import selection_context, tokens_needed
from ..domain.fitting import fit_tier, misfit
from ..domain.issues import Issue
from ..domain.learning import advise, draw
from ..domain.models import ModelSelectionResult, Tier, TierFacts, is_escalation, select_model
from ..domain.orders import NightOrder
from ..domain.plans import Classification
from ..domain.track_records import Trial
from ..ports import Desk, QuotaUse
from .learning import trials


@dataclass(frozen=True, slots=True)
class TierChoice:
    """What was chosen, and each step that led there.

    :param fit: why the rule's tier gave way, "" when it fits.
    :param learning: what history said.
    """

    result: ModelSelectionResult
    by_rule: ModelSelectionResult
    tokens_needed: int
    fit: str
    learning: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """Everything that the choices of one night share, looked up once.

    :param usable: tiers that are available and that the night's switches allow.
    :param quota_left: escalations left before the next limit, when the chooser was made.
    """

    order: NightOrder
    facts: Mapping[str, TierFacts]
    usable: frozenset[str]
    history: tuple[Trial, ...]
    quota_left: int

    def choose(self, issue: Issue, classified: Classification, files: int, now: datetime) -> TierChoice:
        """Return the base tier of an issue.

        :param files: how many files of the repository the issue names.
        """
        context = selection_context(issue, classified, files, now)
        by_rule = select_model(context, self.order.model_rules)
        needed = tokens_needed(len(issue.title) + len(issue.body), files)
        fitted = fit_tier(
            by_rule, self.facts, needed, self.usable, allow_unknown_prices=self.order.allow_unknown_prices
        )
        advised, told = advise(
            fitted,
            (str(classified.sequence_type), str(classified.complexity)),
            self.history,
            self.order.learning,
            usable=self._fitting(needed),
            drawn=draw(self.order.night, issue.number),
            quota_left=self.quota_left,
            mandated=by_rule.exempt,
        )
        advised = replace(advised, considered=(*advised.considered, f"history: {told}"))
        return TierChoice(advised, by_rule, needed, self._why_unfit(by_rule.selected_model, needed), told)

    def _fitting(self, needed: int) -> frozenset[str]:
        return frozenset(tier for tier in self.usable if not self._why_unfit(tier, needed))

    def _why_unfit(self, tier: str, needed: int) -> str:
        return misfit(tier, self.facts, needed, allow_unknown_prices=self.order.allow_unknown_prices)


def make_chooser(desk: Desk, order: NightOrder, repository: str, now: datetime) -> Chooser:
    """Look up tiers, history and quota once for a night's choices.

    :param repository: GitHub node id.
    """
    available = desk.available_tiers()
    usable = frozenset(
        tier
        for tier in Tier
        if available.get(tier) == "" and (order.enable_model_escalation or not is_escalation(tier))
    )
    history = trials(desk, repository, now, order.learning) if order.learning.enabled else ()
    return Chooser(order, desk.tier_facts(), usable, history, quota_left(desk, order, repository))


def quota_left(desk: Desk, order: NightOrder, repository: str) -> int:
    """Return escalations left before the organization's or the repository's next limit."""
    limits, cap = order.limits, order.quota_cap
    left = [_left(desk.quota.use(), limits.escalations_per_day, limits.escalations_per_hour)]
    if cap is not None:
        left.append(_left(desk.quota.use(repository), cap.daily, cap.hourly))
    return max(0, min(left))


def _left(use: QuotaUse, daily: int, hourly: int) -> int:
    return min(daily - use.daily, hourly - use.hourly)
