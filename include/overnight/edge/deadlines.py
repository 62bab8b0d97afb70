"""The end of a night's window as an Airflow deadline: who is still at work then is told of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import BaseDeadlineReference, DeadlineAlert

from ..domain.windows import next_end

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from ..settings import RepositorySettings


@dataclass
class NightWindowEnd(BaseDeadlineReference):
    """The next end of the window; None for manual and backfilled nights, which the window does not bind.

    The plugin makes it known to Airflow, whose scheduler asks it once a run.

    :param window: HH:MM-HH:MM.
    :param timezone: the repository's zone, by its IANA name.
    """

    window: str = "01:00-07:00"
    timezone: str = "UTC"
    required_kwargs: ClassVar[set[str]] = {"dag_id", "run_id"}

    def serialize_reference(self) -> dict[str, Any]:
        return {**super().serialize_reference(), "window": self.window, "timezone": self.timezone}

    @classmethod
    def deserialize_reference(cls, reference_data: dict[str, Any]) -> NightWindowEnd:
        return cls(reference_data["window"], reference_data["timezone"])

    def _evaluate_with(self, *, session: Session, dag_id: str, run_id: str) -> datetime | None:
        from airflow.models import DagRun
        from sqlalchemy import select

        query = select(DagRun.run_type).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        if str(session.scalar(query)) != "scheduled":
            return None
        return next_end(self.window, self.timezone, datetime.now(UTC))


def window_alert(repository: RepositorySettings) -> DeadlineAlert:
    """Return the alert of a repository's DAG."""
    return DeadlineAlert(
        reference=NightWindowEnd(repository.window, repository.timezone),
        interval=timedelta(0),
        callback=SyncCallback(f"{__name__}.tell_window_ended"),
        name="night window",
    )


def tell_window_ended(context: dict[str, Any]) -> None:
    """Find the night of the run that is late, and tell people of it; Airflow calls it on a worker.

    Airflow denies connections to a deadline's callback, so none is asked for: the ledger and whom to tell
    have to stand in settings or environment.
    """
    from ..beginning import night_id
    from ..services.overrunning import tell_of_overrun
    from .hooks import desk_without_connections

    run, desk = context["dag_run"], desk_without_connections()
    for night in desk.ledger.nights(limit=200):
        if night.id == night_id(night.repository, run["dag_id"], run["dag_run_id"]):
            tell_of_overrun(desk, night.id)
