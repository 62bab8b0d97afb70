"""The model policy's sections on quota, throttle, budgets and learning."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.models import ENTRY_TIER
from ..domain.orders import ThrottleRules
from ..domain.quotas import EXEMPTIONS, Exemption, eased
from ..settings import Settings
from ..settings.orders import limits, quota_cap, throttle_rules

_EXEMPT = {
    Exemption.RULE: "a rule that mandates its tier",
    Exemption.CRITICAL_FAILURE: "a critical system failure",
    Exemption.SECURITY: "a security vulnerability",
    Exemption.DATA_INTEGRITY: "data integrity at stake",
    Exemption.GOVERNANCE: "a governance violation",
    Exemption.ADMIN: "an administrator's override, with who, why and until when",
}


def quota_section(settings: Settings) -> tuple[str, ...]:
    """Return the section's paragraphs."""
    shared = limits(settings)
    rows: list[tuple[object, ...]] = [
        ("organization", shared.escalations_per_day, shared.escalations_per_hour, shared.escalations_at_once)
    ]
    for one in settings.values.repositories:
        if cap := quota_cap(settings, one):
            rows.append((one.name, cap.daily, cap.hourly, cap.concurrent))
    return (
        "## Quota",
        f"An escalation is one attempt above `{ENTRY_TIER}`. Days are UTC days, the hour is the sixty "
        "minutes before now. A refused escalation never fails an issue: the next cheaper tier works.",
        markdown_table(("for", "a day", "an hour", "at once"), rows),
        "Exempt escalations are recorded, neither counted in nor refused by day and hour; they hold a "
        "slot, and wait two minutes at most for one. Exempt are:",
        "\n".join(f"- `{kind}`: {_EXEMPT[kind]}{_proof(kind)}" for kind in Exemption),
    )


def _proof(kind: Exemption) -> str:
    """Return the labels that prove an exemption; text proves nothing."""
    names = [f"`{name}`" for name, exemption in EXEMPTIONS.items() if exemption is kind]
    return f"; labels {', '.join(names)}" if names else ""


def throttle_section(settings: Settings) -> tuple[str, ...]:
    """Return the section's paragraphs."""
    rules = throttle_rules(settings)
    rows = zip(_WATCHED, _thresholds(rules), _thresholds(eased(rules)), strict=True)
    return (
        "## Throttle",
        "While it is open, tags that need review or approval are refused; tags approved by their kind and "
        "exempt escalations go on. One row opens it; it closes when all are clear by their margin.",
        markdown_table(("what is watched", "opens at", "closes below"), rows),
    )


_WATCHED = (
    "share of the day's escalations",
    "share of the hour's escalations",
    "escalations that failed within an hour",
    "average dollars a task over 24 hours",
)


def _thresholds(rules: ThrottleRules) -> tuple[str, ...]:
    return (
        f"{rules.daily_share:.0%}",
        f"{rules.hourly_share:.0%}",
        str(rules.failed_last_hour),
        f"${rules.average_cost_usd:.2f}",
    )


def budgets_section(settings: Settings) -> tuple[str, ...]:
    """Return the section's paragraphs."""
    money = settings.values.limits
    rows = (
        ("an attempt", f"${money.attempt_usd}"),
        ("an issue, over its lifetime", f"${money.issue_usd}"),
        ("a night", f"${money.night_usd}"),
        ("a month, all repositories", f"${money.month_usd}"),
    )
    unknown = "may work" if settings.values.allow_unknown_prices else "is not used"
    return (
        "## Budgets",
        markdown_table(("for", "at most"), rows),
        "Reserved for each request before it is sent, at list price and full length; settled by real "
        f"usage. A paid tier whose price nobody knows {unknown} (`allow_unknown_prices`).",
    )


def learning_section(settings: Settings) -> tuple[str, ...]:
    """Return the section's paragraphs."""
    rules = settings.values.learning
    if not rules.enabled:
        return ("## Learning", "Off.")
    return (
        "## Learning",
        f"From {rules.minimum_trials} attempts at issues of one type and complexity on (the last "
        f"{rules.days} days of the repository, dry runs left out), the tier with the lowest expected cost "
        f"of an accepted change is preferred: known from {rules.minimum_on_tier} attempts on it, expected "
        f"to succeed at least {rules.least_success:.0%} of the time, and saving {rules.saving:.0%} or "
        "more. Never below a mandated tier, and dearer only while the quota has escalations left. "
        f"{rules.exploration_share:.0%} of issues may try a cheaper tier that is not known yet.",
    )


def markdown_table(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a table in Markdown."""
    head = list(head)
    lines = [_line(head), "|" + "---|" * len(head), *map(_line, rows)]
    return "\n".join(lines)


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"
