"""The model policy in force, as one Markdown page written from the settings and the tables themselves."""

from __future__ import annotations

from ..domain.attempts import MOST_ATTEMPTS
from ..domain.healing import LONGEST_WAIT, RED_PER_TIER, TREATMENTS
from ..domain.justification import TAGS, Agreement
from ..domain.models import Tier, is_escalation
from ..settings import Settings
from ..settings.orders import model_rules
from .policy_limits import (
    budgets_section,
    learning_section,
    markdown_table,
    quota_section,
    throttle_section,
)
from .settings import masked

_AGREEMENT = {
    Agreement.AUTO: "approved by its kind",
    Agreement.REVIEW: "allowed, and listed in the morning's review queue",
    Agreement.EXPLICIT: "a person must approve before the build",
}


def policy_page(settings: Settings) -> str:
    """Return the page's text."""
    parts = (
        "# Model policy (GSR-Model)",
        "Written by `overnight models policy` from the settings in force and the tables the code reads.",
        *_ladder(settings),
        *_rules(settings),
        *_tags(),
        *quota_section(settings),
        *throttle_section(settings),
        *budgets_section(settings),
        *learning_section(settings),
        *_healing(),
    )
    return "\n\n".join(parts) + "\n"


def _ladder(settings: Settings) -> tuple[str, ...]:
    rows = [
        (
            f"`{tier}`",
            f"`{model.model}`",
            f"`{masked(model.base_url)}`" if model.base_url else "`openai_url`",
            "yes" if is_escalation(Tier(tier)) else "no",
        )
        for tier, model in settings.models.items()
    ]
    return (
        "## Ladder",
        "Cheapest rung first. A provider that fails goes down it and then to `local-builder`, which "
        f"exists while `desktop_builder_enabled` is true; a change that stays red {RED_PER_TIER} times "
        "goes up one rung. Windows and prices as they are known now: `overnight models`.",
        markdown_table(("tier", "model", "endpoint", "an escalation"), rows),
        "A rung whose window is too small for the issue, whose price nobody knows, or that is dearer and "
        "smaller than one above it gives way to the nearest rung that fits, with the tag `context_fit`.",
    )


def _rules(settings: Settings) -> tuple[str, ...]:
    rows = [
        (
            place,
            rule.when.words(),
            f"`{rule.tier}`",
            f"`{rule.name}`",
            f"`{rule.tag}`" if rule.tag else "",
            "exempt" if rule.exempt else "counted" if is_escalation(rule.tier) else "",
        )
        for place, rule in enumerate(model_rules(settings), 1)
    ]
    own = [one.name for one in settings.values.repositories if one.model_rules]
    return (
        "## Rules",
        "The first row that applies names an issue's base tier. An issue of type memory that escalates by"
        " a row that is not exempt carries `memory_evolution`. Without a known tag there is no "
        "escalation.",
        markdown_table(("", "when", "tier", "reason", "tag", "quota"), rows),
        *((f"Rows of their own before these have: {', '.join(own)}.",) if own else ()),
    )


def _tags() -> tuple[str, ...]:
    return (
        "## Justification tags",
        markdown_table(("tag", "agreement"), ((f"`{tag}`", _AGREEMENT[need]) for tag, need in TAGS.items())),
        "`overnight approve ISSUE --subject escalation:TAG` gives a word beforehand; `overnight quota` "
        "lists what waits for one.",
    )


def _healing() -> tuple[str, ...]:
    rows = (
        (
            f"`{row.kind}`",
            f"{_words(row.first)}, {row.times}×" if row.times else "",
            _words(row.then),
            "rest of the night" if row.remember else "",
        )
        for row in TREATMENTS.values()
    )
    return (
        "## Healing",
        f"What follows a model's failure. A provider that asks to wait more than {LONGEST_WAIT:.0f} "
        f"seconds gets its turn taken by the next tier. An issue has at most {MOST_ATTEMPTS} attempts a "
        "night.",
        markdown_table(("failure", "first, on the same tier", "then", "tier stays out"), rows),
    )


def _words(action: str) -> str:
    return str(action).replace("_", " ")
