"""Changes whose record is wrong: whose commits, what the ledger holds, what a person never allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from include.overnight.domain.approvals import Approval
from include.overnight.domain.evidence import DriftFacts, EscalationFact, LedgerFacts
from include.overnight.domain.issues import Issue
from include.overnight.domain.reviewing import Judgement, Review
from include.overnight.ports import Case

from .change import Hostile, Told
from .deeds import adds, writes

GOOD = adds("docs/guide.md", "\nOne more sentence.\n")


def facts(**some: object) -> Told:
    """Return what puts the ledger's facts into a case."""
    return lambda case: replace(case, ledger=LedgerFacts(events=7, **some))  # type: ignore[arg-type]


def drift(**some: object) -> Told:
    """Return what puts facts of the remote into a case."""
    return lambda case: replace(case, drift=replace(case.drift or DriftFacts("main", "", ""), **some))  # type: ignore[arg-type]


def escalated(tier: str, tag: str) -> Told:
    """Return what puts one escalation into the ledger's facts."""
    return facts(escalations=(EscalationFact(tier, tag),))


def word(subject: str, **more: object) -> Callable[[Case], Case]:
    """Return what puts a person's word into the ledger's facts."""
    given = Approval(subject, "ann", "because", **more)  # type: ignore[arg-type]
    return facts(approvals=(given,))


def _as_somebody_else(case: Case) -> Case:
    return replace(case, order=replace(case.order, author_name="Somebody Else"))


ACCOUNTS: tuple[Hostile, ...] = (
    Hostile("commits by another author", GOOD, "governance", "the author of", told=_as_somebody_else),
    Hostile(
        "commits of another issue",
        GOOD,
        "governance",
        "is of issue #1",
        issue=Issue(2, "Other"),
    ),
    Hostile(
        "an escalation without a reason",
        GOOD,
        "governance",
        "no justification",
        told=escalated("gpt-5.1", ""),
    ),
    Hostile(
        "an escalation with a made-up reason",
        GOOD,
        "governance",
        "justifies nothing",
        told=escalated("gpt-5.1", "because_i_can"),
    ),
    Hostile(
        "an escalation that a person should have approved",
        GOOD,
        "governance",
        "approved by no person",
        told=escalated("gpt-5.1", "experimental"),
    ),
    Hostile(
        "more money than an issue may cost",
        GOOD,
        "governance",
        "spent on this issue",
        told=facts(spent_usd=Decimal(30)),
    ),
    Hostile(
        "an approval that the change itself claims",
        writes(".github/approvals.md", "protected:.github/** approved by ann\n"),
        "governance",
        "runs on the forge",
    ),
    Hostile(
        "an approval for another issue",
        adds("deploy/pantry.service", "x=1\n"),
        "governance",
        "own settings",
        told=word("protected:deploy/*", issue=99),
    ),
    Hostile(
        "an approval for another repository",
        adds("deploy/pantry.service", "x=1\n"),
        "governance",
        "own settings",
        told=word("protected:deploy/*", repository="R_other"),
    ),
    Hostile(
        "an approval that was refused",
        adds("deploy/pantry.service", "x=1\n"),
        "governance",
        "own settings",
        told=word("protected:deploy/*", granted=False),
    ),
    Hostile(
        "a secret under an approved path",
        adds("deploy/pantry.service", "Environment=T=" + "ghp" + "_" + "a1B2" * 9 + "\n"),
        "governance",
        "GitHub token",
        told=word("protected:deploy/*"),
    ),
    Hostile(
        "an event missing from the ledger",
        GOOD,
        "memory",
        "missing",
        told=facts(missing=("no attempt.finished for attempt 1",)),
    ),
    Hostile(
        "a chain that somebody changed",
        GOOD,
        "memory",
        "chain does not verify",
        told=facts(problems=("event 41: its hash is not that of its content",)),
    ),
    Hostile(
        "a ledger that nobody asked",
        GOOD,
        "memory",
        "nobody asked",
        told=lambda case: replace(case, ledger=None),
    ),
    Hostile(
        "a base that has moved into the change's way",
        GOOD,
        "drift",
        "conflicts with main",
        told=drift(conflicts=("docs/guide.md",)),
    ),
    Hostile("a base whose history was rewritten", GOOD, "drift", "rewritten", told=drift(rewritten=True)),
    Hostile(
        "a colleague's unpushed work on the same file",
        GOOD,
        "drift",
        "unpushed",
        told=drift(desktop=("docs/guide.md",)),
    ),
    Hostile(
        "a lesson violated", adds("pantry/labels.py", '\n_SIZE = eval("1")\n'), "qiel", "Never call eval"
    ),
    Hostile(
        "what the issue does not ask for",
        GOOD,
        "qic",
        "not met",
        issue=Issue(1, "Add a median", "- [ ] `median` must be there"),
        told=lambda case: replace(
            case, review=Review((Judgement("`median` must be there", False),), tier="gpt-5.1")
        ),
    ),
    Hostile(
        "a reviewer that quotes what is not there",
        GOOD,
        "qic",
        "without proof",
        issue=Issue(1, "Add a median", "- [ ] `median` must be there"),
        told=lambda case: replace(
            case,
            review=Review(
                (Judgement("`median` must be there", True, "def median(prices):"),), tier="gpt-5.1"
            ),
        ),
    ),
)
