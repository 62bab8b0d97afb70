"""Named places at which a process can be made to die, so that tests prove what a crash there leaves.

Free when off: a call is one look at a module's variable. `OVERNIGHT_FAILPOINT=publish.after_push` kills the
process with SIGKILL at the first passage, `publish.after_push:3` at the third; `@/path/to/file` names a file
that holds such a word: whoever removes it dies, so of all processes that read it only one does.
"""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "OVERNIGHT_FAILPOINT"

POINTS = {
    "admit.after_started": "the night's order is on record",
    "plan.before_record": "the plan is made and nowhere written down",
    "plan.after_record": "the plan is on record",
    "base.after_event": "the base's own test results are on record, nobody can read them back yet",
    "claim.after_taken": "the issue is claimed",
    "claim.before_release": "the step is done, its claim still stands",
    "build.after_in_progress": "the label `in progress` is on the issue",
    "seat.after_lease": "an escalation is counted and holds its slot",
    "attempt.after_started": "checkpoint and attempt are on record",
    "budget.after_reserve": "a model request is reserved and not sent",
    "model.before_send": "the same, at the door of the network",
    "model.after_answer": "the provider has answered and nothing is settled",
    "budget.after_settle": "the request is paid",
    "agent.after_saved": "the conversation and the work tree are kept for a retry",
    "attempt.after_builder": "the builder is done, its work uncommitted",
    "attempt.after_transcript": "the transcript lies in object storage",
    "attempt.after_commit": "the work is committed and nowhere packed",
    "attempt.after_pack": "the bundle lies in object storage, nothing refers to it",
    "attempt.after_checkpoint": "what the builder made is on record",
    "attempt.after_gates": "the gates have spoken to nobody",
    "attempt.before_finished": "the seat is given back, the outcome not written down",
    "attempt.after_finished": "the outcome is on record",
    "keep.after_change": "the change is kept, its event is not there",
    "keep.after_event": "the build is finished",
    "judge.after_gates": "the verdict is known to this process alone",
    "judge.after_artifact": "the verdict lies in object storage",
    "judge.after_verdict": "the verdict is on record",
    "judge.after_passed": "the kept change is marked as passed",
    "conclude.before_record": "an issue's status is decided",
    "conclude.after_record": "an issue's status is on record",
    "publish.before_push": "what we mean to push is on record",
    "publish.after_push": "the branch is on GitHub, its record is not",
    "publish.after_branch": "the branch is on record",
    "publish.after_pull_request": "the pull request is open, the ledger does not know its number",
    "publish.after_number": "the pull request's number is on record",
    "publish.after_event": "the event of the publication is there",
    "write.after_intent": "a write to GitHub is meant",
    "write.before_request": "its turn has come, it is not sent",
    "write.after_request": "GitHub has done it, its answer is lost",
    "write.before_confirm": "GitHub's id is known to this process alone",
    "write.after_confirm": "the write is confirmed",
    "follow.after_request": "GitHub took a step of a pull request's, its event is not there",
    "follow.after_event": "the step is on record, the issue is not told of it",
    "follow.after_explanation": "it is said why a pull request is closed, which is open",
    "follow.after_replay": "a published change is replayed and kept, not pushed",
    "follow.after_push": "the replayed change is pushed, its event is not there",
    "answer.after_said": "who asked has the answer, the ledger does not know it",
    "rollback.after_push": "the revert's branch is on GitHub, its pull request is not",
    "rollback.after_pull_request": "the revert is proposed, the case does not know its number",
    "report.after_comment": "the comment stands, its id is not on record",
    "report.after_record": "the comment's id is on record",
    "report.after_labels": "the status label is on the issue",
    "report.after_event": "the report is on record",
    "summary.after_settled": "every issue has a status",
    "summary.after_completed": "the night's end is on record",
    "summary.after_artifact": "night.json lies in object storage",
    "summary.after_tracking": "the tracking issue is written, its number not on record",
    "summary.before_message": "the morning message is meant and not sent",
}
"""Every point there is: what is done and what is not when a process dies there."""


@dataclass(slots=True)
class Fuse:
    """What kills this process, and after how many passages."""

    name: str
    passages: int = 1
    file: Path | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)

    def passed(self, name: str) -> None:
        """Count a passage; the last one does not return."""
        with self.turn:
            if self.file is not None and not self._read():
                return
            if name != self.name:
                return
            self.passages -= 1
            if self.passages <= 0 and self._is_ours():
                os.kill(os.getpid(), signal.SIGKILL)

    def _read(self) -> bool:
        """Take the word of the file, anew when another one stands there; False while there is none."""
        try:
            name, passages = _parsed(self.file.read_text() if self.file else "")
        except FileNotFoundError:
            return False
        if name != self.name:
            self.name, self.passages = name, passages
        return True

    def _is_ours(self) -> bool:
        """Whether it is this process that dies, of all those that read the same file."""
        if self.file is None:
            return True
        try:
            self.file.unlink()
        except FileNotFoundError:
            return False
        return True


_fuse: Fuse | None = None


def failpoint(name: str) -> None:
    """Die here, when this is the passage that was asked for."""
    if _fuse is not None:
        _fuse.passed(name)


def arm(word: str) -> None:
    """Make this process die as the word says; "" makes every point free again.

    :raises ValueError: no such point.
    """
    global _fuse  # the one switch that every point looks at
    _fuse = _laid(word) if word else None


def _laid(word: str) -> Fuse:
    return Fuse("", file=Path(word[1:])) if word.startswith("@") else Fuse(*_parsed(word))


def _parsed(word: str) -> tuple[str, int]:
    name, _, passages = word.strip().partition(":")
    if name not in POINTS:
        raise ValueError(f"{VARIABLE}: there is no failpoint {name!r}; {__name__}.POINTS lists them")
    return name, int(passages or 1)


arm(os.environ.get(VARIABLE, ""))
