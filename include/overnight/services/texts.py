"""What Overnight writes on GitHub: pull request body, issue comment, tracking issue, morning message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..domain.changes import IssueStatus
from ..domain.events import Event, EventQuery, EventType
from ..domain.gates import Verdict
from ..domain.lines import one_line
from ..domain.nights import Night, NightIssue, totals
from ..ports import Desk, Kept
from .reading import OpenNight

MARK = {"pass": "✅ pass", "fail": "❌ fail", "not_applicable": "➖ not applicable"}
_NEXT = {
    IssueStatus.PULL_REQUEST: "Review the pull request.",
    IssueStatus.JUDGED: "Publish the kept change, or run a night that opens pull requests.",
    IssueStatus.FAILED: "Read the reason; make the issue clearer or smaller, and the next night tries again.",
    IssueStatus.BLOCKED: "Nothing: it starts once what it waits for is done.",
    IssueStatus.PARKED: "Nothing: the next night tries again.",
    IssueStatus.CRASHED: "`overnight why` shows where it stopped; the next night tries again.",
    IssueStatus.SKIPPED: "Nothing.",
    IssueStatus.AWAITING_APPROVAL: "Approve or refuse the escalation.",
}
_ENDINGS = (
    EventType.ISSUE_EXECUTION_COMPLETED,
    EventType.ISSUE_EXECUTION_FAILED,
    EventType.ISSUE_EXECUTION_SKIPPED,
)


def comment_marker(number: int) -> str:
    """Return the hidden mark of the one comment on an issue."""
    return f"<!-- overnight:issue/{number} -->"


def gate_table(verdict: Verdict) -> str:
    """Return the gates as a Markdown table."""
    rows = ["| gate | result | reason | seconds |", "|---|---|---|---|"]
    rows += [
        f"| {result.gate} | {MARK[result.status]} | {_code(result.reason)} | {result.seconds:.1f} |"
        for result in verdict.results
    ]
    return "\n".join(rows)


def attempt_table(attempts: Sequence[Any]) -> str:
    """Return attempts (rows of the read model) as a Markdown table."""
    rows = ["| # | tier | outcome | tokens | cost | seconds |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {index} | {row['tier']} | {row['outcome']} | {row['tokens']} | ${row['cost_usd']:.4f} "
        f"| {row['seconds']:.0f} |"
        for index, row in enumerate(attempts, 1)
    ]
    return "\n".join(rows)


def pull_request_body(desk: Desk, night: OpenNight, kept: Kept, verdict: Verdict) -> str:
    """Return the body of the pull request: link, gates, models, cost, how to reproduce."""
    row = desk.ledger.issue(night.id, kept.issue)
    attempts = row.attempts if row else ()
    change = kept.change
    cost = sum(attempt["cost_usd"] for attempt in attempts)
    stacked = (
        ""
        if change.base.ref == night.repository.default_branch
        else (f"\nStacked on `{change.base.ref}`: merge that one first.\n")
    )
    return "\n".join(
        [
            f"Closes #{kept.issue}",
            stacked,
            f"{len(change.files)} files changed, +{change.insertions} −{change.deletions}, "
            f"on `{change.base.ref}` at {change.base.sha[:12]}.",
            "",
            "### Gates",
            gate_table(verdict),
            "",
            f"### Attempts (${cost:.4f})",
            attempt_table(attempts),
            "",
            "### Reproduce",
            "```",
            f"overnight attempt {kept.issue} --night {night.id} --diff",
            "```",
            "",
            f"<!-- overnight:pull_request/{kept.issue} --> Written by Overnight in night `{night.id}`.",
        ]
    )


def comment_body(desk: Desk, night: OpenNight, number: int) -> str:
    """Return the one comment on an issue: tonight in full, every real night as a row."""
    row = desk.ledger.issue(night.id, number)
    assert row is not None
    status = IssueStatus(row.status)
    lines = [
        comment_marker(number),
        f"**Overnight: {status.replace('_', ' ')}**" + (f": #{row.pull_request}" if row.pull_request else ""),
        "",
        _code(row.reason, 2000),
        "",
        f"*Next step*: {_NEXT[status]}",
    ]
    if row.gates:
        lines += ["", "| gate | result |", "|---|---|"]
        lines += [f"| {gate} | {MARK[status]} |" for gate, status in row.gates.items()]
        lines += _findings(desk, night, number)
    if row.attempts:
        lines += ["", "Models and escalations", "", attempt_table(row.attempts)]
    lines += ["", *_nights(desk, night, number), "", f"Run `{night.id}`."]
    return "\n".join(lines)


def _findings(desk: Desk, night: OpenNight, number: int) -> list[str]:
    query = EventQuery(types=(EventType.CHANGE_JUDGED,), night=night.id, issue=number, limit=1)
    found = desk.ledger.events(query)
    lines = [
        f"- {gate['gate']}: " + _code(f"{finding['path']}:{finding['line']} {finding['message']}")
        for gate in (found[0].metadata["gates"] if found else ())
        for finding in gate["findings"][:10]
    ]
    return ["", *lines] if lines else []


def _nights(desk: Desk, night: OpenNight, number: int) -> list[str]:
    query = EventQuery(
        types=_ENDINGS,
        repository=night.repository.node_id,
        issue=number,
        limit=None,
        oldest_first=True,
        dry_run=False,
    )
    last: dict[str, Event] = {}
    for event in desk.ledger.events(query):
        last[event.night] = event
    if not last:
        return []
    rows = ["| night | status | reason |", "|---|---|---|"]
    for event in list(last.values())[-30:]:
        day = event.at.date().isoformat() if event.at else ""
        rows.append(
            f"| {day} | {event.metadata['status']} | {_cell(one_line(event.metadata['reason'], 160))} |"
        )
    return rows


def tracking_body(desk: Desk, night: OpenNight, folded: Night) -> str:
    """Return the body of the tracking issue: the whole night on one page."""
    counted = totals(folded)
    cost = _cost(folded)
    rows = ["| # | issue | type | status | attempts | cost | reason |", "|---|---|---|---|---|---|---|"]
    rows += [_tracking_row(issue) for issue in folded.issues[:200]]
    more = len(folded.issues) - 200
    left_out = [f"- #{row['number']}: {_cell(row['reason'])}" for row in folded.exclusions[:100]]
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
    cost = sum(attempt["cost_usd"] or 0 for attempt in issue.attempts)
    request = f" #{issue.pull_request}" if issue.pull_request else ""
    return (
        f"| #{issue.number} | {_cell(one_line(issue.title, 80))} | {issue.sequence_type} "
        f"| {issue.status}{request} | {len(issue.attempts)} | ${cost:.4f} "
        f"| {_cell(one_line(issue.reason, 120))} |"
    )


def morning_message(night: OpenNight, folded: Night) -> str:
    """Return the one message of the morning: what waits for people, and what it cost."""
    statuses = [issue.status for issue in folded.issues]
    waiting = [issue for issue in folded.issues if issue.status in ("failed", "crashed", "awaiting_approval")]
    lines = [
        f"{statuses.count('pull_request')} pull requests to review, {len(waiting)} issues need you, "
        f"${_cost(folded):.2f} spent.",
        *(
            f"- #{issue.number} {one_line(issue.title, 80)}: {one_line(issue.reason, 160)}"
            for issue in waiting[:10]
        ),
        f"Night {folded.id} of {night.order.full_name}",
    ]
    return "\n".join(lines)


def _cost(folded: Night) -> float:
    return sum(attempt["cost_usd"] or 0 for issue in folded.issues for attempt in issue.attempts)


def _code(text: str, limit: int = 300) -> str:
    """Foreign words as code: nothing in them links, closes an issue, mentions or hides."""
    return f"`{_cell(one_line(text, limit)) or ' '}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
