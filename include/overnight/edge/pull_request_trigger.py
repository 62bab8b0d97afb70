"""Wait for pull requests without a worker: one batched question a minute, until one of them is different."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

SECONDS_BETWEEN_LOOKS = 60.0


class PullRequestsTrigger(BaseTrigger):
    """Look at pull requests that are queued or being checked until something moves, or it is late.

    A look that fails wakes the task up: it says what is wrong, and its retries are the deployment's.

    :param repository: OWNER/NAME as configured.
    :param numbers: the pull requests.
    :param until: ISO moment at which it stops waiting.
    """

    def __init__(self, repository: str, numbers: list[int], until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.repository = repository
        self.numbers = numbers
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "include.overnight.edge.pull_request_trigger.PullRequestsTrigger",
            {"repository": self.repository, "numbers": self.numbers, "until": self.until},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        before, why = await self._look()
        while not why and datetime.now(UTC) < datetime.fromisoformat(self.until):
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            now, why = await self._look()
            why = why or ("it moved" if now != before else "")
        yield TriggerEvent({"why": why or "it is late"})  # type: ignore[no-untyped-call]

    async def _look(self) -> tuple[str, str]:
        """Return how they stand, and what is wrong."""
        try:
            return await asyncio.to_thread(self._glance), ""
        except Exception as error:  # noqa: BLE001  the task that wakes up meets it again and says so
            return "", type(error).__name__

    def _glance(self) -> str:
        from ..services.following import glance
        from ..settings.orders import make_order
        from .hooks import open_desk

        desk = open_desk()
        order = make_order(desk.settings, self.repository, "", trigger="follow", now=desk.clock.now())
        return glance(desk, order, self.numbers)
