"""Circles of issues that wait for each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx


def find_cycles(waits: Mapping[int, Sequence[int]]) -> tuple[tuple[int, ...], ...]:
    """Return cycles that together name every issue standing in one, each starting at its lowest number.

    A tangle may hold exponentially many cycles; the shortest one through each member not yet named is enough.

    :param waits: number → the numbers it waits for; every number is a key.
    """
    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(sorted(waits))
    graph.add_edges_from((number, needed) for number in sorted(waits) for needed in sorted(waits[number]))
    found: list[tuple[int, ...]] = []
    for members in networkx.strongly_connected_components(graph):
        if len(members) > 1:
            found += _cover(graph, members)
    return tuple(sorted(found))


def name_cycle(cycle: Sequence[int]) -> str:
    """Return a cycle in full: "#4 → #9 → #4"."""
    return " → ".join(f"#{number}" for number in (*cycle, cycle[0]))


def tell_cycle(cycle: Sequence[int], shown: int = 20) -> str:
    """Return a cycle as a reason tells it: in full, or with its middle left out when it is very long."""
    if len(cycle) <= shown:
        return name_cycle(cycle)
    ends = [f"#{number}" for number in (*cycle[: shown // 2], *cycle[-(shown // 2) :], cycle[0])]
    ends.insert(shown // 2, f"… {len(cycle) - shown} more …")
    return " → ".join(ends)


def _cover(graph: networkx.DiGraph[int], members: set[int]) -> list[tuple[int, ...]]:
    inside = {number: sorted(set(graph[number]) & members) for number in members}
    left, cycles = set(members), []
    while left:
        cycle = _shortest_through(min(left), inside)
        left.difference_update(cycle)
        lowest = cycle.index(min(cycle))
        cycles.append((*cycle[lowest:], *cycle[:lowest]))
    return cycles


def _shortest_through(start: int, inside: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    """Return the shortest path from `start` back to itself, breadth first."""
    came_from: dict[int, int] = {}
    ring = [start]
    while ring:
        following: list[int] = []
        for number in ring:
            for needed in inside[number]:
                if needed == start:
                    return _path(start, number, came_from)
                if needed not in came_from:
                    came_from[needed] = number
                    following.append(needed)
        ring = following
    raise AssertionError(f"#{start} is in a strongly connected component, so a way back exists")


def _path(start: int, last: int, came_from: Mapping[int, int]) -> tuple[int, ...]:
    steps = [last]
    while steps[-1] != start:
        steps.append(came_from[steps[-1]])
    return tuple(reversed(steps))
