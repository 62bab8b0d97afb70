"""The follow-up DAG under a real scheduler: a requested change starts a night, a merge is told and learnt."""

import pytest

from demo.forge.pulls import set_draft
from include.overnight.domain.events import EventQuery, EventType

from .conftest import CRATE
from .scripts import put_script, run
from .test_killed_worker import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]
NUMBER, FOLLOW = 353, "follow_pull_requests"


@pytest.fixture(scope="module")
def published(house):
    """The pull request of a night; another attempt would append one more line."""
    put_script(house.home / "scripts", NUMBER, [run("echo 'PART = 1' >> part353.py")])
    house.forge.add_collaborator(CRATE, "ann", "write")
    house.forge.create_issue(CRATE, "Add part 353", number=NUMBER, author="lead", author_association="OWNER")
    played = house.play(CRATE, issues=[NUMBER], dry_run=False)
    assert played.statuses() == {NUMBER: "pull_request"}
    return _pull(house)


@pytest.fixture(scope="module")
def revised(house, published):
    """The run of the night that a requested change started."""
    house.forge.review(published, "ann", "CHANGES_REQUESTED", "One part is not enough: add another line.")
    assert _follow(house)["find_pull_requests"] == "success"  # or the run that its schedule owed, before it
    until(lambda: _revisions(house), 60)
    (run_id,) = _revisions(house)
    return house.finish(CRATE, run_id)


def _pull(house):
    (mine,) = [one for one in house.forge.pull_requests(CRATE) if one.head.startswith(f"overnight/{NUMBER}-")]
    return mine


def _follow(house):
    """Run the DAG once; return the state of each task, that of a mapped one by the last of its instances."""
    run_id = house.deployment.trigger(FOLLOW)
    assert house.deployment.wait_run(FOLLOW, run_id, 400) == "success"
    return {task.task_id: task.state for task in house.deployment.task_instances(FOLLOW, run_id)}


def _revisions(house):
    dag_id = house.dag_id(CRATE)
    runs = house.deployment.api().pages(f"dags/{dag_id}/dagRuns", "dag_runs")
    return [run["dag_run_id"] for run in runs if run["dag_run_id"].startswith("revision__")]


def test_requested_changes_start_a_night_that_adds_a_commit_and_answers_once(house, revised):
    assert revised.statuses() == {NUMBER: "pull_request"}
    pull = _pull(house)
    commits = house.forge.bare(CRATE).commits(f"main..{pull.head_sha}")
    assert len(commits) == 2
    said = house.forge.comments(house.forge.issue(CRATE, pull.number))
    assert [one.author for one in said].count("overnight-bot") == 1
    assert "All gates passed again" in said[-1].body


def test_a_merge_is_on_record_and_told_on_the_issue(house, revised):
    pull = _pull(house)
    house.forge.review(pull, "ann", "APPROVED")
    with house.forge.world.turn():
        pull = set_draft(house.forge.world, pull, False, "lead")
    house.forge.merge(pull, "lead")
    assert _follow(house)["follow"] == "success"
    query = EventQuery(types=(EventType.PULL_REQUEST_MERGED,), issue=NUMBER)
    (merged,) = house.ledger.ledger.events(query)
    assert merged.metadata["pull_request"] == pull.number
    (comment,) = house.forge.comments(house.forge.issue(CRATE, NUMBER))
    assert "merged" in comment.body
    _follow(house)
    assert len(house.ledger.ledger.events(query)) == 1
