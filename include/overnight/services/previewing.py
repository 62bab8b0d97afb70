"""Plan without a night: nothing is written down, nothing starts."""

from __future__ import annotations

from collections.abc import Iterable

from ..domain.issues import Issue, IssueRef, RefState, Repository, split_full_name
from ..domain.orders import NightOrder
from ..domain.plans import Plan, PlanFacts, PlanRules
from ..domain.sequencing import make_plan, outside_refs
from ..ports import Desk
from .planning import decide_plan, with_tiers
from .reading import OpenNight


def preview(desk: Desk, order: NightOrder) -> Plan:
    """Return the plan that a night with this order would make now."""
    repository = desk.tracker.repository(order.owner, order.name)
    night, issues = OpenNight(order, repository), desk.tracker.open_issues(repository)
    return with_tiers(desk, night, decide_plan(desk, night, issues), issues)


def plan_file(
    desk: Desk, issues: tuple[Issue, ...], full_name: str, rules: PlanRules, *, live: bool = False
) -> Plan:
    """Return the plan of a file's issues; a number outside it is warned of, not blocked, unless `live`."""
    outside = outside_refs(issues, rules, repository=full_name.lower())
    states = _look_up(desk, full_name, outside) if live else {}
    facts = PlanFacts(outside={ref: str(state) for ref, state in states.items()}, unresolved_blocks=live)
    return make_plan(issues, rules, facts, repository=full_name.lower(), now=desk.clock.now())


def _look_up(desk: Desk, full_name: str, refs: Iterable[IssueRef]) -> dict[IssueRef, RefState]:
    owner, name = split_full_name(full_name)
    repository: Repository = desk.tracker.repository(owner, name)
    return desk.tracker.ref_states(repository, refs)
