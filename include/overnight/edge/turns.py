"""Give way: a build that has a worker defers once while people want other issues of its night first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import BaseOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent

LONGEST = timedelta(minutes=10)
"""After that it goes on, whatever people want: nothing waits for long for what may never come."""
SECONDS_BETWEEN_LOOKS = 5.0


def give_way(task: BaseOperator, night: str, number: int) -> None:
    """Defer a task to its method `resume` while other issues shall have its place; else return."""
    from ..services.turns import turns_of
    from .hooks import open_desk

    first = turns_of(open_desk(), night).gives_way_to(number)
    if first:
        task.log.info("#%s gives way to %s", number, ", ".join(f"#{one}" for one in first[:10]))
        until = (datetime.now(UTC) + LONGEST).isoformat()
        task.defer(trigger=TurnTrigger(night, number, until), method_name="resume")


class TurnTrigger(BaseTrigger):
    """Look at the ledger until it is an issue's turn.

    :param until: ISO moment at which it is its turn in any case.
    """

    def __init__(self, night: str, number: int, until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.night = night
        self.number = number
        self.until = until
        self._turns: Any = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "include.overnight.edge.turns.TurnTrigger",
            {"night": self.night, "number": self.number, "until": self.until},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while datetime.now(UTC) < datetime.fromisoformat(self.until):
            if not await asyncio.to_thread(self._look):
                break
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        yield TriggerEvent({})  # type: ignore[no-untyped-call]

    def _look(self) -> tuple[int, ...]:
        from ..services.turns import turns_of
        from .hooks import open_desk

        if self._turns is None:
            self._turns = turns_of(open_desk(), self.night)
        first: tuple[int, ...] = self._turns.gives_way_to(self.number)
        return first
