"""One attempt: reserve the tier, let the builder work, commit, ask the gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..domain.attempts import Step
from ..domain.changes import Attempt, Base, BuildOutcome, Change, Commission, Outcome
from ..domain.errors import (
    ChangeUnusable,
    FailureKind,
    ModelFailure,
    OverBudget,
    Stuck,
    TimedOut,
    Transient,
)
from ..domain.events import Event, EventType, Severity
from ..domain.gates import feedback
from ..domain.issues import Issue
from ..domain.orders import Commands
from ..domain.plans import PlannedIssue
from ..domain.lines import one_line
from ..domain.slugs import branch_name
from ..ports import Claim, Desk, Pending, Tree
from .escalating import Seat, leave, take_seat
from .gating import judge_trees, opened_base, tree_name
from .preparing import read_instructions, set_up
from .reading import OpenNight
from .stopping import StoppableBudget, Stopped
from .remembering import attempt_id, finished_event


@dataclass(slots=True)
class Workshop:
    """Where the attempts on one issue happen: facts that stay, and work trees opened when first needed."""

    desk: Desk
    night: OpenNight
    planned: PlannedIssue
    issue: Issue
    base: Base
    commands: Commands
    claim: Claim
    trees: dict[str, Tree] = field(default_factory=dict)

    def tree(self, purpose: str) -> Tree:
        """Return the work tree `build` or `base`, at the base when first opened."""
        if purpose not in self.trees:
            self.trees[purpose] = opened_base(self.desk, self.night, self.base, self.planned.number, purpose)
        return self.trees[purpose]

    def close(self) -> None:
        """Remove the work trees."""
        for tree in self.trees.values():
            self.desk.workspace.close_tree(tree)
        self.trees.clear()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking the builder and the gates, before it is written down."""

    outcome: Outcome
    reason: str
    built: BuildOutcome | None = None
    change: Change | None = None
    failure: str = ""
    feedback: str = ""


def attempt_once(shop: Workshop, step: Step, history: Sequence[Attempt]) -> tuple[Attempt, Change | None]:
    """Run one attempt and write it down; every way it can end is an outcome, never an exception.

    :raises FenceLost: another worker holds the issue now.
    """
    number = len(history) + 1
    seat = take_seat(shop.desk, shop.night, shop.planned, step, history)
    if seat.tier is None:
        return _without_seat(shop, step, seat, number), None
    began = shop.desk.clock.now()
    _started(shop, step, seat, number)
    try:
        answer = _work(shop, seat, number, history)
    finally:
        leave(shop.desk, seat)
    seconds = (shop.desk.clock.now() - began).total_seconds()
    attempt = _attempt(shop, seat, number, answer, seconds)
    _finished(shop, seat, attempt)
    return attempt, answer.change


def _work(shop: Workshop, seat: Seat, number: int, history: Sequence[Attempt]) -> Answer:
    tree = shop.tree("build")
    shop.desk.workspace.rollback(tree, shop.base.sha)
    try:
        built = _ask_builder(shop, tree, seat, number, history)
    except ModelFailure as error:
        return Answer(_OUTCOME_OF.get(error.kind, Outcome.UNAVAILABLE), str(error), failure=str(error.kind))
    except Stuck as error:
        return Answer(Outcome.STUCK, str(error), failure=str(FailureKind.STUCK))
    except TimedOut as error:
        return Answer(Outcome.TIMED_OUT, str(error), failure=str(FailureKind.TIMEOUT))
    except OverBudget as error:
        return Answer(Outcome.OVER_BUDGET, str(error), failure=str(FailureKind.OVER_BUDGET))
    except Stopped as error:
        return Answer(Outcome.KILLED, str(error))
    except Transient as error:
        return Answer(Outcome.UNAVAILABLE, str(error), failure=str(FailureKind.TRANSPORT))
    try:
        return _examine(shop, tree, seat, built)
    except ChangeUnusable as error:
        return Answer(Outcome.GATES_FAILED, str(error), built, feedback=str(error))


_OUTCOME_OF = {
    FailureKind.REFUSAL: Outcome.REFUSED,
    FailureKind.STUCK: Outcome.STUCK,
    FailureKind.OVER_BUDGET: Outcome.OVER_BUDGET,
}


def _ask_builder(
    shop: Workshop, tree: Tree, seat: Seat, number: int, history: Sequence[Attempt]
) -> BuildOutcome:
    trouble = set_up(shop.desk, shop.night, tree, shop.commands)
    if trouble:
        raise ChangeUnusable(trouble)
    builder = shop.desk.builder(str(seat.tier))
    order = shop.night.order
    budget = shop.desk.budgets.open(
        order,
        shop.night.repository.node_id,
        shop.issue.number,
        attempt_id(shop.night, shop.issue.number, number),
    )
    commission = Commission(
        repository=shop.night.repository,
        issue=shop.issue,
        attempt=number,
        tier=str(seat.tier),
        night=shop.night.id,
        feedback=history[-1].feedback if history else "",
        instructions=read_instructions(shop.desk, shop.night, shop.base),
        commands=tuple(
            (name, getattr(shop.commands, name))
            for name in ("build", "lint", "test")
            if getattr(shop.commands, name)
        ),
        budget_usd=order.limits.attempt_usd,
        seconds=order.limits.attempt_seconds,
    )
    handle = builder.begin(commission, tree, StoppableBudget(budget, shop.desk, shop.night.id))
    outcome = builder.collect(handle)
    while isinstance(outcome, Pending):
        shop.desk.clock.sleep(outcome.look_again_seconds)
        outcome = builder.collect(handle)
    return outcome


def _examine(shop: Workshop, tree: Tree, seat: Seat, built: BuildOutcome) -> Answer:
    """Commit what the builder left and ask the gates."""
    message = _message(shop, seat, built)
    if shop.desk.workspace.commit(tree, message, shop.night.order) is None:
        reason = "the builder changed nothing"
        return Answer(Outcome.GATES_FAILED, reason, built, feedback=reason)
    branch = branch_name(shop.night.order.branch_prefix, shop.issue.number, shop.issue.title)
    change = shop.desk.workspace.pack(tree, shop.issue.number, branch)
    verdict = judge_trees(shop.desk, shop.night, shop.issue, change, tree, shop.tree("base"), shop.commands)
    if verdict.passed:
        return Answer(Outcome.ACCEPTED, verdict.reason, built, change)
    return Answer(Outcome.GATES_FAILED, verdict.reason, built, feedback=feedback(verdict.results))


def _message(shop: Workshop, seat: Seat, built: BuildOutcome) -> str:
    title = one_line(shop.issue.title, 60)
    return (
        f"{title} (#{shop.issue.number})\n\n"
        f"Overnight-Night: {shop.night.id}\n"
        f"Overnight-Issue: {shop.issue.number}\n"
        f"Overnight-Model: {seat.tier} ({one_line(built.model, 60)})\n"
    )


def _started(shop: Workshop, step: Step, seat: Seat, number: int) -> None:
    night, issue = shop.night, shop.issue.number
    task = attempt_id(night, issue, number)
    events = [
        night.event(
            EventType.CHECKPOINT_SAVED,
            f"#{issue} checkpoint before attempt {number}",
            issue=issue,
            attempt=task,
            metadata={"sha": shop.base.sha, "ref": shop.base.ref, "bundles": list(shop.base.bundles)},
        ),
        night.event(
            EventType.ATTEMPT_STARTED,
            f"#{issue} attempt {number} on {seat.tier}: {step.reason}",
            issue=issue,
            attempt=task,
            metadata={
                "number": number,
                "tier": str(seat.tier),
                "from": step.came_from,
                "reason": step.reason,
                "tree": tree_name(night, issue, "build"),
            },
        ),
    ]
    if seat.escalated:
        events.append(_escalation(shop, step, seat, task))
    shop.desk.ledger.append(*events, claim=shop.claim)


def _escalation(shop: Workshop, step: Step, seat: Seat, task: str) -> Event:
    return shop.night.event(
        EventType.MODEL_ESCALATION,
        f"#{shop.issue.number} escalated to {seat.tier}: {seat.justification or step.reason}",
        issue=shop.issue.number,
        attempt=task,
        metadata={
            "from": step.came_from or "gpt-4",
            "to": str(seat.tier),
            "reason": shop.planned.base_tier_reason if not step.climbed else step.reason,
            "justification": seat.justification,
            "exempt": seat.exempt,
            "quota_remaining": seat.quota_remaining,
            "context": {
                "task_type": str(shop.planned.classification.sequence_type),
                "complexity": str(shop.planned.classification.complexity),
                "files_affected": shop.planned.files_affected,
            },
        },
    )


def _finished(shop: Workshop, seat: Seat, attempt: Attempt) -> None:
    events = [finished_event(shop.night, shop.issue.number, attempt)]
    if seat.escalated and attempt.outcome is not Outcome.ACCEPTED:
        events.append(
            shop.night.event(
                EventType.MODEL_ESCALATION_FAILED,
                f"#{shop.issue.number}: the escalation to {seat.tier} ended {attempt.outcome}",
                severity=Severity.WARNING,
                issue=shop.issue.number,
                attempt=attempt_id(shop.night, shop.issue.number, attempt.number),
                metadata={"to": str(seat.tier), "outcome": str(attempt.outcome), "reason": attempt.reason},
            )
        )
    shop.desk.ledger.append(*events, claim=shop.claim)


def _attempt(shop: Workshop, seat: Seat, number: int, answer: Answer, seconds: float) -> Attempt:
    attempt = Attempt(
        number=number,
        tier=str(seat.tier),
        outcome=answer.outcome,
        reason=answer.reason,
        seconds=seconds,
        failure=answer.failure,
        feedback=answer.feedback,
    )
    if answer.built is None:
        return attempt
    name = f"transcripts/{attempt_id(shop.night, shop.issue.number, number)}.json"
    return replace(
        attempt,
        model=answer.built.model,
        usage=answer.built.usage,
        summary=answer.built.summary,
        prompt_version=answer.built.prompt_version,
        transcript=shop.desk.storage.put(name, answer.built.transcript.encode()),
    )


def _without_seat(shop: Workshop, step: Step, seat: Seat, number: int) -> Attempt:
    return Attempt(number, str(step.tier), Outcome.OVER_BUDGET, seat.reason, failure="quota_exhausted")
