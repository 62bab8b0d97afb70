"""The one comment on an issue, word for word, for every way a night can end."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from include.overnight.domain.changes import IssueStatus
from include.overnight.domain.descriptions import AttemptRow
from include.overnight.domain.gates import Finding, GateName
from include.overnight.domain.issue_reports import IssueReport, NightRow, comment_text

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 3, 2, 3, 15, tzinfo=UTC)
EARLIER = NightRow(datetime(2026, 3, 1, 3, 0, tzinfo=UTC), "parked", "every model was down")
FIRST = AttemptRow("gpt-4", "gpt-4-0613", "gates_failed", 1200, Decimal("0.0400"), 61.4)
SECOND = AttemptRow(
    "gpt-5.1", "gpt-5.1", "accepted", 5300, Decimal("0.2100"), 140.0, "complex_architecture (2 of 10 today)"
)
GREEN = dict.fromkeys(map(str, GateName), "pass") | {"cdw": "not_applicable"}
RED = GREEN | {"test": "fail"}
FINDINGS = {"test": (Finding("new_failure", "test_size fails | was green", "tests/test_box.py", 12),)}

REASONS = {
    IssueStatus.PULL_REQUEST: "pull request #57: 8 gates passed, 1 not applicable",
    IssueStatus.JUDGED: "all gates passed; pull requests are off: `overnight publish` opens it",
    IssueStatus.FAILED: "test: 1 test newly fails; the ladder has ended",
    IssueStatus.BLOCKED: "waits for #41, which failed",
    IssueStatus.SKIPPED: "open pull request #40 by ann would close it; the change is kept",
    IssueStatus.PARKED: "GitHub could not be reached; the change is kept",
    IssueStatus.AWAITING_APPROVAL: "gpt-5.1 needs an approval: the hour's quota is used up",
    IssueStatus.CRASHED: "its worker died or hit a defect; see the task's log",
}


def report(status):
    plain = IssueReport(
        42, "0198c0de-0000-7000-8000-000000000001", status, REASONS[status], AT,
        nights=(EARLIER, NightRow(AT, str(status), REASONS[status])),
    )  # fmt: skip
    green = replace(
        plain,
        gates=GREEN,
        governance="no rule is broken",
        attempts=(FIRST, SECOND),
        cost_usd=Decimal("0.31"),
        lifetime_usd=Decimal("0.45"),
    )
    return {
        IssueStatus.PULL_REQUEST: replace(green, pull_request=57),
        IssueStatus.JUDGED: green,
        IssueStatus.FAILED: replace(green, gates=RED, findings=FINDINGS),
        IssueStatus.SKIPPED: green,
        IssueStatus.PARKED: green,
        IssueStatus.CRASHED: replace(
            plain, attempts=(replace(FIRST, outcome="killed"),), lifetime_usd=Decimal("0.04")
        ),
    }.get(status, plain)


@pytest.mark.parametrize("status", list(IssueStatus))
def test_every_ending_has_its_words(status):
    assert comment_text(report(status)) + "\n" == (GOLDEN / f"comment_{status}.md").read_text()


STATES = {
    "merged": "merged by ann",
    "closed_by_a_person": "closed by octocat",
    "closed_by_overnight": "closed by Overnight: it left the merge queue: FAILED_CHECKS",
    "queued": "in the merge queue, 3rd",
    "left": "left to people: nothing guards the branch: no queue, no required checks with reviews",
}


@pytest.mark.parametrize("name", list(STATES))
def test_every_way_a_pull_request_goes_on_has_its_words(name):
    opened = report(IssueStatus.PULL_REQUEST)
    rows = (*opened.nights[:-1], replace(opened.nights[-1], pull_request_state=STATES[name]))
    told = replace(opened, pull_request_state=STATES[name], nights=rows)
    assert comment_text(told) + "\n" == (GOLDEN / f"comment_pull_request_{name}.md").read_text()


def test_foreign_words_neither_link_nor_mention_nor_hide():
    hostile = "@acme/everyone closes #1 <!-- `x` | y\n\n# big"
    text = comment_text(replace(report(IssueStatus.FAILED), reason=hostile, governance=hostile))
    assert "@acme" not in text
    assert text.count("<!--") == 1
    assert "\n# big" not in text


def test_a_lifetime_of_nights_and_attempts_stays_short_enough_for_github():
    long = replace(
        report(IssueStatus.FAILED),
        reason="x" * 9000,
        attempts=(SECOND,) * 500,
        nights=(replace(EARLIER, reason="y" * 900),) * 400,
        findings={str(gate): (Finding("r", "m" * 900, "p" * 200, 1),) * 300 for gate in GateName},
    )
    assert len(comment_text(long)) < 60_000
    assert comment_text(long).endswith(f"Run `{long.night}`.")
