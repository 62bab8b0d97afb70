"""Who else has a part of quota and money, counted inside somebody's transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, select

from ...domain.orders import NightOrder
from ...domain.quotas import Bound, Counts
from ...domain.sharing import Sharer, fair_bound
from .counting import count
from .tables import memories, nights

SHARER = "sharer/"
"""Key of what is remembered of each repository that a night was admitted for: its name."""
_LONGEST_NIGHT = timedelta(hours=12)
"""A night that never ended keeps nothing for longer."""


def shared_bound(
    connection: Connection, order: NightOrder, repository: str, use: Counts, own: Counts, wall: datetime
) -> tuple[Bound, ...]:
    """Return the bound that other repositories at work set; empty when there are none."""
    weights = order.weights
    if len(weights) < 2:
        return ()
    at_work = set(
        connection.execute(
            select(nights.c.repository).where(
                nights.c.status == "running",
                nights.c.seen_at > wall - _LONGEST_NIGHT,
                nights.c.repository != repository,
            )
        ).scalars()
    )
    others = [
        Sharer(weight, count(connection, wall, node))
        for node, weight in sharers(connection, order)
        if node in at_work
    ]
    if not others:
        return ()
    weight = weights.get(order.full_name.lower(), Decimal(1))
    return (fair_bound(use, own, order.limits, weight, sum(weights.values(), Decimal(0)), others),)


def sharers(connection: Connection, order: NightOrder) -> Iterator[tuple[str, Decimal]]:
    """Yield node id and weight of every other configured repository that ever had a night."""
    query = select(memories.c.key, memories.c.document).where(
        memories.c.key >= SHARER, memories.c.key < SHARER + "\x7f"
    )
    for row in connection.execute(query):
        name = str(json.loads(row.document)["name"]).lower()
        if name in order.weights and name != order.full_name.lower():
            yield row.key.removeprefix(SHARER), order.weights[name]
