"""The order of a night: what is waited for comes first, and among ready issues the most urgent."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from .plans import SequenceType


def complete_order(order: Sequence[SequenceType]) -> tuple[SequenceType, ...]:
    """Return a partial order of sequence types with the missing ones appended in the default order."""
    return tuple(dict.fromkeys((*order, *SequenceType)))


def topological(waits: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    """Return every number after the ones it waits for (no cycles, every number a key)."""
    return tuple(TopologicalSorter({number: waits[number] for number in sorted(waits)}).static_order())


def depths(waits: Mapping[int, Sequence[int]], order: Sequence[int]) -> dict[int, int]:
    """Return the longest path below each number; roots have depth 0."""
    depth: dict[int, int] = {}
    for number in order:
        depth[number] = 1 + max((depth[needed] for needed in waits[number]), default=-1)
    return depth


def sequence(waits: Mapping[int, Sequence[int]], urgency: Callable[[int], Any]) -> tuple[int, ...]:
    """Return the topological order that always takes the ready number with the lowest urgency key."""
    unmet = {number: len(needed) for number, needed in waits.items()}
    waiting: dict[int, list[int]] = defaultdict(list)
    for number, needed in waits.items():
        for other in needed:
            waiting[other].append(number)
    ready = [(urgency(number), number) for number, count in unmet.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[int] = []
    while ready:
        _, number = heapq.heappop(ready)
        ordered.append(number)
        for dependent in waiting[number]:
            unmet[dependent] -= 1
            if unmet[dependent] == 0:
                heapq.heappush(ready, (urgency(dependent), dependent))
    return tuple(ordered)
