"""`/nights`: every night, its plan, and stopping one."""

from __future__ import annotations

from typing import Any

from ...documents import to_document
from ...domain.nights import document
from ...domain.plans import PlannedIssue
from ...services.overviewing import night_page
from ...services.planning import plan_row
from ...services.reading import open_night, planned_issues
from ...services.stopping import stop_night
from ...services.turns import Turns
from ..guarding import Operator, Right, check
from ..problems import documented
from ..retrying import retry
from ..shapes.issues import NightDocument, PlanDocument, PlannedDocument
from ..shapes.nights import NightPageDocument
from ..shapes.runs import RetryWish, Told, Wish
from .overnight import summary
from .reaching import CursorText, Desk, HouseOf, IssueNumber, Limit, NightId, RepositoryName, View, router

routes = router("nights", more=(404,))


@routes.get("/nights")
def nights(
    desk: Desk, sight: View, repository: RepositoryName = None, limit: Limit = 20, cursor: CursorText = ""
) -> NightPageDocument:
    """List nights, newest first."""
    chosen = None
    if repository is not None:
        chosen = sight.id_of(repository)
        if not chosen:
            return NightPageDocument(nights=[])
    page = night_page(desk, chosen, limit, cursor, sight.event)
    return NightPageDocument(nights=[summary(row) for row in page.nights], next=page.next or None)


@routes.get("/nights/{night}")
def night(night: NightId, sight: View) -> NightDocument:
    """Return a night with all its issues, as `night.json` has it."""
    return NightDocument.model_validate(document(sight.night(night)))


@routes.get("/nights/{night}/plan")
def plan(night: NightId, desk: Desk, sight: View) -> PlanDocument:
    """Return a night's plan: each issue in its place, with the reasons."""
    found = sight.night(night)
    planned = planned_issues(desk, night)
    running = found.status == "running"
    return PlanDocument(
        night=found.id,
        issues=[_planned(issue) for issue in planned],
        turns=list(Turns(desk, open_night(desk, night), planned).order()) if running else [],
        exclusions=[dict(row) for row in found.exclusions],
        cycles=list(found.cycles),
    )


@routes.post("/nights/{night}/stop", status_code=202)
def stop(night: NightId, wish: Wish, desk: Desk, sight: View, person: Operator) -> Told:
    """Stop a night: no new attempt starts; with `now`, running ones end, too."""
    found = sight.night(night)
    check(person, Right.OPERATE, found.full_name)
    return Told(night=night, told=stop_night(desk, night, who=person.name, now=wish.now))


@routes.post("/nights/{night}/issues/{issue}/retry", status_code=202, responses=documented(409))
def retry_issue(
    night: NightId,
    issue: IssueNumber,
    wish: RetryWish,
    house: HouseOf,
    desk: Desk,
    sight: View,
    person: Operator,
) -> Told:
    """Take an issue up again where it stopped, or with `anew` in a new round under the same budget."""
    found = sight.night(night)
    check(person, Right.OPERATE, found.full_name)
    told = retry(house, desk, found, issue, anew=wish.anew, who=person.name)
    return Told(night=night, told=told)


def _planned(issue: PlannedIssue) -> PlannedDocument:
    row: dict[str, Any] = plan_row(issue) | to_document(issue)
    return PlannedDocument.model_validate(
        row
        | {
            "type_reason": issue.classification.type_reason,
            "complexity_reason": issue.classification.complexity_reason,
        }
    )
