"""Changes that wait for a person: ask, heed an answer, take the kept change up again without building."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ..documents import from_document
from ..domain.approvals import Approval, may_approve
from ..domain.awaiting import Wanted, is_allowed, subject_of, wanted
from ..domain.eligibility import TRUSTED_PERMISSIONS
from ..domain.errors import OvernightError
from ..domain.events import EventType
from ..domain.gates import Verdict
from ..domain.issues import Issue
from ..domain.lines import one_line
from ..ports import Desk, Kept
from .approving import APPROVE_LABEL, SOMEBODY_IS_AWAKE, Question
from .reading import OpenNight, latest, open_night
from .verdicts import verdict_on

WAITS_FOR = timedelta(days=30)
"""How long a change is kept for a person who may allow it."""
_TOLD = 10


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change of an earlier night that only a person's word is missing for."""

    kept: Kept
    wanted: Wanted


def unanswered(desk: Desk, repository: str, number: int, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths that nobody spoke on."""
    return tuple(path for path in paths if desk.approvals.word(repository, number, subject_of(path)) is None)


def refused(desk: Desk, repository: str, number: int, paths: tuple[str, ...]) -> Approval | None:
    """Return a person's refusal of one of the paths, None when nobody refused any."""
    words = (desk.approvals.word(repository, number, subject_of(path)) for path in paths)
    return next((word for word in words if word is not None and not word.granted), None)


def allowed(desk: Desk, repository: str, number: int, paths: tuple[str, ...]) -> bool:
    """Return whether people allow every path."""
    return is_allowed(desk.approvals.in_force(repository, number), repository, number, paths)


def ask(desk: Desk, night: OpenNight, number: int, asked: Wanted) -> None:
    """Put a question for each path into the morning queue; one that stands there is not put twice."""
    for path in asked.paths:
        desk.approvals.ask(
            night.repository.node_id, number, subject_of(path), one_line(asked.why(path), 300), night.id
        )


def why_it_waits(asked: Wanted, number: int) -> str:
    """Return why an issue waits, with what a person can do."""
    paths = ", ".join(asked.paths[:_TOLD]) + (" …" if len(asked.paths) > _TOLD else "")
    return (
        f"a person must allow {paths} ({asked.why(asked.paths[0])}): the dashboard's approvals, the label "
        f"'{APPROVE_LABEL}', or `overnight approve {number} --subject '{asked.subjects[0]}'`"
    )


def waiting_change(desk: Desk, night: OpenNight, number: int, text_sha256: str) -> Waiting | None:
    """Return the newest change of an issue when only a word is missing for it and its text still stands."""
    kept = desk.records.change(night.repository.node_id, number)
    if kept is None or kept.night == night.id or kept.passed or kept.text_sha256 != text_sha256:
        return None
    told = desk.ledger.night(kept.night)
    if not told or not told.started_at or desk.clock.now() - told.started_at > WAITS_FOR:
        return None
    verdict = verdict_on(desk, kept.night, kept)
    asked = wanted(verdict.results) if verdict else Wanted()
    return Waiting(kept, asked) if asked.paths else None


def open_again(desk: Desk, night: OpenNight, number: int, verdict: Verdict) -> bool:
    """Return whether people have meanwhile allowed all that a stored verdict failed for."""
    asked = wanted(verdict.results)
    return bool(asked.paths) and allowed(desk, night.repository.node_id, number, asked.paths)


def change_question(desk: Desk, night_id: str, number: int) -> Question | None:
    """Return what a person must be asked before a built change is judged; None when nobody need be."""
    night = open_night(desk, night_id)
    asked = wanted_now(desk, night, number)
    if night.order.trigger not in SOMEBODY_IS_AWAKE or not asked.paths:
        return None
    if not unanswered(desk, night.repository.node_id, number, asked.paths):
        return None
    ask(desk, night, number, asked)
    lines = [f"- `{path}`: {one_line(asked.why(path), 200)}" for path in asked.paths]
    return Question(
        asked.subjects[0],
        f"Let #{number} touch {len(asked.paths)} protected path{'s' if asked.paths[1:] else ''}?",
        "Every other gate passes. The change touches:\n\n" + "\n".join(lines) + "\n\n"
        "Without an answer the change is kept and the issue waits for one.",
    )


def answer_change(desk: Desk, night_id: str, number: int, *, granted: bool, who: str, why: str) -> None:
    """Write down what a person answered on every path of a built change."""
    night = open_night(desk, night_id)
    asked = wanted_now(desk, night, number)
    node = night.repository.node_id
    for path in unanswered(desk, node, number, asked.paths):
        desk.approvals.give(Approval(subject_of(path), who, why, node, number, granted, source="airflow"))


def wanted_now(desk: Desk, night: OpenNight, number: int) -> Wanted:
    """Return what tonight's built change of an issue needs a word for."""
    built = latest(desk, night.id, EventType.CHANGE_BUILT, issue=number)
    return from_document(Wanted, {"findings": (built.metadata.get("awaits") if built else None) or []})


def heed_waiting_label(desk: Desk, night: OpenNight, issue: Issue, waiting: Waiting) -> None:
    """Take the label `overnight: approve` as a word on a waiting change, when set after the question."""
    node = night.repository.node_id
    paths = unanswered(desk, node, issue.number, waiting.wanted.paths)
    if not paths or APPROVE_LABEL not in issue.label_names:
        return
    try:
        vetting = desk.tracker.who_labelled(night.repository, issue, APPROVE_LABEL)
    except OvernightError:
        return  # who set it cannot be told now; the next night asks again
    told = desk.ledger.night(waiting.kept.night)
    if vetting is None or vetting.permission not in TRUSTED_PERMISSIONS:
        return
    if not may_approve(night.order.approvers, f"github:{vetting.actor}"):
        return
    if told is None or told.started_at is None or vetting.at < told.started_at:
        return  # the label is older than the change: it was about something else
    who, why = vetting.actor, f"label {APPROVE_LABEL!r}"
    for path in paths:
        desk.approvals.give(Approval(subject_of(path), who, why, node, issue.number, source="label"))
