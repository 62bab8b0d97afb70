"""A task's process dies at a failpoint under a real scheduler; Airflow's retry ends the night."""

import pytest

from .conftest import CRATE
from .scripts import put_script, run, write
from .test_killed_worker import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

KILLS = {
    313: ("publish.after_push", "publish_change", ["accepted"]),
    323: ("judge.after_verdict", "judge_change", ["accepted"]),
    333: ("model.after_answer:3", "build_issue", ["killed", "accepted"]),
}
"""Issue → where its night dies, in which task, its attempts on record; far apart: pulls are numbered too."""


@pytest.fixture(scope="module", params=KILLS, ids=lambda number: KILLS[number][0])
def killed(house, request):
    """A night of one issue in which one process was killed at the failpoint."""
    number = request.param
    word, task, outcomes = KILLS[number]
    turns = [write(f"part{number}.py", "PART = 0\n"), run("ls"), write(f"part{number}.py", "PART = 1\n")]
    put_script(house.home / "scripts", number, turns)
    house.forge.create_issue(
        CRATE, f"Add part {number}", number=number, author="lead", author_association="OWNER"
    )
    house.failpoint.write_text(word)
    run_id = house.start(CRATE, issues=[number], dry_run=False)
    until(lambda: not house.failpoint.exists(), 300)
    return number, task, outcomes, house.finish(CRATE, run_id)


def test_the_retry_ends_the_night_with_one_of_everything(house, killed):
    number, task, outcomes, played = killed
    assert played.statuses() == {number: "pull_request"}
    (tried,) = [one for one in played.tasks if one.task_id == f"execute_issue.{task}"]
    assert (tried.state, tried.try_number) == ("success", 2)
    assert [attempt["outcome"] for attempt in played.issues[number]["attempts"]] == outcomes
    mine = [pull for pull in house.forge.pull_requests(CRATE) if pull.head.startswith(f"overnight/{number}-")]
    assert len(mine) == 1
    assert len(house.forge.comments(house.forge.issue(CRATE, number))) == 1
    assert house.ledger.claims.holder(played.night.repository, number) is None
    assert house.ledger.quota.use().concurrent == 0
    assert house.ledger.ledger.verify() == ()
