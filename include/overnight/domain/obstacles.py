"""What stands in an issue's way: blocked dependencies in the plan, and whatever lies outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .issues import Dependency, IssueRef, RefState
from .plans import Exclusion, PlanFacts


@dataclass(frozen=True, slots=True)
class Standing:
    """What a dependency outside the plan means: `blocked` and `warning` are sentences, "" when not so."""

    blocked: str = ""
    warning: str = ""


_BY_STATE: Mapping[str, Standing] = {
    RefState.COMPLETED: Standing(),
    RefState.NOT_PLANNED: Standing(
        warning="{ref} was closed as not planned, so what it promised may be missing"
    ),
    RefState.OPEN: Standing(blocked="blocked by {ref}, which is open and outside this plan"),
    RefState.MISSING: Standing(blocked="blocked by {ref}, which does not exist or cannot be seen"),
}


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What stands in one issue's way.

    :param blocked: why it cannot start tonight, "" when it can.
    :param root: the sentence about the first obstacle at the end of the chain, for its own dependents.
    """

    blocked: str = ""
    root: str = ""
    warnings: tuple[str, ...] = ()


def obstacles_of(
    depends_on: Sequence[Dependency],
    planned: Mapping[int, Obstacles],
    left_out: Mapping[int, Exclusion],
    facts: PlanFacts,
) -> Obstacles:
    """Return what stands in the way of an issue.

    :param planned: the obstacles of every in-plan issue it waits for.
    """
    blocked: list[str] = []
    warnings: list[str] = []
    root = ""
    for ref in (dependency.ref for dependency in depends_on):
        if not ref.repository and ref.number in planned:
            if deeper := planned[ref.number].root:
                blocked.append(f"blocked by {ref}, which is itself blocked ({deeper})")
                root = root or deeper
            continue
        standing = standing_of(ref, left_out, facts)
        if standing.blocked:
            blocked.append(standing.blocked)
            root = root or standing.blocked
        if standing.warning:
            warnings.append(standing.warning)
    return Obstacles(listed(blocked, "; ", 3), root, tuple(warnings))


def listed(parts: Sequence[str], separator: str, shown: int) -> str:
    """Return the first parts joined, and how many more there are."""
    more = len(parts) - shown
    return separator.join(parts[:shown]) + (f"{separator}and {more} more" if more > 0 else "")


def standing_of(ref: IssueRef, left_out: Mapping[int, Exclusion], facts: PlanFacts) -> Standing:
    """Return what a reference to an issue that is not in the plan means for its dependent.

    :param left_out: fetched issues that are open and not in this plan.
    """
    if not ref.repository and ref.number in facts.ready_changes:
        return Standing()
    if not ref.repository and ref.number in left_out:
        reason = left_out[ref.number].reason
        return Standing(blocked=f"blocked by {ref}, which is open and left out of this plan: {reason}")
    state = facts.outside.get(ref)
    if state is None and not facts.unresolved_blocks:
        return Standing(warning=f"{ref} is outside this plan and was not looked up")
    row = _BY_STATE.get(state or RefState.MISSING, _BY_STATE[RefState.MISSING])
    return Standing(row.blocked.format(ref=ref), row.warning.format(ref=ref))
