"""Wait for a moment without a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent


class MomentTrigger(BaseTrigger):
    """Wait for a moment.

    :param until: ISO moment.
    """

    def __init__(self, until: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("include.overnight.edge.moments.MomentTrigger", {"until": self.until})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        left = datetime.fromisoformat(self.until) - datetime.now(UTC)
        await asyncio.sleep(max(0.0, left.total_seconds()))
        yield TriggerEvent({"until": self.until})  # type: ignore[no-untyped-call]
