"""One attempt: take a seat on the tier, let the builder work, commit, ask the gates, write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.attempts import Step
from ..domain.changes import Attempt, Change, Outcome, Usage
from ..domain.errors import ChangeUnusable, FenceLost, Terminal
from ..domain.gates import feedback
from ..domain.lines import one_line
from ..domain.models import Tier
from ..domain.slugs import branch_name
from .asking import Asked, ask_builder
from .escalating import Seat, leave
from .gating import judge_trees
from .recording import record_finished, record_started
from .workshop import Workshop


@dataclass(frozen=True, slots=True)
class Examined:
    """What the gates said of the builder's work."""

    outcome: Outcome
    reason: str
    change: Change | None = None
    feedback: str = ""


def attempt_once(shop: Workshop, step: Step, seat: Seat, tier: Tier, history: Sequence[Attempt]) -> Attempt:
    """Run one attempt on the seat's tier and write it down; the ways it can fail are outcomes.

    :raises FenceLost: another worker holds the issue now.
    :raises Terminal: the machine or the repository cannot be worked with tonight.
    """
    number = shop.attempts_before + len(history) + 1
    began = shop.desk.clock.now()
    try:
        record_started(shop, step, seat, number)
        asked = ask_builder(shop, tier, number, history)
        examined = _examine(shop, tier, asked)
    except FenceLost:
        raise
    except Terminal as error:
        usage = Usage(cost_usd=shop.desk.budgets.spent(attempt=shop.attempt_id(number)))
        record_finished(shop, seat, Attempt(number, str(tier), Outcome.KILLED, str(error), usage=usage))
        raise
    finally:
        leave(shop.desk, seat)
    seconds = (shop.desk.clock.now() - began).total_seconds()
    attempt = _attempt(shop, seat, number, asked, examined, seconds)
    record_finished(shop, seat, attempt)
    return attempt


def _examine(shop: Workshop, tier: Tier, asked: Asked) -> Examined:
    """Commit what the builder left and ask the gates."""
    if asked.built is None:
        return Examined(asked.outcome, asked.reason)
    tree = shop.tree("build")
    try:
        message = _message(shop, tier, asked.built.model)
        if shop.desk.workspace.commit(tree, message, shop.night.order) is None:
            raise ChangeUnusable("the builder changed nothing")
        branch = branch_name(shop.night.order.branch_prefix, shop.issue.number, shop.issue.title)
        change = shop.desk.workspace.pack(tree, shop.issue.number, branch)
    except ChangeUnusable as error:
        return Examined(Outcome.GATES_FAILED, str(error), feedback=str(error))
    verdict = judge_trees(shop.desk, shop.night, shop.issue, change, tree, shop.tree("base"), shop.commands)
    if verdict.passed:
        return Examined(Outcome.ACCEPTED, verdict.reason, change)
    return Examined(Outcome.GATES_FAILED, verdict.reason, feedback=feedback(verdict.results))


def _message(shop: Workshop, tier: Tier, model: str) -> str:
    return (
        f"{one_line(shop.issue.title, 60)} (#{shop.issue.number})\n\n"
        f"Overnight-Night: {shop.night.id}\n"
        f"Overnight-Issue: {shop.issue.number}\n"
        f"Overnight-Model: {tier} ({one_line(model, 60)})\n"
    )


def _attempt(
    shop: Workshop, seat: Seat, number: int, asked: Asked, examined: Examined, seconds: float
) -> Attempt:
    attempt = Attempt(
        number=number,
        tier=str(seat.tier),
        outcome=examined.outcome,
        reason=examined.reason,
        usage=asked.usage,
        seconds=seconds,
        failure=asked.failure,
        feedback=examined.feedback,
        change=examined.change,
    )
    if asked.transcript:
        name = f"transcripts/{shop.attempt_id(number)}.json"
        attempt = replace(attempt, transcript=shop.desk.storage.put(name, asked.transcript.encode()))
    if asked.built is None:
        return attempt
    built = asked.built
    return replace(attempt, model=built.model, summary=built.summary, prompt_version=built.prompt_version)
