"""Lay the plan's dependencies out as a picture: columns by depth, lines from what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.plans import PlannedIssue

COLUMN, ROW, WIDTH, HEIGHT, MARGIN = 250, 58, 196, 42, 12
MOST = 150
"""Issues in one picture; more would be a smear."""


@dataclass(frozen=True, slots=True)
class Node:
    """One issue in the picture."""

    issue: PlannedIssue
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """From an issue to one that waits for it; `path` is an SVG path."""

    first: int
    then: int
    path: str


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture.

    :param alone: issues that wait for nothing and that nothing waits for; they are not drawn.
    :param left_out: issues of chains that found no room.
    """

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    alone: int
    left_out: int


def draw(issues: Sequence[PlannedIssue], skip: int = 0) -> Graph:
    """Return the picture of a plan's chains, whole chains only as long as there is room.

    :param skip: chains' issues that an earlier picture showed.
    """
    chains = _chains(issues)
    chained = sum(map(len, chains))
    shown: list[PlannedIssue] = []
    passed = 0
    for chain in chains:
        if passed < skip:
            passed += len(chain)
        elif not shown or len(shown) + len(chain) <= MOST:
            shown += chain[:MOST]
        else:
            break
    nodes = _placed(shown)
    width = max((node.x for node in nodes), default=0) + WIDTH + MARGIN
    height = max((node.y for node in nodes), default=0) + HEIGHT + MARGIN
    alone = len(issues) - chained
    return Graph(nodes, _lines(nodes), width, height, alone, max(chained - passed - len(shown), 0))


def _chains(issues: Sequence[PlannedIssue]) -> list[list[PlannedIssue]]:
    """Return the groups of issues that hang together, each in plan order; single ones are left out."""
    by_number = {issue.number: issue for issue in issues}
    leader = {number: number for number in by_number}

    def find(number: int) -> int:
        while leader[number] != number:
            leader[number] = number = leader[leader[number]]
        return number

    for issue in issues:
        for first in issue.waits_for:
            if first in leader:
                leader[find(issue.number)] = find(first)
    groups: dict[int, list[PlannedIssue]] = {}
    for issue in issues:
        groups.setdefault(find(issue.number), []).append(issue)
    return [group for group in groups.values() if len(group) > 1]


def _placed(issues: Sequence[PlannedIssue]) -> tuple[Node, ...]:
    """Place each issue in the column of its depth, below what stands there already."""
    filled: dict[int, int] = {}
    nodes = []
    row_of: dict[int, int] = {}
    for issue in issues:
        above = [row_of[first] for first in issue.waits_for if first in row_of]
        row = max(filled.get(issue.depth, 0), min(above, default=_fresh(filled, issue.depth)))
        row_of[issue.number] = row
        filled[issue.depth] = row + 1
        nodes.append(Node(issue, MARGIN + issue.depth * COLUMN, MARGIN + row * ROW))
    return tuple(nodes)


def _fresh(filled: dict[int, int], depth: int) -> int:
    """Return the row of a new chain: below every chain before it."""
    return max(filled.values(), default=0) if depth == 0 else filled.get(depth, 0)


def _lines(nodes: Sequence[Node]) -> tuple[Line, ...]:
    place = {node.issue.number: node for node in nodes}
    return tuple(
        Line(first, node.issue.number, _curve(place[first], node))
        for node in nodes
        for first in node.issue.waits_for
        if first in place
    )


def _curve(first: Node, then: Node) -> str:
    x1, y1 = first.x + WIDTH, first.y + HEIGHT // 2
    x2, y2 = then.x, then.y + HEIGHT // 2
    bend = max((x2 - x1) // 2, 24)
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 6} {y2}"
