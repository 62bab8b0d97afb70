"""The one comment on an issue, as facts and as Markdown: tonight in full, every real night as a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from .changes import IssueStatus
from .descriptions import AttemptRow
from .gates import Finding, GateName
from .lines import one_line

MARK = {"pass": "✅ pass", "fail": "❌ fail", "not_applicable": "➖ not applicable"}
NEXT = {
    IssueStatus.PULL_REQUEST: "Review the pull request.",
    IssueStatus.JUDGED: "Publish the kept change, or run a night that opens pull requests.",
    IssueStatus.FAILED: "Read the reason; make the issue clearer or smaller, and the next night tries again.",
    IssueStatus.BLOCKED: "Nothing: it starts once what it waits for is done.",
    IssueStatus.PARKED: "Nothing: the next night tries again.",
    IssueStatus.CRASHED: "`overnight why` shows where it stopped; the next night tries again.",
    IssueStatus.SKIPPED: "Nothing.",
    IssueStatus.AWAITING_APPROVAL: (
        "Allow or refuse it: in the dashboard, with the label `overnight: approve`, or `overnight approve`."
    ),
}
_NEXT_OF_PULL_REQUEST = (
    ("merged", "Nothing."),
    ("closed by Overnight", "Read why on the pull request; make the issue clearer or smaller."),
    ("closed", "Nothing: Overnight does not reopen what a person closed."),
    ("in the merge queue", "Nothing: it merges by itself."),
    ("merges by itself", "Nothing, or the review that it waits for."),
)
"""How the state of a pull request begins → what is to be done; the first that fits."""
_MOST_NIGHTS = 30
_MOST_FINDINGS = 10
"""Of one gate."""
_MOST_ATTEMPTS = 40


@dataclass(frozen=True, slots=True)
class NightRow:
    """How an earlier night ended for the issue."""

    at: datetime | None
    status: str
    reason: str
    pull_request_state: str = ""


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What a night came to for one issue.

    :param at: when it ended, in UTC.
    :param pull_request_state: how its pull request stands since, "" before it was followed.
    :param gates: gate name → pass, fail, not_applicable; empty when nothing was judged.
    :param governance: what the governance gate says, "" when it was not asked.
    :param cost_usd: of this night, everything about the issue; `lifetime_usd` of all nights.
    """

    number: int
    night: str
    status: IssueStatus
    reason: str
    at: datetime | None = None
    pull_request: int | None = None
    pull_request_state: str = ""
    gates: Mapping[str, str] = field(default_factory=dict)
    governance: str = ""
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    attempts: Sequence[AttemptRow] = ()
    cost_usd: Decimal = Decimal(0)
    lifetime_usd: Decimal = Decimal(0)
    nights: Sequence[NightRow] = ()


def comment_marker(number: int) -> str:
    """Return the hidden mark of the one comment on an issue."""
    return f"<!-- overnight:issue/{number} -->"


def comment_text(report: IssueReport) -> str:
    """Return the comment; foreign words in it are code, so that they link, mention and hide nothing."""
    request = f": #{report.pull_request}" if report.pull_request else ""
    ended = f" · {report.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if report.at else ""
    parts = [
        f"{comment_marker(report.number)}\n**Overnight: {report.status.replace('_', ' ')}**{request}{ended}",
        code(report.reason, 2000),
        *([f"Pull request: {code(report.pull_request_state)}"] if report.pull_request_state else []),
        f"*Next step*: {_next_step(report)}",
        *_gates(report),
        *_attempts(report),
        *_nights(report),
        f"Run `{report.night}`.",
    ]
    return "\n\n".join(parts)


def _next_step(report: IssueReport) -> str:
    for beginning, words in _NEXT_OF_PULL_REQUEST:
        if report.pull_request_state.startswith(beginning):
            return words
    return NEXT[report.status]


def code(text: str, limit: int = 300) -> str:
    """Foreign words as code: nothing in them links, closes an issue, mentions or hides."""
    return f"`{cell(one_line(text, limit)) or ' '}`"


def cell(text: str) -> str:
    """Text that stays in its cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def attempt_table(attempts: Sequence[AttemptRow]) -> str:
    """Return attempts as a Markdown table, the last ones when there are many."""
    shown = attempts[-_MOST_ATTEMPTS:]
    rows = [
        "| # | tier | outcome | tokens | cost | seconds | escalated because |",
        "|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {index} | {row.tier} | {row.outcome} | {row.tokens} | ${row.cost_usd:.4f} | {row.seconds:.0f} "
        f"| {code(row.escalation, 160) if row.escalation else ''} |"
        for index, row in enumerate(shown, len(attempts) - len(shown) + 1)
    ]
    return "\n".join(rows)


def _gates(report: IssueReport) -> Iterator[str]:
    if not report.gates:
        return
    rows = ["| gate | result |", "|---|---|"]
    rows += [f"| {gate} | {MARK[report.gates.get(gate, 'not_applicable')]} |" for gate in GateName]
    yield "\n".join(rows)
    if report.governance:
        yield f"Governance: {code(report.governance)}"
    found = [
        f"- {gate}: {code(f'{one.path}:{one.line} {one.message}' if one.path else one.message)}"
        for gate, findings in report.findings.items()
        for one in findings[:_MOST_FINDINGS]
    ]
    if found:
        yield "\n".join(found)


def _attempts(report: IssueReport) -> Iterator[str]:
    if report.attempts:
        yield "Models and escalations"
        yield attempt_table(report.attempts)
    if report.cost_usd or report.lifetime_usd:
        yield f"Cost: ${report.cost_usd:.4f} in this night, ${report.lifetime_usd:.4f} in all nights."


def _nights(report: IssueReport) -> Iterator[str]:
    if not report.nights:
        return
    rows = ["| night | status | reason |", "|---|---|---|"]
    for night in report.nights[-_MOST_NIGHTS:]:
        day = night.at.astimezone(UTC).date().isoformat() if night.at else ""
        state = f"; {night.pull_request_state}" if night.pull_request_state else ""
        rows.append(f"| {day} | {night.status} | {cell(one_line(night.reason + state, 160))} |")
    yield "\n".join(rows)
