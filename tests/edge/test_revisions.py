"""A night is started for what is owed, once, and only where and when it may be."""

from types import SimpleNamespace

import pytest
from airflow.providers.common.compat.sdk import DagRunTriggerException
from airflow.sdk.exceptions import AirflowSkipException

from include.overnight.beginning import begin_night
from include.overnight.domain.events import EventType
from include.overnight.edge.hooks import open_desk
from include.overnight.edge.revisions import StartRevisionsOperator
from include.overnight.services.reading import open_night
from include.overnight.services.summarizing import summarize_night

from ..staging import REPOSITORY

BRANCH = "overnight/1-add-a-colour"


@pytest.fixture
def published(house):
    """A house with an open pull request of ours; returns its number."""
    forge, desk = house.stage.forge, open_desk()
    issue = house.issue("Add a colour")
    night = open_night(desk, house.planned())
    head = forge.commit(REPOSITORY, BRANCH, {"colour.py": "RED = 1\n"}, "Add a colour", "overnight-bot")
    pull = forge.create_pull_request(REPOSITORY, "overnight-bot", title="Add a colour", head=BRANCH)
    desk.records.record_publication(night.repository.node_id, f"branch/{BRANCH}", head)
    document = {"pull_request": pull.number, "url": "", "branch": BRANCH, "head_sha": head, "base": "main"}
    desk.ledger.append(night.event(EventType.CHANGE_PUBLISHED, "published", issue=issue, metadata=document))
    summarize_night(desk, night.id)
    return pull.number


def says(house, pull, text):
    issue = house.stage.forge.issue(REPOSITORY, pull)
    house.stage.forge.comment(issue, "lead", text, association="OWNER")


def start(paused=False):
    ti = SimpleNamespace(get_dag=lambda dag_id: SimpleNamespace(is_paused=paused))
    StartRevisionsOperator(task_id="start_revisions", repository=REPOSITORY).execute({"ti": ti})


def test_what_is_asked_starts_the_repositorys_night_for_its_issue_under_one_run_id(house, published):
    says(house, published, "@overnight fix the blue")
    runs = []
    for _ in range(2):
        with pytest.raises(DagRunTriggerException) as started:
            start()
        runs.append(started.value)
    assert runs[0].trigger_dag_id == "overnight_execution.acme.box"
    assert runs[0].conf == {"issues": [1]}
    assert runs[0].dag_run_id == runs[1].dag_run_id
    assert runs[0].dag_run_id.startswith("revision__")
    assert runs[0].skip_when_already_exists


def test_nothing_is_started_where_nobody_asked_or_the_night_is_paused(house, published):
    with pytest.raises(AirflowSkipException, match="nobody asked"):
        start()
    says(house, published, "@overnight fix the blue")
    with pytest.raises(AirflowSkipException, match="is paused"):
        start(paused=True)


def test_a_night_that_runs_is_waited_for(house, published):
    says(house, published, "@overnight fix the blue")
    begin_night(open_desk(), REPOSITORY, trigger="manual", dag_id="d", run_id="2", params={"dry_run": False})
    with pytest.raises(AirflowSkipException, match="is running"):
        start()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('answer_reviews = "night"', "answer_reviews = night"),
        ("answer_reviews = false", "answer_reviews = false"),
        ("enabled = false", "is disabled"),
    ],
)
def test_settings_keep_a_night_from_being_started(house, line, why):
    path = house.stage.home / "overnight.toml"
    path.write_text(f"{path.read_text()}\n{line}\n")
    with pytest.raises(AirflowSkipException, match=why):
        start()


def test_the_switch_for_everything_holds_here_too(house, monkeypatch):
    monkeypatch.setenv("OVERNIGHT_EXECUTION_ENABLED", "false")
    with pytest.raises(AirflowSkipException, match="all nights are stopped"):
        start()
