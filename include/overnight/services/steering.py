"""Before an attempt: the tiers that may build it, as the builder's kind and the state of its service say."""

from __future__ import annotations

from dataclasses import replace

from ..domain.attempts import Situation
from ..domain.desktops import Finding, Health, health_of
from ..domain.errors import ModelFailure
from ..domain.healing import TIERS_OWN
from ..domain.models import ENTRY_TIER, LADDER, Tier
from ..domain.switching import Primary, primary_of
from ..ports import Desk
from .reading import OpenNight
from .switching import builder_health, choose_builder, record_turned_away, switch_if_due

LOCAL = "local"
"""The builder that works on the desktop's own model."""


def builder_name(night: OpenNight, tier: Tier) -> str:
    """Return the name of the builder of an attempt: what rests on no tier gives way to the local one."""
    elsewhere = primary_of(night.order.builder_kind) is Primary.COPILOT
    return LOCAL if elsewhere and tier is Tier.LOCAL_BUILDER else night.order.builder


def needs_no_tier(night: OpenNight, tier: Tier) -> bool:
    """Return whether an attempt's builder asks none of our models, whatever tier it is booked on."""
    return primary_of(night.order.builder_kind) is Primary.COPILOT and tier is not Tier.LOCAL_BUILDER


def builder_meets(night: OpenNight, tier: Tier, failure: ModelFailure) -> bool:
    """Return whether the builder's own requests on a tier would fail like another one did."""
    return failure.kind in TIERS_OWN and not needs_no_tier(night, tier)


def steered(desk: Desk, night: OpenNight, situation: Situation, attempt: str) -> Situation:
    """Return the situation of one attempt: the builder's own rungs, out of use while the desktop builds.

    Who finds that a switch is due makes it. A desktop that cannot build is never waited for.

    :param attempt: its id; the one that tries a primary builder again keeps that right.
    """
    primary = primary_of(night.order.builder_kind)
    situation = replace(situation, available=own_rungs(night, situation))
    rules = night.order.switching
    if rules is None:
        return situation
    if primary is Primary.MODELS and (why := _breaker(desk, situation)):
        record_turned_away(desk, attempt, why)
    standing = switch_if_due(desk, rules, lambda: _health(desk, situation), primary)
    turn = choose_builder(desk, attempt, standing, primary)
    if not turn.desktop or situation.available.get(Tier.LOCAL_BUILDER) != "":
        return situation
    return replace(situation, available={**situation.available, **dict.fromkeys(LADDER, turn.reason)})


def own_rungs(night: OpenNight, situation: Situation) -> dict[str, str]:
    """A model of ours may be down, or lack its key, and Copilot works all the same; it has one rung."""
    available = dict(situation.available)
    match night.order.builder_kind:
        case Primary.COPILOT if night.order.dry_run:
            available |= dict.fromkeys(LADDER, "a dry run writes nothing on GitHub, where Copilot works")
        case Primary.COPILOT:
            available |= {**dict.fromkeys(LADDER, "Copilot knows no tiers"), ENTRY_TIER: ""}
        case "local":
            available |= dict.fromkeys(LADDER, "the builder `local` works on this machine's model alone")
    return available


def _breaker(desk: Desk, situation: Situation) -> str:
    """Return why no paid model may be asked now, "" unless it is because they failed again and again."""
    if any(situation.available.get(tier) == "" for tier in LADDER):
        return ""
    facts = desk.tier_facts().get(ENTRY_TIER)
    return desk.circuits.why_open(facts.endpoint, looking=True) if facts else ""


def _health(desk: Desk, situation: Situation) -> Health:
    wrong = situation.available.get(Tier.LOCAL_BUILDER, "there is no local-builder")
    if wrong:  # also a breaker that is open, which the tier's own probe does not know of
        return health_of((Finding("local model", False, wrong),))
    return builder_health(desk)
