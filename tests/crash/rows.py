"""The kill matrix: where the process dies, in which step, and what the retry may repeat."""

from __future__ import annotations

from dataclasses import dataclass

ATTEMPT = "the attempt"
"""The builder works once more; the attempt that was cut off stays on record, with what it cost."""
GATES = "the gates"
BASE = "the base's tests"
"""After the dead worker's hold on them has run out."""
NOTHING = "nothing"
SLOW = frozenset({BASE})


@dataclass(frozen=True, slots=True)
class Row:
    """One kill.

    :param word: the failpoint, with its passage when it is not the first.
    """

    step: str
    word: str
    repeats: str = NOTHING
    slow: bool = False

    @property
    def point(self) -> str:
        return self.word.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.step}-{self.word}"


_TABLE = {
    "plan": {
        "admit.after_started": NOTHING,
        "plan.before_record": "reading the backlog",
        "plan.after_record": NOTHING,
        "base.after_event": BASE,
    },
    "build": {
        "claim.after_taken": NOTHING,
        "write.after_intent": NOTHING,
        "write.before_request": NOTHING,
        "write.after_request": NOTHING,
        "write.before_confirm": NOTHING,
        "write.after_confirm": NOTHING,
        "build.after_in_progress": NOTHING,
        "seat.after_lease": NOTHING,
        "attempt.after_started": ATTEMPT,
        "budget.after_reserve": ATTEMPT,
        "budget.after_settle": ATTEMPT,
        "attempt.after_builder": ATTEMPT,
        "attempt.after_transcript": ATTEMPT,
        "attempt.after_commit": ATTEMPT,
        "attempt.after_pack": ATTEMPT,
        "attempt.after_checkpoint": GATES,
        "attempt.after_gates": GATES,
        "attempt.before_finished": GATES,
        "attempt.after_finished": NOTHING,
        "keep.after_change": NOTHING,
        "keep.after_event": NOTHING,
        "claim.before_release": NOTHING,
    },
    "judge": {
        "judge.after_gates": GATES,
        "judge.after_artifact": GATES,
        "judge.after_verdict": NOTHING,
        "judge.after_passed": NOTHING,
        "claim.before_release": NOTHING,
    },
    "publish": {
        "publish.before_push": NOTHING,
        "publish.after_push": NOTHING,
        "publish.after_branch": NOTHING,
        "write.after_intent": NOTHING,
        "write.before_request": NOTHING,
        "write.after_request": NOTHING,
        "write.before_confirm": NOTHING,
        "write.after_confirm": NOTHING,
        "write.after_request:2": NOTHING,
        "publish.after_pull_request": NOTHING,
        "publish.after_number": NOTHING,
        "publish.after_event": NOTHING,
        "conclude.before_record": NOTHING,
        "conclude.after_record": NOTHING,
        "claim.before_release": NOTHING,
    },
    "report": {
        "write.after_intent": NOTHING,
        "write.after_request": NOTHING,
        "write.before_confirm": NOTHING,
        "report.after_comment": NOTHING,
        "report.after_record": NOTHING,
        "write.after_request:2": NOTHING,
        "write.after_request:3": NOTHING,
        "report.after_labels": NOTHING,
        "report.after_event": NOTHING,
        "claim.before_release": NOTHING,
    },
    "summarize": {
        "summary.after_settled": NOTHING,
        "summary.after_completed": NOTHING,
        "summary.after_artifact": NOTHING,
        "write.after_request": NOTHING,
        "write.after_request:2": NOTHING,
        "summary.after_tracking": NOTHING,
        "summary.before_message": NOTHING,
    },
}
ROWS = tuple(
    Row(step, word, repeats, repeats in SLOW)
    for step, points in _TABLE.items()
    for word, repeats in points.items()
)
ELSEWHERE = {
    "model.before_send": "test_killed_requests",
    "model.after_answer": "test_killed_requests",
    "agent.after_saved": "test_killed_requests",
    "follow": "tests/services/test_following_kills",
    "rollback": "tests/services/test_default_branch",
    "answer": "tests/services/test_revising_heard",
}
"""Points that a scripted builder does not pass → the test that dies there."""
