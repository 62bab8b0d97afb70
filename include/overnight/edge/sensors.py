"""Await dependencies: at once when there is nothing to wait for, else without holding a slot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from .hooks import open_desk
from .operators import IssueOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

LONGEST_WAIT = timedelta(hours=14)


class AwaitDependenciesSensor(IssueOperator):
    """Wait until the issue's dependencies are settled; skipped when one of them blocks it."""

    def execute(self, context: Context) -> None:
        from ..services.waiting import look
        from .triggers import DependenciesTrigger

        wait = look(open_desk(), self.issue["night"], self.issue["number"])
        if not wait.over:
            until = (datetime.now(UTC) + LONGEST_WAIT).isoformat()
            trigger = DependenciesTrigger(self.issue["night"], self.issue["number"], until)
            self.defer(trigger=trigger, method_name="resume")
        self._settle(wait.blocked)

    def resume(self, context: Context, event: Mapping[str, Any]) -> None:
        """Go on after the trigger has seen the dependencies settled."""
        self._settle(event["blocked"])

    def _settle(self, blocked: str) -> None:
        from ..services.waiting import give_up

        if blocked:
            give_up(open_desk(), self.issue["night"], self.issue["number"], blocked)
            raise AirflowSkipException(blocked)
