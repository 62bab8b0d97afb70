"""What stands behind a change: plan, written tests, the reviewer's opinion, gates, words of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..assembly import Overnight
from ..documents import from_document
from ..domain.errors import NotFound
from ..domain.events import EventQuery, EventType
from ..domain.gates import GateStatus, Verdict, flat
from ..domain.nights import Night
from ..services.archiving import JUDGE, logs_of
from .approve import end_of
from .console import say, say_exactly
from .tables import row, show, table
from .verdicts import show_results

_QUOTE = 200


def newest(house: Overnight, night: Night, number: int, kind: EventType) -> Mapping[str, Any] | None:
    """Return what the newest event of a kind tells of an issue, None when there is none."""
    query = EventQuery(types=(kind,), night=night.id, issue=number, limit=1)
    return next((event.metadata for event in house.ledger.events(query)), None)


def plan_of(house: Overnight, night: Night, number: int) -> str:
    """Return the architecture plan that an issue's builder followed (NotFound without one)."""
    written = newest(house, night, number, EventType.PLAN_WRITTEN)
    known = written or house.records.recall(f"architecture/{night.repository}/{number}")
    if not known:
        raise NotFound(f"no architecture plan was written for #{number} in night {night.id}")
    return str(known["plan"])


def say_plan(house: Overnight, night: Night, number: int) -> None:
    """Say that there is an architecture plan and how to read it."""
    if written := newest(house, night, number, EventType.PLAN_WRITTEN):
        lines = len(str(written["plan"]).splitlines())
        say(f"Architecture plan: {lines} lines by {written['tier']} (`overnight attempt {number} --plan`)")


def show_tests(house: Overnight, night: Night, number: int) -> None:
    """Print what became of the tests that a model wrote from the acceptance criteria."""
    told = newest(house, night, number, EventType.TESTS_GENERATED)
    if told is None:
        return
    made = table("Tests from the acceptance criteria", "", "file, what it was seen to do")
    for path in told["kept"]:
        row(made, "kept", path, details=(told["proofs"].get(path, told["stage"]),))
    for one in told["dropped"]:
        row(made, "dropped", one["path"], details=(one["reason"],))
    show(made)
    if told["note"]:
        say(f"No test was written: {told['note']}")


def show_review(house: Overnight, night: Night, number: int) -> None:
    """Print the reviewing model's newest opinion, each criterion with its quote."""
    told = newest(house, night, number, EventType.CHANGE_REVIEWED)
    if told is None:
        return
    if not told["review"]:
        say(f"Review: none: {told['why']}")
        return
    made = table(f"Review by {told['tier']}", "met", "criterion, proof")
    for one in told["review"]["judgements"]:
        proof = flat(one["quote"], _QUOTE) or one["comment"]
        row(made, "yes" if one["met"] else "NO", flat(one["criterion"], _QUOTE), details=(proof,))
    show(made)
    for kind in ("out_of_scope", "against_instructions"):
        for text in told["review"][kind]:
            say(f"{kind.replace('_', ' ')}: {flat(text, _QUOTE)}")


def show_gates(house: Overnight, night: Night, number: int) -> None:
    """Print what the judge said, gate by gate."""
    judged = newest(house, night, number, EventType.CHANGE_JUDGED)
    if judged is None:
        return
    verdict = from_document(Verdict, {"results": judged["gates"]})
    absent = [one.gate for one in verdict.results if one.status is GateStatus.NOT_APPLICABLE]
    show_results(tuple(one for one in verdict.results if one.gate not in absent), "Gates (judge)")
    if absent:
        say(f"Not applicable: {', '.join(absent)}.\n")


def show_lessons_learnt(house: Overnight, night: Night, number: int) -> None:
    """Print the lessons that this issue's failures taught or confirmed."""
    from_here = f"issue #{number}, night {night.id}"
    made = table("Lessons learnt here", "rule", "lesson")
    for lesson in house.lessons.all(night.repository):
        if lesson.source.endswith(from_here):
            row(made, lesson.rule, lesson.advice)
    show(made)


def show_words(house: Overnight, night: Night, number: int) -> None:
    """Print what people allowed or refused about an issue, and what waits for a word."""
    made = table("Words of people", "", "about, who and why")
    for word in house.approvals.in_force(night.repository, number):
        said = "allowed" if word.granted else "refused"
        row(made, said, f"{word.subject}{end_of(word)}", details=(f"{word.who}: {word.why}",))
    for open_ in house.approvals.queue(night.repository):
        if open_["issue"] == number:
            row(made, "waiting", open_.get("subject") or open_["kind"], details=(str(open_.get("why", "")),))
    show(made)


def print_logs(house: Overnight, night: Night, number: int, attempt: int) -> None:
    """Print in full what the gates' commands said to an attempt and to the judge."""
    for title, step in ((f"attempt {attempt}", attempt), ("the judge", JUDGE)):
        for gate, uris in logs_of(house, night.id, number, step).items():
            for uri in uris:
                if uri.endswith(".log"):
                    say(f"--- {gate}, {title} ---")
                    say_exactly(house.storage.get(uri).decode(errors="replace"))
                else:
                    say(f"--- {gate}, {title}: report at {uri} ---")
