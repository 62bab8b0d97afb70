"""Start a repository's night for what people asked of open pull requests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context

    from ..assembly import Overnight
    from ..domain.revisions import Revision

LONGEST_NIGHT = timedelta(hours=14)
"""A night that never said that it ended holds nothing up for longer."""


class StartRevisionsOperator(TriggerDagRunOperator):
    """Listen to a repository's open pull requests, and start its night now for what is owed on them.

    Skipped when nothing is owed, where answers wait for the next night, while a night runs or is paused. The
    same requests start one run, however often this is tried: what that leaves waits for the next night.

    :param repository: OWNER/NAME as configured.
    """

    template_fields: Sequence[str] = ("repository",)

    def __init__(self, *, repository: Any, **kwargs: Any) -> None:
        super().__init__(
            trigger_dag_id="overnight_execution", logical_date=None, skip_when_already_exists=True, **kwargs
        )
        self.repository = repository

    def execute(self, context: Context) -> None:
        desk = open_desk()
        if why := why_not_now(desk, self.repository):
            raise AirflowSkipException(why)
        owed = self._owed(desk)
        self.trigger_dag_id = f"overnight_execution.{self.repository.replace('/', '.')}"
        if context["ti"].get_dag(self.trigger_dag_id).is_paused:
            raise AirflowSkipException(f"{self.trigger_dag_id} is paused")
        keys = ",".join(sorted(revision.key for revision in owed))
        self.trigger_run_id = f"revision__{hashlib.sha256(keys.encode()).hexdigest()[:16]}"
        self.conf = {"issues": sorted({revision.issue for revision in owed})}
        super().execute(context)

    def _owed(self, desk: Overnight) -> tuple[Revision, ...]:
        """Return what is owed once everything was listened to; skipped when that is nothing, or not now."""
        from ..domain.issues import split_full_name
        from ..services.revising import pending
        from ..services.revising_heard import collect_requests
        from ..settings.orders import make_order

        repository = desk.tracker.repository(*split_full_name(self.repository))
        order = make_order(desk.settings, self.repository, "", trigger="follow", now=desk.clock.now())
        collect_requests(desk, order, repository)
        owed = pending(desk, repository.node_id)
        if not owed:
            raise AirflowSkipException("nobody asked for a change")
        since = desk.clock.now() - LONGEST_NIGHT
        for night in desk.ledger.nights(repository.node_id):
            if night.status == "running" and night.started_at and night.started_at > since:
                raise AirflowSkipException(f"night {night.id} is running")
        return owed


def why_not_now(desk: Overnight, full_name: str) -> str:
    """Return why settings start no night for what is owed, "" when they do."""
    repository = desk.settings.repository(full_name)
    if desk.settings.values.execution_enabled is False:
        return "OVERNIGHT_EXECUTION_ENABLED is false: all nights are stopped"
    if not repository.enabled:
        return f"{full_name} is disabled"
    if repository.answer_reviews is not True:
        return f"answer_reviews = {str(repository.answer_reviews).lower()}: no night is started for requests"
    return f"{full_name} runs dry: nothing would reach its pull requests" if repository.dry_run else ""
