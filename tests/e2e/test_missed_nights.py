"""Missed nights are made up for, and one that outlives its window is told of, in a real Airflow."""

import shlex
import time
from datetime import UTC, datetime, timedelta

import pytest

from include.overnight.domain.events import EventQuery, EventType
from include.overnight.domain.expected_nights import Missed, Schedule
from include.overnight.reports.frames import load

from ..adapters.test_notify import listening
from . import box
from .house import open_house
from .scripts import put_script, run, write

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

DEPOT, LATE = "acme/depot", "acme/late"
SLOW = 951
NEVER = 'schedule_expression = "0 2 29 2 *"'


def days_ago(days, hour):
    return datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0) - timedelta(days=days)


TICKS = tuple(days_ago(days, hour=2) for days in (4, 3, 2))
CREATED = {901: days_ago(9, 12), 902: days_ago(4, 12), 903: days_ago(3, 12), 904: days_ago(1, 12)}
"""An issue for each of the three nights, and one that is younger than all of them."""


@pytest.fixture(scope="module")
def told():
    with listening() as (port, got):
        yield port, got


@pytest.fixture(scope="module")
def house(tmp_path_factory, told):
    home = tmp_path_factory.mktemp("missed")
    with open_house(home, (DEPOT, LATE)) as opened:
        for name in (DEPOT, LATE):
            box.plant(opened.forge, home / "trees" / name, name)
        by = {"author": "lead", "author_association": "OWNER"}
        for number, moment in CREATED.items():
            opened.forge.create_issue(DEPOT, f"Add part {number}", number=number, created_at=moment, **by)
            put_script(home / "scripts", number, [write(f"part_{number}.py", "PART = 1\n")])
        opened.forge.create_issue(LATE, "Take your time", number=SLOW, **by)
        put_script(home / "scripts", SLOW, [*[run("sleep 50")] * 5, write("late.py", "LATE = True\n")])
        yield opened


def nights_of(house, repository):
    """Return the rows of a repository's nights, also of one refused before its node id was known."""
    nights = load(house.ledger).nights
    return nights[nights["repository"].astype("str") == repository]


def schedule_nights(house, port):
    """Make the one due every night but closed now, the other due since a minute and closed in four."""
    time.sleep(31)  # Airflow stores a DAG anew at most every half minute
    now = datetime.now(UTC)
    away, minute, end = now + timedelta(hours=10), now - timedelta(minutes=1), now + timedelta(minutes=4)
    path = house.home / "overnight.toml"
    *before, depot, late = path.read_text().split(NEVER)
    closed = f'schedule_expression = "0 2 * * *"\nwindow = "{away:%H:%M}-{away + timedelta(hours=1):%H:%M}"'
    due = f'schedule_expression = "{minute:%M %H} * * *"\nwindow = "{minute:%H:%M}-{end:%H:%M}"'
    top = f'execution_enabled = true\nnotify = ["json://127.0.0.1:{port}/"]\n'
    path.write_text(f"{top}{NEVER.join(before)}{closed}{depot}{due}{late}")
    house.deployment.airflow("dags", "reserialize")
    return end.replace(second=0, microsecond=0)


@pytest.fixture(scope="module")
def window_end(house, told):
    """Both schedules are on, three nights are asked for, and one scheduled night outlives its window."""
    end = schedule_nights(house, told[0])
    for name in (LATE, DEPOT):
        house.deployment.wait_dag(house.dag_id(name))
    # Before anything else is at work: Airflow's SQLite does not wait long for its turn.
    words = shlex.split(Missed(Schedule(DEPOT, house.dag_id(DEPOT), ("0 2 * * *",)), TICKS).command)
    house.deployment.airflow(*words[1:], "--max-active-runs", "3")
    for name in (LATE, DEPOT):
        house.deployment.api().patch(f"dags/{house.dag_id(name)}", {"is_paused": False})
    return end


@pytest.fixture(scope="module")
def backfilled(house, window_end):
    """The three nights that the command of a report makes up for, all of them at once."""
    runs = house.deployment.api().pages(f"dags/{house.dag_id(DEPOT)}/dagRuns", "dag_runs")
    ids = sorted(one["dag_run_id"] for one in runs if one["run_type"] == "backfill")
    return [house.finish(DEPOT, one) for one in ids]


def test_a_backfill_over_three_missed_nights_leaves_three_nights(house, backfilled):
    assert [one.state for one in backfilled] == ["success"] * 3
    nights = nights_of(house, DEPOT)
    made_up = nights[nights["trigger"] == "backfill"]
    assert sorted(night.date() for night in made_up["night_date"]) == [tick.date() for tick in TICKS]
    assert {str(status) for status in made_up["status"]} == {"completed"}


def test_no_issue_is_built_twice_though_the_nights_ran_at_once(house, backfilled):
    built = [number for one in backfilled for number, row in one.issues.items() if row["attempts"]]
    assert sorted(built) == [901, 902, 903]
    opened = [row["pull_request"] for one in backfilled for row in one.issues.values() if row["pull_request"]]
    assert sorted(opened) == sorted(pull.number for pull in house.forge.pull_requests(DEPOT))
    assert len(set(opened)) == 3


def test_a_night_considers_what_was_there_at_its_date_and_never_what_came_after(backfilled):
    for one, tick in zip(backfilled, TICKS, strict=True):
        assert {number for number in one.issues if CREATED[number] >= tick} == set()


def test_the_report_counts_the_nights_on_the_day_they_ran_and_on_those_they_stand_for(house, backfilled):
    done = house.overnight("report", "--period", "month", "--repository", DEPOT, "--format", "csv")
    assert done.returncode == 0, done.stderr
    assert "backfilled" in done.stdout


def test_a_scheduled_night_outside_its_window_is_skipped_with_the_reason(house, backfilled):
    nights = nights_of(house, DEPOT)
    (skipped,) = nights[nights["trigger"] == "scheduled"].itertuples()
    assert skipped.status == "skipped"


def test_people_are_told_once_of_a_scheduled_night_that_outlives_its_window(house, window_end, told):
    messages, until = [], time.monotonic() + 420
    while not messages and time.monotonic() < until:  # the message goes out after the event is on record
        time.sleep(1)
        messages = [one["message"] for one in told[1] if "outlives its window" in one["message"]]
    (event,) = house.ledger.ledger.events(EventQuery(types=(EventType.OVERNIGHT_WINDOW_ENDED,)))
    assert event.metadata == {"full_name": LATE, "left": [SLOW]}
    assert event.at >= window_end
    (message,) = messages
    assert f"#{SLOW}" in message


def test_the_night_goes_on_and_ends_well_after_its_window(house, window_end):
    (run_id,) = (
        one["dag_run_id"]
        for one in house.deployment.api().pages(f"dags/{house.dag_id(LATE)}/dagRuns", "dag_runs")
    )
    late = house.finish(LATE, run_id)
    assert (late.state, late.statuses()) == ("success", {SLOW: "pull_request"})
