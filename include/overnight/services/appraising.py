"""Appraise the ladder for the doctor: usable, fitting, priced, within the quota, and none dominated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..domain.errors import SettingsError
from ..domain.estimating import tokens_needed
from ..domain.fitting import dominating, misfit
from ..domain.issues import split_full_name
from ..domain.merge_policy import MergePolicy
from ..domain.models import LADDER, Tier, TierFacts
from ..domain.orders import Limits
from ..ports import Desk
from .preflight import guarding_rules, obstacles


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `detail` names the fix when it is not in order.

    :param caution: it passed, and yet somebody should look at it.
    """

    name: str
    passed: bool
    detail: str
    caution: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is examined.

    :param repositories: full names.
    :param cautions: what the settings say that is allowed and yet not what somebody meant.
    """

    repositories: Sequence[str] = ()
    cautions: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    allow_unknown_prices: bool = False
    merge_policies: Mapping[str, str] = field(default_factory=dict)
    """Full name → leave, auto_merge or enqueue."""


def usable_tiers(desk: Desk) -> str:
    """Say which tiers can be used; ValueError when none can."""
    tiers = desk.available_tiers()
    if not any(tiers.get(tier) == "" for tier in LADDER) and tiers.get("local-builder") != "":
        raise ValueError("; ".join(f"{tier}: {why}" for tier, why in tiers.items()))
    return "; ".join(f"{tier}: {why or 'ready'}" for tier, why in tiers.items())


def fitting_tiers(desk: Desk, asked: Asked) -> str:
    """Say which tiers an ordinary issue fits; an issue that fits none would be built on hope."""
    facts, needed = desk.tier_facts(), tokens_needed(0, 1)
    unfit = {
        tier: misfit(tier, facts, needed, allow_unknown_prices=asked.allow_unknown_prices)
        for tier in (*LADDER, Tier.LOCAL_BUILDER)
        if tier in facts
    }
    fitting = [tier for tier, why in unfit.items() if not why]
    if not fitting:
        why = "; ".join(f"{tier}: {why}" for tier, why in unfit.items()) or "no model is named"
        raise SettingsError(f"no base tier fits ({why}): put other models behind the labels in [models]")
    return f"issues of {needed} tokens fit {', '.join(fitting)}"


def known_prices(desk: Desk, asked: Asked) -> str:
    """Say whether every price is known; SettingsError when one is not and settings do not allow it."""
    unknown = [tier for tier, facts in desk.tier_facts().items() if not facts.priced]
    if not unknown:
        return "known for every tier"
    if asked.allow_unknown_prices:
        return f"unknown for {', '.join(unknown)}, which settings allow"
    keys = ", ".join(f'models."{tier}"' for tier in unknown)
    raise SettingsError(
        f"nobody knows what {', '.join(unknown)} costs: set input_usd_per_mtok and output_usd_per_mtok "
        f"of {keys} (0 for a local model), or allow_unknown_prices = true"
    )


def used_quota(desk: Desk, limits: Limits) -> str:
    """Say how many escalations are used."""
    use = desk.quota.use()
    return (
        f"{use.daily} of {limits.escalations_per_day} escalations used today (UTC), {use.hourly} of "
        f"{limits.escalations_per_hour} this hour, {use.concurrent} of {limits.escalations_at_once} at once"
    )


def looks(desk: Desk, asked: Asked) -> Iterator[Check]:
    """Yield what works and yet deserves a look; a part that fails is told by its own check."""
    for text in asked.cautions:
        yield Check("settings", True, text, caution=True)
    for name, policy in asked.merge_policies.items():
        yield from _ways_to_merge(desk, name, MergePolicy(policy))
    try:
        throttled, facts = desk.quota.throttled(), desk.tier_facts()
    except Exception as error:  # noqa: BLE001  as above
        yield Check("throttle", False, str(error) or repr(error))
        return
    told = (
        f"open: {'; '.join(throttled)}: escalations that need agreement are refused"
        if throttled
        else "closed"
    )
    yield Check("throttle", True, told, caution=bool(throttled))
    yield from _dominated(facts)


def _ways_to_merge(desk: Desk, full_name: str, policy: MergePolicy) -> Iterator[Check]:
    """Yield what keeps pull requests from being merged as settings say, each with its fix."""
    try:
        repository = desk.tracker.repository(*split_full_name(full_name))
        rules = guarding_rules(desk, repository, repository.default_branch)
        found = obstacles(desk, repository, rules, policy)
    except Exception:  # noqa: BLE001  the checks of token and repository say what is wrong
        return
    for finding in found:
        yield Check(f"merging {full_name}", True, finding.sentence(), caution=True)


def _dominated(facts: Mapping[str, TierFacts]) -> Iterator[Check]:
    for tier in LADDER:
        if above := dominating(tier, facts):
            yield Check(
                f"tier {tier}",
                True,
                f"{facts[tier].model} is dearer and smaller than {facts[above].model} ({above}), which takes "
                f'its place: put another model behind [models."{tier}"]',
                caution=True,
            )
