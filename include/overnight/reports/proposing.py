"""What a month's figures propose to change, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from ..domain.orders import Limits
from ..domain.track_records import Record
from ..domain.tuning import PatternFacts, Proposal, QuotaFacts, proposals
from .frames import Frames
from .measures import escalation_patterns, learning
from .report import Section, Table

TITLE = "Proposed changes"
_QUOTA = ("quota.", "throttle.")


def proposed(frames: Frames, limits: Limits) -> tuple[Proposal, ...]:
    """Return the changes that the frames of a month propose."""
    patterns = [
        PatternFacts(row.reason, row.to_tier, row.escalations, row.accepted, row.cost_usd)
        for row in escalation_patterns(frames).itertuples()
    ]
    known = [
        Record(
            row.sequence_type,
            row.complexity,
            row.tier,
            row.accepted,
            row.attempts,
            Decimal(str(row.expected_usd)) * (row.accepted + 1) * row.attempts / (row.attempts + 2),
        )
        for row in learning(frames).itertuples()
    ]
    return proposals(_quota_facts(frames, limits), patterns, known)


def answers(found: tuple[Proposal, ...]) -> Mapping[str, str]:
    """Return what the maintenance list says of quota and rules."""
    quota = [one for one in found if one.setting.startswith(_QUOTA)]
    return {
        "quota_proposals": _counted(len(quota)),
        "rule_proposals": _counted(len(found) - len(quota)),
    }


def section(found: tuple[Proposal, ...]) -> Section:
    """Return the proposals as a section of a report."""
    rows = [(one.setting, one.change, one.evidence) for one in found]
    frame = pd.DataFrame(rows, columns=["setting", "change", "evidence"])
    words = () if found else ("The figures propose no change of quota or rules.",)
    return Section(TITLE, words, (Table("proposals", "Setting, change, evidence", frame),))


def _quota_facts(frames: Frames, limits: Limits) -> QuotaFacts:
    asked = frames.quota[frames.quota["kind"].isin(["reserved", "refused"])]
    counted = asked[~asked["exempt"]]
    ended = frames.escalations[frames.escalations["outcome"] != ""]
    why = asked.loc[asked["kind"] == "refused", "reason"]
    return QuotaFacts(
        limits=limits,
        most_daily=_most(counted["daily"]),
        most_hourly=_most(counted["hourly"]),
        most_at_once=_most(asked["concurrent"]),
        refused=int(why.str.contains("quota_exhausted").sum()) if len(why) else 0,
        throttle_opened=int((frames.quota["kind"] == "throttle_opened").sum()),
        escalations=len(ended),
        success=float((ended["outcome"] == "accepted").mean()) if len(ended) else None,
        days=int(asked["at"].dt.normalize().nunique()),
    )


def _most(counts: pd.Series) -> int:
    return int(counts.max()) if len(counts) else 0


def _counted(number: int) -> str:
    return f"{number} proposed: see below" if number else "no change is proposed"
