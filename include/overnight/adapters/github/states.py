"""What became of issues outside the plan: many in one question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ...domain.errors import Forbidden, NotFound
from ...domain.issues import IssueRef, RefState, Repository, split_full_name
from .errors import NoPermission
from .graphql import GraphQL
from .queries import states_query

_AT_ONCE = 50
_LARGEST = 2**31
"""GraphQL's Int ends here; an issue's text may name any number."""
_CLOSED = {"NOT_PLANNED": RefState.NOT_PLANNED, "DUPLICATE": RefState.NOT_PLANNED}
_PULL_STATES = {"OPEN": RefState.OPEN, "MERGED": RefState.COMPLETED}


def look_up_states(
    graphql: GraphQL, repository: Repository, refs: Iterable[IssueRef]
) -> dict[IssueRef, RefState]:
    """Return the state of every reference; MISSING when it is not there or may not be seen."""
    states: dict[IssueRef, RefState] = dict.fromkeys(refs, RefState.MISSING)
    wanted: defaultdict[str, list[IssueRef]] = defaultdict(list)
    for ref in states:
        if 0 < ref.number < _LARGEST:
            wanted[ref.repository or repository.full_name].append(ref)
    for full_name, group in wanted.items():
        states |= _states_in(graphql, full_name, group)
    return states


def _states_in(graphql: GraphQL, full_name: str, refs: Sequence[IssueRef]) -> dict[IssueRef, RefState]:
    try:
        owner, name = split_full_name(full_name)
    except ValueError:
        return {}
    states: dict[IssueRef, RefState] = {}
    for group in (refs[at : at + _AT_ONCE] for at in range(0, len(refs), _AT_ONCE)):
        found = _look_up(graphql, owner, name, [ref.number for ref in group])
        states |= {ref: _state(found, ref.number) for ref in group}
    return states


def _look_up(graphql: GraphQL, owner: str, name: str, numbers: Sequence[int]) -> dict[str, Any]:
    """Return alias → node; empty for a repository that the token may not see."""
    try:
        names = {"owner": owner, "name": name}
        answer = graphql.ask(lambda lacking: states_query(numbers, lacking), names)
    except (Forbidden, NoPermission, NotFound):
        return {}
    return answer.get("repository") or {}


def _state(found: dict[str, Any], number: int) -> RefState:
    """Return an issue's state, or a pull request's: merged is completed, closed unmerged not planned."""
    if issue := found.get(f"i{number}"):
        if issue.get("state") == "OPEN":
            return RefState.OPEN
        return _CLOSED.get(str(issue.get("stateReason")), RefState.COMPLETED)
    if pull := found.get(f"p{number}"):
        return _PULL_STATES.get(str(pull.get("state")), RefState.NOT_PLANNED)
    return RefState.MISSING
