"""Which tiers may be used at this moment: settings, keys, breakers, and what tonight has shown."""

from __future__ import annotations

from ..domain.attempts import Situation
from ..domain.fitting import misfit
from ..ports import Desk
from .healing import unavailable_tiers
from .reading import OpenNight

PASSING_SECONDS = 240.0
"""How long an endpoint's silence is taken for one that passes: two probes. Later nobody rests for it."""


def survey(desk: Desk, night: OpenNight, needed_tokens: int = 0) -> Situation:
    """Return the tiers of this moment, each with why it is not usable.

    :param needed_tokens: context window that the task asks for; 0 when nobody looked.
    """
    facts = desk.tier_facts()
    available = dict(desk.available_tiers())
    gone = unavailable_tiers(desk, night.id) if night.id else {}  # outside a night "for the night" has no end
    for tier, why in gone.items():
        available[tier] = available.get(tier) or why
    cooling: dict[str, str] = {}
    for tier, fact in facts.items():
        if not available.get(tier):
            available[tier] = why = desk.circuits.why_open(fact.endpoint, looking=True)
            passing = why and desk.circuits.open_for(fact.endpoint) < PASSING_SECONDS
            cooling |= {tier: why} if passing else {}
    return Situation(
        available=available,
        windows={tier: fact.window for tier, fact in facts.items() if fact.window},
        escalation=night.order.enable_model_escalation,
        heal=night.order.enable_auto_heal,
        local_above_top=night.order.local_above_top,
        cooling=cooling,
        misfits=frozenset(
            tier
            for tier in facts
            if needed_tokens
            and misfit(tier, facts, needed_tokens, allow_unknown_prices=night.order.allow_unknown_prices)
        ),
    )
