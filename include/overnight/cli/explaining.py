"""Why an issue got its tier: from a night's plan on record, or as it would be chosen now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..assembly import Overnight
from ..documents import to_document
from ..domain.classification import classify
from ..domain.estimating import files_named
from ..domain.events import Event, EventQuery, EventType
from ..domain.issues import split_full_name
from ..domain.models import Tier, is_escalation
from ..domain.quotas import exemption_of
from ..services.choosing import make_chooser
from ..services.reading import planned_issue
from ..settings import make_order
from .desk import chosen_night

TELLING = (
    EventType.APPROVAL_REQUESTED,
    EventType.APPROVAL_GIVEN,
    EventType.APPROVAL_REFUSED,
    EventType.QUOTA_RESERVED,
    EventType.QUOTA_REFUSED,
    EventType.BUDGET_REFUSED,
    EventType.MODEL_ESCALATION,
    EventType.MODEL_ESCALATION_FAILED,
    EventType.MODEL_UNAVAILABLE,
    EventType.AUTO_HEAL,
    EventType.ATTEMPT_STARTED,
    EventType.ATTEMPT_FINISHED,
)
"""What became of a choice: who agreed, what the quota said, what was healed."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an issue's tier is what it is.

    :param night: "" when nothing is on record and the choice was made just now.
    :param considered: why the other rules lost, what did not fit, what history said.
    :param events: what became of it, oldest first.
    """

    number: int
    title: str
    night: str
    tier: str
    reason: str
    tag: str
    exempt: bool
    files: int
    exemption: str = ""
    """What the issue's labels prove, "" when they prove nothing."""
    considered: tuple[str, ...] = ()
    events: tuple[Event, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return to_document(self)

    def kind(self) -> str:
        """Return whether it is an escalation, and which."""
        if not (self.tier and is_escalation(Tier(self.tier))):
            return "no escalation"
        counted = "exempt from the quota" if self.exempt else "counted in the quota"
        proof = f" ({self.exemption})" if self.exemption else ""
        return f"an escalation, tag {self.tag}, {counted}{proof}"


def on_record(house: Overnight, number: int, night: str | None) -> Explanation:
    """Return why an issue got its tier in a night (NotFound when no plan names it)."""
    chosen = chosen_night(house, night, number)
    planned = planned_issue(house, chosen.id, number)
    query = EventQuery(types=TELLING, night=chosen.id, issue=number, limit=None, oldest_first=True)
    return Explanation(
        number=number,
        title=planned.title,
        night=chosen.id,
        tier=planned.base_tier,
        reason=planned.base_tier_reason,
        tag=planned.justification,
        exempt=planned.exempt,
        files=planned.files_affected,
        exemption=planned.exemption,
        considered=planned.tier_considered,
        events=house.ledger.events(query),
    )


def as_of_now(house: Overnight, full_name: str, number: int) -> Explanation:
    """Return which tier an issue would get now (NotFound when there is no such issue)."""
    now = house.clock.now()
    order = make_order(house.settings, full_name, "preview", trigger="cli", now=now)
    repository = house.tracker.repository(*split_full_name(full_name))
    found = house.tracker.issue(repository, number)
    paths = house.workspace.list_files(repository, house.workspace.refresh(repository))
    files = len(files_named(found, paths))
    chooser = make_chooser(house, order, repository.node_id, now)
    result = chooser.choose(found, classify(found, order.plan), files, now).result
    evidence = exemption_of(found.label_names)
    proved = evidence[1] if evidence else ""
    return Explanation(
        number=number,
        title=found.title,
        night="",
        tier=str(result.selected_model),
        reason=result.reason,
        tag=result.justification,
        exempt=result.exempt or bool(proved and result.escalated),
        files=files,
        exemption=proved,
        considered=result.considered,
    )
