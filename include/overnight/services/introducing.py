"""Introduce Overnight to a repository: labels, tracking issue, is the base green, what would a night cost."""

from __future__ import annotations

from collections import Counter

from ..domain.changes import Base
from ..domain.issues import Repository
from ..domain.orders import NightOrder
from ..domain.plans import Plan
from ..ports import Desk
from .gating import opened_base
from .preparing import read_commands
from .reading import OpenNight
from .reporting import LABELS
from .summarizing import TRACKING_LABEL

TYPICAL_INPUT_TOKENS = 120_000
TYPICAL_OUTPUT_TOKENS = 8_000
"""Of one attempt on a small issue: twenty requests that each read what came before."""

_WELCOME = (
    "<!-- overnight:tracking -->\nOvernight keeps this issue: every night replaces its text with that "
    "night's summary. Put the label `overnight: stop` on it to end a running night.\n"
)


def introduce(desk: Desk, repository: Repository) -> str:
    """Create our labels and the tracking issue where they are missing; say what was made."""
    made = desk.writer.put_label_definitions(
        repository, LABELS | {TRACKING_LABEL: ("5319e7", "Overnight's own tracking issue")}
    )
    known = desk.records.publication(repository.node_id, "tracking")
    if known is None:
        number = desk.writer.put_tracking_issue(
            repository, TRACKING_LABEL, "Overnight execution", _WELCOME, None
        )
        desk.records.record_publication(repository.node_id, "tracking", str(number))
        known = str(number)
    return f"{made} labels created; the tracking issue is #{known}"


def base_is_green(desk: Desk, order: NightOrder, repository: Repository) -> str:
    """Run the repository's own tests on its default branch, confined; say how they ended."""
    night = OpenNight(order, repository)
    base = Base(repository.default_branch, desk.workspace.refresh(repository))
    commands = read_commands(desk, night, base)
    if not commands.test:
        return f"No test command ({commands.source}): set `test` in .overnight.yml, or tests_optional = true"
    tree = opened_base(desk, night, base, 0, "init")
    try:
        trouble = desk.set_up(tree, commands, order)
        if trouble:
            return f"The base is not testable: {trouble}"
        ran = desk.run_command(tree, commands.test, commands, order, order.limits.gate_seconds)
    finally:
        desk.workspace.close_tree(tree)
    if ran.exit_code == 0:
        return f"The suite is green on {base.ref} ({ran.seconds:.0f} s): {commands.test} ({commands.source})"
    return f"The suite is RED on {base.ref}: {commands.test} ({commands.source})\n{ran.output[-1500:]}"


def cost_estimate(desk: Desk, order: NightOrder, plan: Plan) -> str:
    """Say what one attempt per issue would cost at list prices, and the most the night may spend."""
    tiers = Counter(issue.base_tier for issue in plan.startable())
    typical = sum(
        count * desk.list_price(tier, TYPICAL_INPUT_TOKENS, TYPICAL_OUTPUT_TOKENS)
        for tier, count in tiers.items()
    )
    spread = ", ".join(f"{count} on {tier}" for tier, count in sorted(tiers.items()))
    return (
        f"About ${typical:.2f} if each of {sum(tiers.values())} issues takes one attempt "
        f"({spread or 'none'}); never more than ${order.limits.night_usd} a night "
        f"and ${order.limits.issue_usd} an issue."
    )
