"""Inspect a builder's change within its attempt: the gates, the reviewing model, what they cost in time."""

from __future__ import annotations

from ..domain.changes import Change
from ..domain.gates import Verdict
from ..domain.models import Tier
from ..domain.reviewing import Review
from ..ports import Healer, Stage
from .archiving import archive, note_logs
from .briefing import make_case
from .gating import judge_case
from .reviewing import review_change, reviews_asked
from .spending import Tab
from .workshop import Workshop

MOST_REVIEWS = 2
"""How often the reviewing model is asked within one build; the judge asks once more, later."""


def inspect_change(
    shop: Workshop, change: Change, tier: Tier, number: int, tab: Tab, healer: Healer
) -> Verdict:
    """Return the verdict that decides whether the attempt was green; its trees stay open."""
    night = shop.within_gate_time()
    head, base = shop.tree("build"), shop.tree("base")
    case = make_case(
        shop.desk, night, shop.issue, change, head, base, shop.commands, Stage.BUILD, shop.base_results()
    )

    asked_for = 0.0
    began = shop.desk.clock.now()

    def reviewed() -> tuple[Review | None, str]:
        nonlocal asked_for
        since = shop.desk.clock.now()
        try:
            return asked()
        finally:
            asked_for = (shop.desk.clock.now() - since).total_seconds()

    def asked() -> tuple[Review | None, str]:
        if reviews_asked(shop.desk, night, shop.issue.number) >= MOST_REVIEWS:
            return None, f"the reviewing model was asked {MOST_REVIEWS} times; the judge asks it again"
        task = shop.attempt_id(number)
        return review_change(
            shop.desk, night, case, tab, healer, builder_tier=str(tier), attempt=task, claim=shop.claim
        )

    kept = archive(shop.desk, night, shop.issue.number, number)
    verdict = judge_case(kept.around(shop.desk.gates), case, reviewed)
    note_logs(shop.desk, night, shop.issue.number, number, verdict)
    taken = (shop.desk.clock.now() - began).total_seconds() - asked_for
    shop.gate_seconds += max(taken, sum(result.seconds for result in verdict.results))
    return verdict
