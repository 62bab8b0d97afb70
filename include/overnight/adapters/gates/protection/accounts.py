"""What a change owes besides its files: its commits' author and trailers, reasons for escalations, money."""

from __future__ import annotations

from collections.abc import Iterator

from ....domain.evidence import LedgerFacts
from ....domain.gates import Finding
from ....domain.justification import approval_of, needs_person
from ....domain.orders import NightOrder
from ....ports import Case, Stage
from ...git import authored, ordered_author

TRAILERS = ("Overnight-Night", "Overnight-Issue", "Overnight-Model")
"""What every commit message of ours ends with."""


def commit_findings(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with the commits; on a repository that is only looked at they are not ours."""
    if case.stage is Stage.LOCAL:
        return
    wanted = ordered_author(case.order)
    commits = authored(case.head, case.change)
    if not commits:
        yield Finding("commit", "the change has no commit over its base")
    for commit in commits:
        short = commit.sha[:12]
        for role, who in (("author", commit.author), ("committer", commit.committer)):
            if who != wanted:
                yield Finding("commit", f"the {role} of {short} is {who}; the order says {wanted}")
        if len(commit.parents) != 1:
            yield Finding("commit", f"{short} has {len(commit.parents)} parents; ours have one")
        for key in TRAILERS:
            if not commit.trailers.get(key):
                yield Finding("commit", f"{short} has no trailer {key}")
        number = commit.trailers.get("Overnight-Issue", str(case.issue.number))
        if number != str(case.issue.number):
            yield Finding("commit", f"{short} is of issue #{number}, not #{case.issue.number}")


def account_findings(facts: LedgerFacts | None, order: NightOrder) -> Iterator[Finding]:
    """Yield escalations that nothing justifies, and money beyond the issue's budget."""
    if facts is None:
        return
    for escalation in facts.escalations:
        to, tag = escalation.tier, escalation.tag
        if not tag.strip():
            yield Finding("escalation", f"the escalation to {to} has no justification tag")
        elif approval_of(tag) is None:
            yield Finding("escalation", f"the escalation to {to} names {tag!r}, a tag that justifies nothing")
        elif needs_person(tag) and not escalation.approved:
            yield Finding("escalation", f"the escalation to {to} ({tag}) was approved by no person")
    most = order.limits.issue_usd
    if facts.spent_usd > most:
        yield Finding(
            "budget", f"${facts.spent_usd:.2f} spent on this issue; limits.issue_usd is ${most:.2f}"
        )
