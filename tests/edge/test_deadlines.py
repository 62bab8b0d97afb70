"""A night's window as Airflow's deadline, and what people are told when it has ended."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from airflow.serialization.decoders import decode_deadline_alert
from airflow.serialization.encoders import encode_deadline_alert

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.edge.deadlines import NightWindowEnd, tell_window_ended, window_alert
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.operators import AdmitNightOperator, PlanNightOperator, SummarizeNightOperator
from include.overnight.settings import RepositorySettings

from ..staging import REPOSITORY

ZURICH = RepositorySettings(name="acme/box", window="22:00-06:30", timezone="Europe/Zurich")
ENDED = EventQuery(types=(EventType.OVERNIGHT_WINDOW_ENDED,))


def session(run_type):
    """Return what answers the one question that is asked of Airflow's database."""
    return SimpleNamespace(scalar=lambda query: run_type)


def ends(run_type):
    return NightWindowEnd("22:00-06:30", "Europe/Zurich")._evaluate_with(
        session=session(run_type), dag_id="overnight_execution.acme.box", run_id="1"
    )


def context(run_id="run-1"):
    return {"dag_run": {"dag_id": "overnight_execution.acme.box", "dag_run_id": run_id}, "deadline": {}}


def night(house, **kwargs):
    """Begin and plan a night of what is open; return its id."""
    begun = AdmitNightOperator(task_id="admit", repository=REPOSITORY).execute(house.context(**kwargs))
    PlanNightOperator(task_id="plan_night", night=begun).execute(house.context(**kwargs))
    return begun


def test_a_scheduled_night_is_due_at_the_next_end_of_its_window():
    moment = ends("scheduled")
    assert timedelta(0) < moment - datetime.now(UTC) <= timedelta(days=1, hours=1)
    assert (moment.hour, moment.minute, str(moment.tzinfo)) == (6, 30, "Europe/Zurich")


@pytest.mark.parametrize("run_type", ["manual", "backfill", "asset_triggered", None])
def test_no_other_night_is_bound_by_the_window(run_type):
    assert ends(run_type) is None


def test_airflow_stores_the_alert_and_reads_it_again():
    from airflow import plugins_manager

    encoded = encode_deadline_alert(window_alert(ZURICH))
    known = "include.overnight.edge.deadlines.NightWindowEnd"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugins_manager, "get_deadline_references_plugins", lambda: {known: NightWindowEnd})
        decoded = decode_deadline_alert(encoded)
    assert decoded.reference.inner_ref == NightWindowEnd("22:00-06:30", "Europe/Zurich")
    assert decoded.interval == timedelta(0)
    assert decoded.callback.path == "include.overnight.edge.deadlines.tell_window_ended"


def test_a_night_at_work_is_told_of_once_with_the_issues_that_are_left(house):
    number = house.issue("Add a colour")
    begun = night(house)
    for _ in range(2):
        tell_window_ended(context())
    (event,) = open_desk().ledger.events(ENDED)
    assert (event.night, event.metadata["left"]) == (begun, [number])
    assert "The window of acme/box has ended" in event.description


def test_nobody_is_told_of_a_night_that_has_ended_or_never_began(house):
    begun = night(house)
    SummarizeNightOperator(task_id="summarize", night=begun).execute(house.context())
    tell_window_ended(context())
    tell_window_ended(context("another run"))
    assert open_desk().ledger.events(ENDED) == ()
