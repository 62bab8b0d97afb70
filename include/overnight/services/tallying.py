"""Add up what nights left behind: dollars by day, tier and repository, and how gates decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..domain.events import Event, EventQuery, EventType
from ..domain.gates import GateName
from ..ports import Desk


@dataclass(frozen=True, slots=True)
class Share:
    """Dollars, tokens and attempts under one name, and how many of the attempts were accepted."""

    name: str
    usd: Decimal = Decimal(0)
    tokens: int = 0
    attempts: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """What attempts cost since a moment.

    :param month_usd: spent or reserved in the current UTC month, attempts or not: what the limit binds.
    """

    since: datetime
    total: Share
    by_day: tuple[Share, ...]
    by_tier: tuple[Share, ...]
    by_repository: tuple[Share, ...]
    month_usd: Decimal


@dataclass(frozen=True, slots=True)
class GateYield:
    """How often one gate passed, failed or did not apply."""

    gate: str
    passed: int = 0
    failed: int = 0
    not_applicable: int = 0

    @property
    def share(self) -> float:
        """Share of the changes it applied to that passed, 0 to 1."""
        applied = self.passed + self.failed
        return self.passed / applied if applied else 0.0


def costs(desk: Desk, since: datetime, shown: Callable[[Event], bool]) -> Costs:
    """Return what attempts cost since a moment; repositories stand under GitHub's ids."""
    query = EventQuery(types=(EventType.ATTEMPT_FINISHED,), since=since, limit=None, oldest_first=True)
    found = [event for event in desk.ledger.events(query) if shown(event)]
    return Costs(
        since=since,
        total=next(iter(_shares(found, lambda event: "total")), Share("total")),
        by_day=_shares(found, lambda event: f"{event.at:%Y-%m-%d}"),
        by_tier=_shares(found, lambda event: str(event.metadata.get("tier", ""))),
        by_repository=_shares(found, lambda event: event.repository),
        month_usd=desk.budgets.spent(),
    )


def gate_yields(desk: Desk, since: datetime, shown: Callable[[Event], bool]) -> tuple[GateYield, ...]:
    """Return how each gate judged since a moment, in the order gates are shown."""
    query = EventQuery(types=(EventType.CHANGE_JUDGED,), since=since, limit=None)
    counted: Counter[tuple[str, str]] = Counter()
    for event in desk.ledger.events(query):
        if shown(event):
            counted.update((str(row["gate"]), str(row["status"])) for row in event.metadata.get("gates", ()))
    return tuple(
        GateYield(gate, counted[gate, "pass"], counted[gate, "fail"], counted[gate, "not_applicable"])
        for gate in map(str, GateName)
    )


def _shares(events: Iterable[Event], name_of: Callable[[Event], str]) -> tuple[Share, ...]:
    grouped: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for event in events:
        grouped[name_of(event)].append(event.metadata)
    return tuple(_share(name, rows) for name, rows in sorted(grouped.items()))


def _share(name: str, rows: list[Mapping[str, object]]) -> Share:
    return Share(
        name,
        sum((Decimal(str(row.get("cost_usd") or 0)) for row in rows), Decimal(0)),
        sum(int(str(row.get("tokens") or 0)) for row in rows),
        len(rows),
        sum(row.get("outcome") == "accepted" for row in rows),
    )
