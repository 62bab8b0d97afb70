"""Judge a change again, from its bundle alone, in a clean checkout; a stored verdict is never re-rolled."""

from __future__ import annotations

from dataclasses import replace

from ..documents import from_document, to_document
from ..domain.changes import IssueStatus
from ..domain.errors import NotFound
from ..domain.events import EventType, Severity
from ..domain.gates import Verdict
from ..domain.issues import Issue
from ..ports import Desk, Kept
from .concluding import conclude
from .gating import judge_trees, opened_base, opened_change
from .preparing import read_commands, within_repository_limits
from .reading import OpenNight, latest, open_night


def judge_change(desk: Desk, night_id: str, number: int) -> Verdict:
    """Return the stored verdict on tonight's change of an issue, or judge it now and store that."""
    night = open_night(desk, night_id)
    kept = desk.records.change(night.repository.node_id, number, night_id)
    if kept is None:
        raise NotFound(f"issue #{number} has no change in night {night_id}")
    verdict = stored_verdict(desk, night, kept)
    if verdict is None:
        try:
            issue = desk.tracker.issue(night.repository, number)
        except NotFound:
            gone = "the issue was deleted while the night was running"
            conclude(desk, night, number, IssueStatus.SKIPPED, gone)
            return Verdict(())
        verdict = _judge(desk, night, kept, issue)
        _store(desk, night, kept, verdict)
    if kept.passed is None:
        desk.records.keep_change(night.repository.node_id, replace(kept, passed=verdict.passed))
    if not verdict.passed:
        conclude(desk, night, number, IssueStatus.FAILED, verdict.reason)
    return verdict


def stored_verdict(desk: Desk, night: OpenNight, kept: Kept) -> Verdict | None:
    """Return the verdict on exactly this commit, None while there is none."""
    judged = latest(desk, night.id, EventType.CHANGE_JUDGED, issue=kept.issue)
    if judged is None or judged.metadata["head_sha"] != kept.change.head_sha:
        return None
    return from_document(Verdict, {"results": judged.metadata["gates"]})


def _judge(desk: Desk, night: OpenNight, kept: Kept, issue: Issue) -> Verdict:
    commands = read_commands(desk, night, kept.change.base)
    night = within_repository_limits(night, commands)
    head = opened_change(desk, night, kept.change, "judge")
    base = opened_base(desk, night, kept.change.base, kept.issue, "judge-base")
    try:
        return judge_trees(desk, night, issue, kept.change, head, base, commands)
    finally:
        desk.workspace.close_tree(head)
        desk.workspace.close_tree(base)


def _store(desk: Desk, night: OpenNight, kept: Kept, verdict: Verdict) -> None:
    desk.ledger.append(
        night.event(
            EventType.CHANGE_JUDGED,
            f"#{kept.issue}: {verdict.reason}",
            severity=Severity.INFO if verdict.passed else Severity.WARNING,
            issue=kept.issue,
            metadata={
                "head_sha": kept.change.head_sha,
                "passed": verdict.passed,
                "gates": to_document(verdict)["results"],
            },
        )
    )
