"""Ask a reviewing model for its opinion of a change; the builder's tier and the builder's words stay out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ..documents import from_document, to_document
from ..domain.changes import Usage
from ..domain.criteria import criteria
from ..domain.difflines import diff_lines
from ..domain.errors import ModelFailure, OverBudget, SettingsError, Transient
from ..domain.events import Event, EventQuery, EventType, Severity
from ..domain.models import LADDER, Tier, TierFacts
from ..domain.opinions import proved
from ..domain.reviewing import UNUSABLE, Review, ReviewBrief
from ..domain.sanitizing import sanitize
from ..ports import Case, Claim, Desk, Healer, Stage
from .healing import AttemptHealer
from .reading import OpenNight
from .spending import Tab
from .surveying import survey

LEAVES = (EventType.CHANGE_REVIEWED,)
"""What a review that was asked for leaves in the ledger."""
_DIFF_SHOWN, _UNKNOWN_WINDOW = 200_000, 32_000
"""Characters of the diff at most, and of a window nobody knows; a character a token of the window leaves
room for the rest of the question, for the answer, and for the advisor to cut nothing more."""
_TRIES = 2
"""Tiers that are asked before the deterministic part stands alone."""
_TIERS = (*LADDER, Tier.LOCAL_BUILDER)


def review_change(
    desk: Desk,
    night: OpenNight,
    case: Case,
    tab: Tab,
    healer: Healer,
    *,
    builder_tier: str,
    attempt: str,
    claim: Claim | None = None,
) -> tuple[Review | None, str]:
    """Return a model's opinion of a change and a note, or None and why there is none.

    A review is a question, no escalation: it spends the tab's budget (attempt, issue, night and month) and
    no quota. A refused budget or models that are down leave the deterministic part of gate qic alone, and
    the note says so. A reviewer that was there and gave no usable opinion is no such excuse before the
    judge: what comes back then fails the gate. A review of the same commit at the same stage is not paid
    for twice; the judge never takes up the one of the building.

    :param healer: treats what fails; on another tier than its own, one like it for that tier does.
    :param builder_tier: tier of the attempt that made the change; it never reviews itself.
    :raises FenceLost: another worker holds the issue now.
    :raises Stopped: a person ended the night at once.
    :raises OverBudget: the judge has no money left to ask anybody.
    """
    if not night.order.gates.review:
        return None, "settings ask for no review"
    if again := _asked_before(desk, night, case):
        return again, f"reviewed before by {again.tier}"
    tiers, why = reviewers(
        survey(desk, night).available, desk.tier_facts(), builder_tier, night.order.gates.reviewer_tier
    )
    unusable = None
    for tier in tiers[:_TRIES]:
        counted = Tab(tab, lambda: "")
        asked, why = _ask(desk, case, tier, counted, _on_tier(healer, tier))
        review = None if why else asked
        event = _event(night, case, attempt, tier, review, why, counted.usage)
        desk.ledger.append(event, claim=claim)
        if review is not None:
            return review, f"reviewed by {tier}"
        unusable = asked or unusable
    return unusable, why


def reviews_asked(desk: Desk, night: OpenNight, number: int) -> int:
    """Return how often a reviewer was asked about an issue in the night's building, answered or not."""
    return sum(event.metadata["stage"] == Stage.BUILD for event in _reviews(desk, night, number))


def reviewers(
    available: Mapping[str, str], facts: Mapping[str, TierFacts], builder_tier: str, wanted: str = ""
) -> tuple[tuple[str, ...], str]:
    """Return the tiers that may review, best first, and why there is none.

    Never the builder's own; another model comes before the same one under another name, a dearer before a
    cheaper one.

    :param wanted: the tier that settings name, "" for any.
    """
    usable = [tier for tier in map(str, _TIERS) if available.get(tier) == "" and tier != builder_tier]
    if wanted and wanted != builder_tier:  # else any other tier: nobody reviews itself
        why = available.get(wanted, "settings do not name it")
        return ((wanted,), "") if not why else ((), f"no reviewing model: {wanted} cannot be used: {why}")
    built_by = facts[builder_tier].model if builder_tier in facts else ""

    def worth(tier: str) -> tuple[bool, Decimal, int]:
        known = facts.get(tier)
        price = (known.input_usd or Decimal(0)) + (known.output_usd or Decimal(0)) if known else Decimal(0)
        other = known is None or known.model != built_by
        local = tier == Tier.LOCAL_BUILDER
        return other, Decimal(-1) if local else price, _TIERS.index(Tier(tier))

    ordered = tuple(sorted(usable, key=worth, reverse=True))
    return ordered, "" if ordered else "no reviewing model: no other tier can be used"


def _ask(desk: Desk, case: Case, tier: str, tab: Tab, healer: Healer) -> tuple[Review | None, str]:
    """Ask one tier; the brief holds the issue, the diff and the instructions, and no word of the builder."""
    facts = desk.tier_facts().get(tier)
    room = min(_DIFF_SHOWN, (facts.window if facts else None) or _UNKNOWN_WINDOW)
    brief = ReviewBrief(
        title=sanitize(case.issue.title),
        body=sanitize(case.issue.body),
        criteria=criteria(case.issue),
        diff=shown(case.diff, room),
        instructions=case.instructions,
    )
    try:
        return replace(desk.advisor.review(tier, brief, tab, healer), tier=tier), ""
    except OverBudget as error:
        if case.stage is Stage.JUDGE:
            raise  # nobody may spend the money of a review to be rid of it
        return None, f"no reviewing model: {tier}: {error}"
    except (ModelFailure, Transient, SettingsError) as error:
        why = f"no reviewing model: {tier}: {error}"
        return (no_opinion(tier, error) if case.stage is Stage.JUDGE else None), why


def no_opinion(tier: str, error: Exception) -> Review | None:
    """Return what stands for the opinion of a reviewer that answered unusably; None when it is down."""
    there = isinstance(error, ModelFailure) and error.kind in UNUSABLE
    return Review((), tier=tier, unusable=f"{tier}: {error}") if there else None


def _on_tier(healer: Healer, tier: str) -> Healer:
    """Return a healer whose breaker and record are the reviewer's: its faults are not the builder's."""
    if not isinstance(healer, AttemptHealer) or healer.tier == tier:
        return healer
    return AttemptHealer(
        healer.desk, healer.night, healer.issue, healer.attempt, Tier(tier), healer.ladder, healer.jitter
    )


def _event(
    night: OpenNight, case: Case, attempt: str, tier: str, review: Review | None, why: str, usage: Usage
) -> Event:
    wanted = criteria(case.issue)
    count = proved(review, wanted, diff_lines(case.diff)) if review else 0
    said = why or f"{tier} finds {count} of {len(wanted)} criteria met"
    return night.event(
        EventType.CHANGE_REVIEWED,
        f"#{case.issue.number}: {said}",
        severity=Severity.INFO if review else Severity.WARNING,
        issue=case.issue.number,
        attempt=attempt,
        metadata={
            "stage": str(case.stage),
            "head_sha": case.change.head_sha,
            "tier": tier,
            "model": review.model if review else "",
            "met": count,
            "criteria": len(wanted),
            "cost_usd": str(usage.cost_usd),
            "tokens": usage.tokens,
            "requests": usage.requests,
            "why": why,
            "review": to_document(review) if review else None,
        },
    )


def _reviews(desk: Desk, night: OpenNight, number: int) -> tuple[Event, ...]:
    query = EventQuery(types=LEAVES, night=night.id, issue=number, limit=None, readable=True)
    return desk.ledger.events(query)


def _asked_before(desk: Desk, night: OpenNight, case: Case) -> Review | None:
    for event in _reviews(desk, night, case.issue.number):
        told = event.metadata
        if told["head_sha"] == case.change.head_sha and told["stage"] == case.stage and told["review"]:
            return from_document(Review, told["review"])
    return None


def shown(diff: str, room: int) -> str:
    """Return a diff of at most about `room` characters: each file keeps a fair share, cuts are visible.

    No file can push another one out of the reviewer's sight by its length.
    """
    if len(diff) <= room:
        return diff
    parts = _per_file(diff)
    left, shares = room, [0] * len(parts)
    for place, index in enumerate(sorted(range(len(parts)), key=lambda at: len(parts[at]))):
        shares[index] = min(len(parts[index]), left // (len(parts) - place))
        left -= shares[index]
    return "".join(_cut(part, share) for part, share in zip(parts, shares, strict=True))


def _per_file(diff: str) -> Sequence[str]:
    marked = f"\n{diff}".split("\ndiff --git ")
    return [f"diff --git {part}\n" for part in marked if part.strip()]


def _cut(part: str, share: int) -> str:
    if len(part) <= share:
        return part
    return f"{part[:share]}\n[cut: {len(part) - share} more characters of this file]\n"
