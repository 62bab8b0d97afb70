"""How the ladder, an explanation and the history of tiers are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from ..assembly import Overnight
from ..domain.fitting import dominating
from ..domain.learning import LearningRules
from ..domain.models import LADDER, Tier, TierFacts
from ..domain.track_records import Record
from .console import say
from .explaining import Explanation
from .settings import masked
from .tables import row, short, show, table


def ladder_rows(house: Overnight) -> list[dict[str, Any]]:
    """Return what is known of each tier, as JSON has it."""
    facts, available = house.tier_facts(), house.available_tiers()
    return [_rung(tier, facts, available.get(tier, "")) for tier in (*LADDER, Tier.LOCAL_BUILDER)]


def _rung(tier: Tier, facts: Mapping[str, TierFacts], unavailable: str) -> dict[str, Any]:
    known = facts.get(tier) or TierFacts(str(tier), "", "")
    return asdict(known) | {
        "endpoint": masked(known.endpoint),
        "unavailable": unavailable,
        "dominated_by": dominating(tier, facts),
    }


def _dominated(one: Mapping[str, Any]) -> str:
    above = one["dominated_by"]
    return f"dearer and smaller than {above}, which takes its place" if above else ""


def _number(value: int | Decimal | None) -> str:
    if value is None:
        return "?"
    return f"{value:,}" if isinstance(value, int) else f"{value.normalize():f}"


def show_ladder(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the ladder."""
    made = table("Ladder, cheapest rung first", "tier", "window", "$ in", "$ out", "model, endpoint, state")
    for one in rows:
        about = (str(one["endpoint"]), one["unavailable"] or "ready", _dominated(one))
        row(made, one["tier"], *map(_number, (one["window"], one["input_usd"], one["output_usd"])),
            one["model"] or "(none)", details=about)  # fmt: skip
    show(made)
    say("Dollars per million tokens; ? is unknown.")


def show_explanation(told: Explanation) -> None:
    """Print why an issue got its tier."""
    say(f"#{told.number} {short(told.title)}: {told.tier or 'no tier'}, {told.kind()}")
    say(f"Night {told.night}" if told.night else "Not from a night: as it would be chosen now.")
    say(f"Reason: {told.reason}; {told.files} files named")
    made = table("Considered", "what lost, and why")
    for text in told.considered:
        row(made, text)
    show(made)
    happened = table("What became of it", "time (UTC)", "event, what")
    for event in told.events:
        row(happened, f"{event.at:%H:%M:%S}" if event.at else "", event.type, details=(event.description,))
    show(happened)


def history_row(record: Record, rules: LearningRules) -> dict[str, Any]:
    """Return a record as JSON has it."""
    return asdict(record) | {
        "expected_success": round(record.success, 4),
        "spread": round(record.spread, 4),
        "expected_usd": record.expected_usd,
        "known": record.trials >= rules.minimum_on_tier,
    }


def show_history(found: Sequence[Record], rules: LearningRules) -> None:
    """Print how often each tier succeeded, and for how much."""
    made = table("Accepted changes", "type", "complexity", "accepted", "success", "cost")
    for one in found:
        success = f"{one.success:.0%} ± {one.spread:.0%}"
        known = (
            "" if one.trials >= rules.minimum_on_tier else f"known from {rules.minimum_on_tier} attempts on"
        )
        row(made, one.sequence_type, one.complexity, f"{one.accepted}/{one.trials}", success,
            f"{one.tier}: ${one.expected_usd:.2f} expected for one accepted", details=(known,))  # fmt: skip
    show(made)
    if not found:
        say(f"No attempt that teaches anything within {rules.days} days.")
    say(
        f"Used once issues of a type and complexity have {rules.minimum_trials} attempts."
        if rules.enabled
        else "Learning is off: `[learning] enabled`."
    )
