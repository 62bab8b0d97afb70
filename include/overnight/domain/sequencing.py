"""Make the plan of a night: which issues, in which order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .classification import classify
from .cycles import find_cycles, name_cycle, tell_cycle
from .dependencies import read_dependencies
from .eligibility import why_excluded
from .issues import Dependency, Issue, IssueRef
from .milestones import aware, tell
from .obstacles import Obstacles, listed, obstacles_of
from .ordering import complete_order, depths, sequence, topological
from .plans import Classification, Exclusion, Plan, PlanFacts, PlannedIssue, PlanRules
from .priorities import UNSET, inherit, overrides_of, own_priority
from .revisions import tell as told
from .sanitizing import text_sha256


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An issue that may be planned, with what was read from it."""

    issue: Issue
    classification: Classification
    depends_on: tuple[Dependency, ...]


def make_plan(
    issues: Sequence[Issue], rules: PlanRules, facts: PlanFacts, *, repository: str, now: datetime
) -> Plan:
    """Return the plan: every fetched issue stands in it or in its exclusions, exactly once.

    Stable: the same issues in any order give the same plan. Blocked issues keep their place and say why. The
    limit counts issues that may start, in sequence order; everything after the last of them is cut, so a cut
    issue's dependents are never started.

    :param issues: every open issue of the repository, as fetched.
    :param repository: "owner/name" they are in.
    :param now: only used to tell how near a milestone is.
    """
    fetched = _by_number(issues)
    left_out = _left_out(fetched, rules, facts)
    candidates = {
        number: _read(issue, rules, repository) for number, issue in fetched.items() if number not in left_out
    }
    cycles = find_cycles(_waits(candidates))
    for cycle in cycles:
        reason = f"it is in the dependency cycle {tell_cycle(cycle)}"
        for number in cycle:
            left_out.setdefault(number, Exclusion(number, fetched[number].title, reason, "cycle"))
    planned = _sequenced(
        {n: c for n, c in candidates.items() if n not in left_out}, left_out, rules, facts, now
    )
    kept, cut = _cut(planned, rules.max_issues)
    exclusions = sorted((*left_out.values(), *cut), key=lambda exclusion: exclusion.number)
    return Plan(kept, tuple(exclusions), tuple(name_cycle(cycle) for cycle in cycles))


def outside_refs(
    issues: Sequence[Issue], rules: PlanRules, facts: PlanFacts | None = None, *, repository: str
) -> tuple[IssueRef, ...]:
    """Return the references of eligible issues that were not fetched and need a look-up, sorted."""
    fetched = _by_number(issues)
    left_out = _left_out(fetched, rules, facts or PlanFacts())
    wanted = {
        dependency.ref
        for number, issue in fetched.items()
        if number not in left_out
        for dependency in read_dependencies(issue, repository=repository)
    }
    return tuple(sorted(ref for ref in wanted if ref.repository or ref.number not in fetched))


def _by_number(issues: Iterable[Issue]) -> dict[int, Issue]:
    """Return the issues by number, ascending; one that was fetched twice counts once."""
    return {
        issue.number: issue
        for issue in sorted(issues, key=lambda issue: (issue.number, issue.title, issue.body))
    }


def _left_out(fetched: Mapping[int, Issue], rules: PlanRules, facts: PlanFacts) -> dict[int, Exclusion]:
    found = ((number, _why_left_out(issue, rules, facts)) for number, issue in fetched.items())
    return {number: exclusion for number, exclusion in found if exclusion is not None}


def _why_left_out(issue: Issue, rules: PlanRules, facts: PlanFacts) -> Exclusion | None:
    if rules.only and issue.number not in rules.only:
        return Exclusion(issue.number, issue.title, "it is not among the issues asked for", "not_requested")
    limit = rules.created_before
    if limit and (issue.created_at is None or aware(issue.created_at) >= aware(limit)):
        reason = f"it was not yet created at {aware(limit):%Y-%m-%d %H:%M} UTC, the night being made up for"
        return Exclusion(issue.number, issue.title, reason, "ineligible")
    return why_excluded(issue, rules, facts)


def _read(issue: Issue, rules: PlanRules, repository: str) -> _Candidate:
    return _Candidate(issue, classify(issue, rules), read_dependencies(issue, repository=repository))


def _waits(candidates: Mapping[int, _Candidate]) -> dict[int, tuple[int, ...]]:
    """Return number → the in-plan numbers it waits for, in the order read."""
    return {
        number: tuple(
            dependency.ref.number
            for dependency in candidate.depends_on
            if not dependency.ref.repository and dependency.ref.number in candidates
        )
        for number, candidate in candidates.items()
    }


def _sequenced(
    candidates: Mapping[int, _Candidate],
    left_out: Mapping[int, Exclusion],
    rules: PlanRules,
    facts: PlanFacts,
    now: datetime,
) -> tuple[PlannedIssue, ...]:
    """Return the candidates, free of cycles, in their order."""
    waits = _waits(candidates)
    order = topological(waits)
    depth = depths(waits, order)
    overrides = overrides_of(rules)
    own = {number: own_priority(candidate.issue, overrides) for number, candidate in candidates.items()}
    priority = inherit(own, waits, order)
    rank = {kind: index for index, kind in enumerate(complete_order(rules.sequence_order))}

    asked = {number: tuple(one for one in facts.revisions if one.issue == number) for number in candidates}

    def urgency(number: int) -> tuple[int, bool, int, int, int]:
        kind = candidates[number].classification.sequence_type
        return priority[number], not asked[number], rank[kind], depth[number], number

    planned: list[PlannedIssue] = []
    obstacles: dict[int, Obstacles] = {}
    for position, number in enumerate(sequence(waits, urgency), start=1):
        candidate = candidates[number]
        obstacles[number] = obstacles_of(candidate.depends_on, obstacles, left_out, facts)
        planned.append(
            PlannedIssue(
                number=number,
                title=candidate.issue.title,
                body_sha256=text_sha256(candidate.issue),
                position=position,
                classification=candidate.classification,
                depends_on=candidate.depends_on,
                waits_for=waits[number],
                depth=depth[number],
                priority=priority[number],
                reason=_joined(
                    told(asked[number]),
                    _reason(candidate, waits[number], priority[number], own[number], now),
                ),
                blocked=obstacles[number].blocked,
                warnings=obstacles[number].warnings,
                revisions=asked[number],
            )
        )
    return tuple(planned)


def _joined(*said: str) -> str:
    return ", ".join(filter(None, said))


def _reason(candidate: _Candidate, waits: tuple[int, ...], priority: int, own: int, now: datetime) -> str:
    """Return in words why an issue stands where it does."""
    said = [f"{candidate.classification.sequence_type} work"]
    if waits:
        said.append(f"after {listed([f'#{number}' for number in waits], ', ', 8)}")
    if priority != own:
        said.append(f"priority {priority}, inherited from an issue that waits for it")
    elif priority != UNSET:
        said.append(f"priority {priority}")
    if near := tell(candidate.issue, now):
        said.append(near)
    return ", ".join(said)


def _cut(
    planned: Sequence[PlannedIssue], limit: int
) -> tuple[tuple[PlannedIssue, ...], tuple[Exclusion, ...]]:
    """Return the plan up to the last issue that may start, and the rest as exclusions."""
    starting = [index for index, issue in enumerate(planned) if not issue.blocked]
    if len(starting) <= max(0, limit):
        return tuple(planned), ()
    first_cut = starting[max(0, limit)]
    gone = {issue.number for issue in planned[first_cut:]}
    return tuple(planned[:first_cut]), tuple(_cut_reason(issue, gone, limit) for issue in planned[first_cut:])


def _cut_reason(issue: PlannedIssue, gone: set[int], limit: int) -> Exclusion:
    reason = f"the limit of {limit} issues a night was reached before it"
    if waiting := [number for number in issue.waits_for if number in gone]:
        reason += f"; it is also blocked by #{waiting[0]}, which was cut"
    return Exclusion(issue.number, issue.title, reason, "cut")
