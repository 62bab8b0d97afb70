"""One attempt: let the builder work on a seat, commit, ask the gates, write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..domain.attempts import Step
from ..domain.awaiting import wanted
from ..domain.changes import Attempt, BuildOutcome, Change, Checkpoint, Outcome, Usage
from ..domain.errors import ChangeUnusable, FailureKind, FenceLost, Terminal
from ..domain.events import EventType
from ..domain.gates import feedback
from ..domain.lines import one_line
from ..domain.models import Tier
from ..failpoints import failpoint
from ..ports import Healer
from .asking import ask_builder
from .claiming import kept_alive
from .escalating import LEASE_SECONDS, Seat, leave
from .gating import opened_change
from .healing import AttemptHealer
from .inspecting import inspect_change
from .proposing import with_proven_tests, without_tests
from .recording import record_checkpoint, record_finished, record_started
from .spending import Tab, open_tab
from .steering import needs_no_tier
from .stopping import Stopped
from .surveying import survey
from .teaching import learn_from
from .workshop import Workshop

LEAVES = (EventType.CHECKPOINT_SAVED, EventType.ATTEMPT_STARTED, EventType.ATTEMPT_FINISHED)


def attempt_once(shop: Workshop, step: Step, seat: Seat, tier: Tier, history: Sequence[Attempt]) -> Attempt:
    """Run one attempt on the seat's tier and write it down; the ways it can fail are outcomes.

    :raises FenceLost: another worker holds the issue now.
    :raises Terminal: the machine or the repository cannot be worked with tonight.
    """
    number = shop.attempts_before + len(history) + 1
    began = shop.desk.clock.now()
    outcome = Outcome.KILLED
    try:
        with kept_alive(shop.hold, lambda: _renew(shop, seat)):
            record_started(shop, step, seat, number, history[-1].transcript if history else "")
            attempt = _attempt(shop, tier, number, history)
        outcome = attempt.outcome
    except FenceLost:
        raise
    except Stopped as error:
        attempt = _killed(shop, number, tier, error)
    except Terminal as error:
        record_finished(shop, seat, _killed(shop, number, tier, error))
        raise
    finally:
        leave(shop.desk, seat, str(outcome))
    attempt = replace(attempt, seconds=(shop.desk.clock.now() - began).total_seconds())
    record_finished(shop, seat, attempt)
    return attempt


def resume_attempt(shop: Workshop, checkpoint: Checkpoint, history: Sequence[Attempt]) -> Attempt:
    """Let the gates speak on an attempt that was built when its worker died: nothing is paid twice.

    What it was built on stays this build's base: the branch may have moved meanwhile, and a change is
    compared with its own base and with no other.
    """
    tier, change = Tier(checkpoint.tier), checkpoint.change
    began = shop.desk.clock.now()
    shop.base = change.base
    shop.trees["build"] = opened_change(shop.desk, shop.night, change, "build")
    tab, healer = _tools(shop, tier, checkpoint.number, history)
    tab.usage = checkpoint.usage
    try:
        attempt = _judged(shop, checkpoint, tab, healer)
    except Stopped as error:
        attempt = _killed(shop, checkpoint.number, tier, error)
    attempt = replace(attempt, seconds=(shop.desk.clock.now() - began).total_seconds())
    record_finished(shop, Seat(tier, "resumed from its checkpoint"), attempt)
    return attempt


def _killed(shop: Workshop, number: int, tier: Tier, why: Exception) -> Attempt:
    usage = Usage(cost_usd=shop.desk.budgets.spent(attempt=shop.attempt_id(number)))
    return Attempt(number, str(tier), Outcome.KILLED, str(why), usage=usage)


def out_of_gate_time(shop: Workshop) -> str:
    """Return why no gate may run on this issue any more, "" while one may."""
    if not shop.out_of_gate_time:
        return ""
    most = shop.night.order.gates.gate_budget_seconds
    return f"the issue's gate time is used up (gates.gate_budget_seconds = {most:g})"


def _renew(shop: Workshop, seat: Seat) -> None:
    if seat.lease:
        shop.desk.quota.renew(seat.lease, LEASE_SECONDS)


def _tools(shop: Workshop, tier: Tier, number: int, history: Sequence[Attempt]) -> tuple[Tab, AttemptHealer]:
    task = shop.attempt_id(number)
    tab = open_tab(shop.desk, shop.night, shop.issue.number, task, shop.claim, shop.hold.check)
    ladder = survey(shop.desk, shop.night).ladder(history)
    return tab, AttemptHealer(shop.desk, shop.night, shop.issue.number, task, tier, ladder)


def _attempt(shop: Workshop, tier: Tier, number: int, history: Sequence[Attempt]) -> Attempt:
    """Ask the builder, commit what it left, save that as the checkpoint, ask the gates."""
    tab, healer = _tools(shop, tier, number, history)
    why = "" if needs_no_tier(shop.night, tier) else shop.desk.circuits.why_open(healer.endpoint)
    if why:
        return Attempt(number, str(tier), Outcome.UNAVAILABLE, why, failure=str(FailureKind.TRANSPORT))
    asked = ask_builder(shop, tier, number, history, tab, healer)
    failpoint("attempt.after_builder")
    transcript = ""
    if asked.transcript:
        name = f"transcripts/{shop.attempt_id(number)}.json"
        transcript = shop.desk.storage.put(name, shop.desk.clean(asked.transcript).encode())
        failpoint("attempt.after_transcript")
    attempt = Attempt(number, str(tier), asked.outcome, asked.reason, transcript=transcript)
    if asked.built is None:
        return replace(attempt, usage=tab.usage, failure=asked.failure)
    built = asked.built
    attempt = replace(attempt, model=built.model, summary=built.summary, prompt_version=built.prompt_version)
    try:
        change, plain = _commit(shop, _message(shop, tier, built), history)
    except ChangeUnusable as error:
        why = one_line(str(error), 300)
        red = replace(attempt, outcome=Outcome.GATES_FAILED, reason=why, feedback=str(error))
        return replace(red, usage=tab.usage)
    checkpoint = Checkpoint(
        number=number,
        tier=str(tier),
        change=change,
        plain=plain,
        usage=tab.usage,
        model=built.model,
        summary=built.summary,
        prompt_version=built.prompt_version,
        transcript=transcript,
    )
    record_checkpoint(shop, checkpoint)
    return _judged(shop, checkpoint, tab, healer)


def _judged(shop: Workshop, checkpoint: Checkpoint, tab: Tab, healer: Healer) -> Attempt:
    """Return the attempt of a checkpoint with what the gates say of it."""
    attempt = Attempt(
        number=checkpoint.number,
        tier=checkpoint.tier,
        outcome=Outcome.GATES_FAILED,
        model=checkpoint.model,
        summary=checkpoint.summary,
        prompt_version=checkpoint.prompt_version,
        transcript=checkpoint.transcript,
    )
    if why := out_of_gate_time(shop):
        return replace(attempt, outcome=Outcome.TIMED_OUT, reason=why, usage=tab.usage)
    change, tier, number = checkpoint.change, Tier(checkpoint.tier), checkpoint.number
    verdict = inspect_change(shop, change, tier, number, tab, healer)
    if not verdict.passed and (plain := without_tests(shop, checkpoint, verdict)):
        change, verdict = plain, inspect_change(shop, plain, tier, number, tab, healer)
    failpoint("attempt.after_gates")
    gates = tuple((str(result.gate), str(result.status)) for result in verdict.results)
    attempt = replace(attempt, reason=verdict.reason, usage=tab.usage, gates=gates)
    if verdict.passed:
        return replace(attempt, outcome=Outcome.ACCEPTED, change=change)
    if asked := wanted(verdict.results).findings:  # no lesson: a person may find it right
        return replace(attempt, feedback=feedback(verdict.results), change=change, awaits=asked)
    learn_from(shop.desk, shop.night, shop.issue, verdict.results)
    return replace(attempt, feedback=feedback(verdict.results))


def _commit(shop: Workshop, message: str, history: Sequence[Attempt]) -> tuple[Change, Change | None]:
    """Commit the builder's work and the written tests that prove it; the second is the work without them."""
    tree = shop.tree("build")
    if shop.desk.workspace.commit(tree, message, shop.night.order) is None:
        raise ChangeUnusable("the builder changed nothing")
    failpoint("attempt.after_commit")
    change = shop.desk.workspace.pack(tree, shop.issue.number, shop.branch)
    failpoint("attempt.after_pack")
    tested = with_proven_tests(shop, change, message, history)
    return tested, change if tested is not change else None


def _message(shop: Workshop, tier: Tier, built: BuildOutcome) -> str:
    together = "".join(f"Co-authored-by: {who}\n" for who in built.authors)
    return (
        f"{one_line(shop.desk.clean(shop.issue.title), 60)} (#{shop.issue.number})\n\n"
        f"Overnight-Night: {shop.night.id}\n"
        f"Overnight-Issue: {shop.issue.number}\n"
        f"Overnight-Model: {tier} ({one_line(built.model, 60)})\n"
        f"{together}"
    )
