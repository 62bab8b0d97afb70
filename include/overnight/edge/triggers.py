"""Waiting without a worker: triggers carry ids, never URLs or secrets."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

SECONDS_BETWEEN_LOOKS = 5.0


class DependenciesTrigger(BaseTrigger):
    """Look at the read model until an issue's dependencies are settled.

    :param night: the night's id.
    :param number: the waiting issue.
    :param until: ISO moment at which it stops waiting and is blocked.
    """

    def __init__(self, night: str, number: int, until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.night = night
        self.number = number
        self.until = until
        self._waiting: Any = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "include.overnight.edge.triggers.DependenciesTrigger",
            {"night": self.night, "number": self.number, "until": self.until},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while True:
            wait = await asyncio.to_thread(self._look)
            if not wait.over and datetime.now(UTC) >= datetime.fromisoformat(self.until):
                wait = replace(wait, over=True, blocked="what it depends on did not end in time")
            if wait.over:
                yield TriggerEvent({"blocked": wait.blocked})  # type: ignore[no-untyped-call]
                return
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS + random.uniform(0, 1))

    def _look(self) -> Any:
        from ..services.waiting import Waiting
        from .hooks import open_desk

        if self._waiting is None:
            self._waiting = Waiting(open_desk(), self.night, self.number)
        return self._waiting.look()
