"""Ask the builder for one attempt; every way it can fail is an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..domain.changes import Attempt, BuildOutcome, Commission, Outcome
from ..domain.errors import (
    FailureKind,
    ModelFailure,
    OverBudget,
    OvernightError,
    RepositoryUnusable,
    Stuck,
    TimedOut,
    Transient,
)
from ..domain.lessons import told
from ..domain.models import Tier
from ..ports import Builder, Handle, Healer, OpenBuilder, Pending
from .commissions import note_commission, withdraw
from .drafting import architecture_plan
from .proposing import propose_tests
from .remembering import CUT_OFF
from .spending import Tab
from .steering import builder_name, needs_no_tier
from .stopping import Stopped
from .teaching import lessons_for
from .workshop import Workshop

_ENDINGS: tuple[tuple[type[OvernightError], Outcome, str], ...] = (
    (Stuck, Outcome.STUCK, FailureKind.STUCK),
    (TimedOut, Outcome.TIMED_OUT, FailureKind.TIMEOUT),
    (OverBudget, Outcome.OVER_BUDGET, FailureKind.OVER_BUDGET),
    (Stopped, Outcome.KILLED, ""),
    (Transient, Outcome.UNAVAILABLE, FailureKind.TRANSPORT),
)
"""Error → outcome and failure kind of an attempt; a ModelFailure carries its kind itself."""

SHARED_BUDGETS = ("night", "month")
"""Limits that other issues spent: not this issue's failure."""

_OUTCOME_OF_KIND = {
    FailureKind.REFUSAL: Outcome.REFUSED,
    FailureKind.STUCK: Outcome.STUCK,
    FailureKind.OVER_BUDGET: Outcome.OVER_BUDGET,
}
"""What is not here means the provider is unavailable."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the builder answered: an outcome to examine, or how it failed."""

    built: BuildOutcome | None
    transcript: str = ""
    outcome: Outcome = Outcome.ACCEPTED
    reason: str = ""
    failure: str = ""


def ask_builder(
    shop: Workshop, tier: Tier, number: int, history: Sequence[Attempt], tab: Tab, healer: Healer
) -> Asked:
    """Let the tier's builder work in the build tree, from the last checkpoint."""
    tree = shop.tree("build")
    shop.desk.workspace.rollback(tree, shop.start_sha)
    if trouble := shop.desk.set_up(tree, shop.commands, shop.night.order):
        raise RepositoryUnusable(trouble)
    builder = shop.desk.builder(builder_name(shop.night, tier))
    handle = None
    try:
        plan = _advised(shop, tier, history, tab, healer)
        handle = builder.begin(commission(shop, tier, number, history, plan), tree, tab, healer)
        if isinstance(builder, OpenBuilder):
            note_commission(shop.desk, shop.night, shop.issue.number, handle)
        built = _collect(shop, builder, handle, healer)
    except tuple(error for error, _, _ in _ENDINGS) as error:
        outcome, kind = next((o, k) for family, o, k in _ENDINGS if isinstance(error, family))
        if isinstance(error, OverBudget) and error.scope in SHARED_BUDGETS:
            outcome, kind = Outcome.OVER_BUDGET, f"{kind}_{error.scope}"
        return Asked(None, _transcript(builder, handle), outcome, str(error), str(kind))
    except ModelFailure as error:
        outcome = _OUTCOME_OF_KIND.get(error.kind, Outcome.UNAVAILABLE)
        return Asked(None, _transcript(builder, handle), outcome, str(error), str(error.kind))
    return Asked(built, built.transcript)


def _advised(shop: Workshop, tier: Tier, history: Sequence[Attempt], tab: Tab, healer: Healer) -> str:
    """Have tests and a plan written; a builder that works elsewhere may have no model of ours beside it.

    :raises ModelFailure: the builder's own request would meet it too; anything else leaves a note.
    """
    if needs_no_tier(shop.night, tier) and shop.desk.available_tiers().get(tier):
        return ""
    propose_tests(shop, tier, tab, healer)
    return architecture_plan(shop, tier, history, tab, healer)


def _transcript(builder: Builder, handle: Handle | None) -> str:
    return builder.transcript(handle) if handle else ""


def _collect(shop: Workshop, builder: Builder, handle: Handle, healer: Healer) -> BuildOutcome:
    """Wait for a builder that works elsewhere: to its end, the attempt's time, or a person's word."""
    longest = shop.night.order.attempt_seconds
    ends = shop.desk.clock.now() + timedelta(seconds=longest)
    while isinstance(outcome := builder.collect(handle), Pending):
        shop.hold.check()
        left = (ends - shop.desk.clock.now()).total_seconds()
        if left <= 0:
            key = "wait_seconds" if shop.night.order.builder_seconds else "limits.attempt_seconds"
            raise TimedOut(f"{handle.builder} was not done after {key} = {longest:g}")
        try:
            healer.rest(min(outcome.look_again_seconds, left))
        except Stopped as stopped:
            withdraw(shop.desk, shop.night, shop.issue.number, str(stopped))
            raise
    return outcome


def commission(
    shop: Workshop, tier: Tier, number: int, history: Sequence[Attempt], plan: str = ""
) -> Commission:
    """Return what the builder is told."""
    limits = shop.night.order.limits
    steps = {step: getattr(shop.commands, step) for step in ("build", "lint", "test")}
    return Commission(
        repository=shop.night.repository,
        issue=shop.issue,
        attempt=number,
        tier=str(tier),
        night=shop.night.id,
        feedback="\n\n".join(filter(None, (shop.asked, history[-1].feedback if history else ""))),
        instructions=shop.instructions,
        commands=tuple((step, command) for step, command in steps.items() if command),
        environment=shop.commands.environment,
        lessons=told(lessons_for(shop.desk, shop.night, shop.issue)),
        plan=plan,
        budget_usd=limits.attempt_usd,
        seconds=shop.night.order.attempt_seconds,
        resumes=_cut_off(history, tier),
    )


def _cut_off(history: Sequence[Attempt], tier: Tier) -> int:
    """Return the attempt to go on from: the last one, when its worker died in it; 0 when there is none."""
    last = history[-1] if history else None
    return last.number if last and last.tier == str(tier) and last.reason == CUT_OFF else 0
