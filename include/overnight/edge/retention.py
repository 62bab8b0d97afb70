"""What `[retention]` lets go, once a month, as an Airflow operator."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from .hooks import open_desk

if TYPE_CHECKING:
    from airflow.sdk import Context


class RetainOperator(BaseOperator):
    """On the first of a month: archive old nights, delete old logs; returns how many of each.

    Skipped on other days, and where `[retention]` keeps everything. Fails with the first bad event of a
    night that does not verify: such a night stays.
    """

    def execute(self, context: Context) -> dict[str, int]:
        from ..adapters.storage import ObjectStorage
        from ..services.retaining import retain

        run = context["dag_run"]
        if (run.logical_date or run.run_after).astimezone(UTC).day != 1:
            raise AirflowSkipException("nothing leaves before the first of the month")
        desk = open_desk()
        kept = desk.settings.values.retention
        if not (kept.keep_months or kept.keep_artifacts_days):
            raise AirflowSkipException("[retention] keeps everything")
        storage = ObjectStorage(desk.settings.storage_url)
        now, months, days = desk.clock.now(), kept.keep_months, kept.keep_artifacts_days
        done = retain(desk.database.ledger, storage, now, months, days)
        if done.archived.findings:
            raise AirflowFailException("; ".join(done.archived.findings[:20]))
        return {"archived_nights": len(done.archived.left), "deleted_objects": done.deleted}
