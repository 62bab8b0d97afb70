"""The steps of following pull requests as Airflow operators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from .hooks import open_desk
from .pull_request_trigger import PullRequestsTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

LONGEST_WAIT = timedelta(minutes=25)
STOPPED = "OVERNIGHT_EXECUTION_ENABLED is false: nothing is followed"


class FindPullRequestsOperator(BaseOperator):
    """Return the configured repositories with open pull requests of ours, from the ledger alone.

    Skipped when there are none, so that an idle half hour costs GitHub nothing.
    """

    def execute(self, context: Context) -> list[str]:
        from ..services.following import repositories_to_follow

        desk = open_desk()
        values = desk.settings.values
        if values.execution_enabled is False:
            raise AirflowSkipException(STOPPED)
        enabled = [one.name for one in values.repositories if one.enabled]
        followed = {name.lower() for name in repositories_to_follow(desk, enabled)}
        found = [name for name in enabled if name.lower() in followed]
        if not found:
            raise AirflowSkipException("no pull request of ours is open")
        return found


class FollowPullRequestsOperator(BaseOperator):
    """Take the next step of every open pull request; wait without a worker while some are on their way.

    :param repository: OWNER/NAME as configured.
    """

    template_fields: Sequence[str] = ("repository",)

    def __init__(self, *, repository: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.repository = repository

    def execute(self, context: Context) -> dict[str, str]:
        until = datetime.now(UTC) + LONGEST_WAIT
        return self._follow(until)

    def follow_again(
        self, context: Context, event: dict[str, Any] | None = None, until: str = ""
    ) -> dict[str, str]:
        """Go on after something moved, until it is late."""
        return self._follow(datetime.fromisoformat(until))

    def _follow(self, until: datetime) -> dict[str, str]:
        from ..services.following import follow_pull_requests
        from ..settings.orders import make_order

        desk = open_desk()
        order = make_order(desk.settings, self.repository, "", trigger="follow", now=desk.clock.now())
        followed = follow_pull_requests(desk, order)
        if followed.problem:
            raise AirflowFailException(f"{self.repository}: {followed.problem}")
        if followed.moving and datetime.now(UTC) < until:
            self.defer(
                trigger=PullRequestsTrigger(self.repository, list(followed.moving), until.isoformat()),
                method_name="follow_again",
                kwargs={"until": until.isoformat()},
                timeout=LONGEST_WAIT + timedelta(minutes=2),
            )
        return {f"#{row.number}": row.state for row in followed.rows}
