"""What Overnight writes: issue comment, tracking issue, morning message."""

from __future__ import annotations

from ..documents import from_document
from ..domain.changes import IssueStatus
from ..domain.events import EventQuery, EventType
from ..domain.gates import GateName, Verdict
from ..domain.issue_reports import MARK, IssueReport, NightRow, cell, code, comment_text
from ..domain.lines import one_line
from ..domain.nights import Night, NightIssue, totals
from ..ports import Desk
from .describing import attempt_rows, total_cost
from .reading import OpenNight, latest

_ENDINGS = (
    EventType.ISSUE_EXECUTION_COMPLETED,
    EventType.ISSUE_EXECUTION_FAILED,
    EventType.ISSUE_EXECUTION_SKIPPED,
)


def gate_table(verdict: Verdict) -> str:
    """Return the gates as a Markdown table."""
    rows = ["| gate | result | reason | seconds |", "|---|---|---|---|"]
    rows += [
        f"| {result.gate} | {MARK[result.status]} | {code(result.reason)} | {result.seconds:.1f} |"
        for result in verdict.results
    ]
    return "\n".join(rows)


def comment_body(desk: Desk, night: OpenNight, number: int) -> str:
    """Return the one comment on an issue: tonight in full, every real night as a row."""
    row = desk.ledger.issue(night.id, number)
    assert row is not None
    ended = latest(desk, night.id, *_ENDINGS, issue=number)
    judged = latest(desk, night.id, EventType.CHANGE_JUDGED, issue=number) if row.gates else None
    verdict = from_document(Verdict, {"results": judged.metadata["gates"]}) if judged else Verdict(())
    said = {result.gate: result for result in verdict.results}
    return comment_text(
        IssueReport(
            number=number,
            night=night.id,
            status=IssueStatus(row.status),
            reason=row.reason,
            at=ended.at if ended else None,
            pull_request=row.pull_request,
            pull_request_state=row.pull_request_state,
            gates=row.gates,
            governance=said[GateName.GOVERNANCE].reason if GateName.GOVERNANCE in said else "",
            findings={result.gate: result.findings for result in verdict.results},
            attempts=attempt_rows(desk, night, number),
            cost_usd=total_cost(desk, night, number),
            lifetime_usd=desk.budgets.spent(repository=night.repository.node_id, issue=number),
            nights=_nights(desk, night, number),
        )
    )


def _nights(desk: Desk, night: OpenNight, number: int) -> tuple[NightRow, ...]:
    query = EventQuery(
        types=_ENDINGS,
        repository=night.repository.node_id,
        issue=number,
        limit=None,
        oldest_first=True,
        dry_run=False,
        readable=True,
    )
    last = {event.night: event for event in desk.ledger.events(query)}
    return tuple(
        NightRow(
            event.at,
            event.metadata["status"],
            event.metadata["reason"],
            _state_since(desk, event.night, number),
        )
        for event in last.values()
    )


def _state_since(desk: Desk, night: str, number: int) -> str:
    """Return how the pull request of an earlier night stands since then."""
    row = desk.ledger.issue(night, number)
    return row.pull_request_state if row else ""


def tracking_body(desk: Desk, night: OpenNight, folded: Night) -> str:
    """Return the body of the tracking issue: the whole night on one page."""
    counted = totals(folded)
    cost = _cost(folded)
    rows = ["| # | issue | type | status | attempts | cost | reason |", "|---|---|---|---|---|---|---|"]
    rows += [_tracking_row(issue) for issue in folded.issues[:200]]
    more = len(folded.issues) - 200
    left_out = [f"- #{row['number']}: {cell(row['reason'])}" for row in folded.exclusions[:100]]
    return "\n".join(
        [
            "<!-- overnight:tracking -->",
            f"## Night of {folded.started_at:%Y-%m-%d}" if folded.started_at else "## Night",
            "",
            f"{counted['success']} succeeded, {counted['failed']} failed, {counted['skipped']} skipped, "
            f"{counted['excluded']} left out; ${cost:.2f} spent"
            + ("; dry run: nothing was pushed." if folded.dry_run else "."),
            "",
            *rows,
            *([f"… and {more} more"] if more > 0 else []),
            *(["", "### Left out", "", *left_out] if left_out else []),
            *(["", "### Cycles", "", *(f"- {cycle}" for cycle in folded.cycles)] if folded.cycles else []),
            "",
            f"Run `{folded.id}`. `overnight events --night {folded.id}` shows every decision.",
        ]
    )


def _tracking_row(issue: NightIssue) -> str:
    request = f" #{issue.pull_request}" if issue.pull_request else ""
    return (
        f"| #{issue.number} | {cell(one_line(issue.title, 80))} | {issue.sequence_type} "
        f"| {issue.status}{request} | {len(issue.attempts)} | ${issue.cost_usd:.4f} "
        f"| {cell(one_line(issue.reason, 120))} |"
    )


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"


def morning_message(night: OpenNight, folded: Night) -> str:
    """Return the one message of the morning: what waits for people, and what it cost."""
    statuses = [issue.status for issue in folded.issues]
    waiting = [issue for issue in folded.issues if issue.status in ("failed", "crashed", "awaiting_approval")]
    pulls = _many(statuses.count("pull_request"), "pull request", "pull requests")
    lines = [
        f"{pulls} to review, {_many(len(waiting), 'issue needs', 'issues need')} you, "
        f"${_cost(folded):.2f} spent.",
        *(
            f"- #{issue.number} {one_line(issue.title, 80)}: {one_line(issue.reason, 160)}"
            for issue in waiting[:10]
        ),
        f"Night {folded.id} of {night.order.full_name}",
    ]
    return "\n".join(lines)


def _cost(folded: Night) -> float:
    return sum(issue.cost_usd for issue in folded.issues)
