"""The architecture plan of an issue: written once, reused while it holds, written anew after two failures."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ..domain.changes import Attempt
from ..domain.errors import ModelFailure, OverBudget
from ..domain.events import EventType, Severity
from ..domain.healing import regenerates_plan
from ..domain.lines import one_line
from ..domain.models import Tier
from ..domain.reviewing import PlanBrief
from ..domain.sanitizing import sanitize
from ..ports import Budget, Healer
from .steering import builder_meets
from .workshop import Workshop

LEAVES = (EventType.PLAN_WRITTEN,)
_FILES_SHOWN = 12
_CHARACTERS_OF_A_FILE = 6_000
_LONGEST_PLAN = 8_000


def architecture_plan(
    shop: Workshop, tier: Tier, history: Sequence[Attempt], budget: Budget, healer: Healer
) -> str:
    """Return the plan the builder follows, "" when no model would write one or it costs too much.

    A stored plan is reused, by retries and later nights, while the issue's text and the files it names are
    unchanged; after every second failed attempt it is written anew with the failures as input.

    :raises ModelFailure: the builder's own request would meet it too.
    """
    if not shop.night.order.architecture_plans:
        return ""
    key = f"architecture/{shop.night.repository.node_id}/{shop.issue.number}"
    sources = _sources(shop)
    digest = _digest(shop, sources)
    known = shop.desk.records.recall(key)
    kept = str(known["plan"]) if known and known["digest"] == digest else ""
    failed = len(history)
    if kept and not (regenerates_plan(failed) and known and known["attempt"] != _last(shop, history)):
        return kept
    brief = PlanBrief(
        title=one_line(sanitize(shop.issue.title), 200),
        body=sanitize(shop.issue.body),
        files=tuple(path for path, _ in sources),
        sources=sources,
        instructions=shop.instructions,
        earlier_plan=kept,
        failures=tuple(f"{attempt.tier}: {attempt.reason}\n{attempt.feedback}" for attempt in history),
    )
    try:
        plan = shop.desk.advisor.write_plan(str(tier), brief, budget, healer)[:_LONGEST_PLAN]
    except (ModelFailure, OverBudget) as error:  # what is left may be enough for the work itself
        _note(shop, f"#{shop.issue.number}: no architecture plan was written: {error}", Severity.WARNING)
        if isinstance(error, ModelFailure) and builder_meets(shop.night, tier, error):
            raise
        return kept
    if not plan.strip():
        return kept
    shop.desk.records.remember(
        key, {"digest": digest, "plan": plan, "attempt": _last(shop, history), "night": shop.night.id}
    )
    again = " anew, with what failed as input" if kept else ""
    _note(shop, f"#{shop.issue.number}: architecture plan written{again}", plan=plan, tier=str(tier))
    return plan


def stored_plan(shop: Workshop) -> str:
    """Return the issue's architecture plan as it stands, "" without one."""
    known = shop.desk.records.recall(f"architecture/{shop.night.repository.node_id}/{shop.issue.number}")
    return str(known["plan"]) if known else ""


def _last(shop: Workshop, history: Sequence[Attempt]) -> str:
    return shop.attempt_id(history[-1].number) if history else ""


def _sources(shop: Workshop) -> tuple[tuple[str, str], ...]:
    repository, sha = shop.night.repository, shop.base.sha
    named = shop.files_named[:_FILES_SHOWN]
    texts = ((path, shop.desk.workspace.read_file(repository, sha, path)) for path in named)
    return tuple((path, text[:_CHARACTERS_OF_A_FILE]) for path, text in texts if text)


def _digest(shop: Workshop, sources: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(repr((shop.planned.body_sha256, sources)).encode()).hexdigest()


def _note(shop: Workshop, text: str, severity: Severity = Severity.INFO, **metadata: str) -> None:
    shop.desk.ledger.append(
        shop.night.event(
            EventType.PLAN_WRITTEN if metadata else EventType.GOVERNANCE_NOTE,
            text,
            severity=severity,
            issue=shop.issue.number,
            metadata=metadata,
        ),
        claim=shop.claim,
    )
