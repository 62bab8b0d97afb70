"""Facts that a gate judges by and cannot gather itself: the ledger's, and where the base has gone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .approvals import Approval


@dataclass(frozen=True, slots=True)
class EscalationFact:
    """One escalation of the issue, as the ledger holds it."""

    tier: str
    tag: str
    exempt: bool = False
    approved: bool = False
    """Whether a person's approval is on record (asked for tags that need one)."""


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """What the ledger says of one issue.

    :param problems: what is wrong with the hash chain, from this night's first event on.
    :param missing: events that the steps so far must have left and that are not there, as sentences.
    :param spent_usd: over the issue's lifetime.
    :param approvals: words in force about this issue.
    """

    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    events: int = 0
    escalations: tuple[EscalationFact, ...] = ()
    spent_usd: Decimal = Decimal(0)
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True, slots=True)
class DriftFacts:
    """Where the base stands now.

    :param now_sha: the freshly fetched tip of the base branch.
    :param conflicts: paths on which the change and the tip would conflict.
    :param desktop: paths of the change on which a desktop has unpushed work.
    :param desktop_names: names of the checkouts that hold it.
    :param desktop_note: what the desktops said, or why none was asked.
    :param rebased: whether the change was rebased onto the tip once already.
    :param rewritten: whether the tip no longer holds the commit that the change is built on.
    """

    base_ref: str
    base_sha: str
    now_sha: str
    conflicts: tuple[str, ...] = ()
    desktop: tuple[str, ...] = ()
    desktop_note: str = ""
    desktop_names: tuple[str, ...] = ()
    rebased: bool = False
    rewritten: bool = False
