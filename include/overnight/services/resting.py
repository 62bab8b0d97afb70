"""Rest while a silent endpoint is all that stands in an issue's way, before the issue is parked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..domain.attempts import Situation, Step, next_step, without_outages
from ..domain.changes import Attempt
from ..domain.events import EventType
from ..domain.healing import Action
from .healing import SLICE_SECONDS
from .steering import own_rungs
from .stopping import stopped
from .surveying import survey
from .workshop import Workshop


def rested(shop: Workshop, history: Sequence[Attempt]) -> tuple[Attempt, ...] | None:
    """Rest until a silent endpoint may be asked again; return the attempts that still count then.

    None when rest does not help: something else stands in the way, the night ends, or the silence lasts.
    """
    counted = without_outages(history)
    situation = _situation(shop)
    if not _step(shop, counted, situation.cooled()).tier or not situation.cooling or not _may_go_on(shop):
        return None
    _record(shop, len(history), next(iter(situation.cooling.values())))
    while _may_go_on(shop):
        shop.desk.clock.sleep(min(SLICE_SECONDS, shop.rest_seconds))
        shop.rest_seconds -= SLICE_SECONDS
        shop.hold.check()
        situation = _situation(shop)
        if _step(shop, counted, situation).tier:
            shop.attempts_before += len(history) - len(counted)
            return counted
        if not situation.cooling:
            return None
    return None


def _may_go_on(shop: Workshop) -> bool:
    ends = shop.night.order.deadline
    in_time = ends is None or shop.desk.clock.now() < ends
    return shop.rest_seconds > 0 and in_time and not stopped(shop.desk, shop.night.id)


def _situation(shop: Workshop) -> Situation:
    situation = survey(shop.desk, shop.night, shop.planned.tokens_needed)
    return replace(situation, available=own_rungs(shop.night, situation))


def _step(shop: Workshop, history: Sequence[Attempt], situation: Situation) -> Step:
    return next_step(history, shop.planned.base_tier, situation)


def _record(shop: Workshop, tried: int, why: str) -> None:
    number = shop.issue.number
    shop.desk.ledger.append(
        shop.night.event(
            EventType.AUTO_HEAL,
            f"#{number} rests: {why}",
            issue=number,
            attempt=shop.attempt_id(shop.attempts_before + tried + 1),
            metadata={"kind": "transport", "action": str(Action.WAIT), "tier": "", "to": None, "reason": why},
        ),
        claim=shop.claim,
    )
