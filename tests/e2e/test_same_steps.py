"""A night in one process and a night of the DAG take the same steps and leave the same night.json."""

import json
import re

import pytest

from . import box
from .house import open_place

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def by_command(house, tmp_path_factory):
    """night.json of `overnight run` on a forge of its own, seeded as the other one was."""
    home = tmp_path_factory.mktemp("command")
    with open_place(home, house.home / "scripts", [box.REPOSITORY]) as place:
        box.seed_box(place.forge, home / "tree", house.home / "scripts")
        done = place.overnight("run", "--repository", box.REPOSITORY, "--json")
        assert done.returncode == 0, done.stderr[-3000:]
        yield json.loads(done.stdout)


def comparable(night):
    """Leave out what must differ: ids, moments, seconds, numbers of pull requests, and what lessons change.

    A builder is told, and gate qiel checks, the lessons that other issues taught before: with five at once
    that is another number each time, and with it the tokens and whether qiel applies.
    """
    measured = {"seconds": 0, "tokens": 0, "cost_usd": 0}
    rows = [
        row
        | {"gates": {gate: said for gate, said in row["gates"].items() if gate != "qiel"}}
        | {"attempts": [attempt | measured for attempt in row["attempts"]], "judging_usd": 0}
        | {"pull_request": row["pull_request"] is not None, "reason": _without_numbers(row["reason"])}
        for row in night["issues"]
    ]
    return night | {"night": "", "started_at": "", "finished_at": "", "issues": rows}


def _without_numbers(reason):
    reason = re.sub(r"(all )?\d+ gates passed(, \d+ not applicable)?", "gates passed", reason)
    return re.sub(r"pull request #\d+", "pull request", reason)


def test_both_leave_the_same_night(by_command, box_night):
    assert comparable(by_command) == comparable(box_night.document)


def test_the_night_they_agree_on_knows_every_ending(box_night):
    assert box_night.state == "success"
    assert box_night.statuses() == {
        box.CHAIN[0]: "pull_request",
        box.CHAIN[1]: "pull_request",
        box.HEALED: "pull_request",
        box.NEVER: "failed",
        box.BEHIND_NEVER: "blocked",
        box.BEHIND_LEFT: "blocked",
        box.DESIGN: "pull_request",
    }
    kinds = {row["number"]: row["kind"] for row in box_night.document["exclusions"]}
    assert kinds == {
        box.ONE_OF_CYCLE: "cycle",
        box.OTHER_OF_CYCLE: "cycle",
        box.STRANGER: "untrusted",
        box.LEFT: "skip_label",
    }
    outcomes = [attempt["outcome"] for attempt in box_night.issues[box.HEALED]["attempts"]]
    assert outcomes == ["gates_failed", "accepted"]
    assert [attempt["tier"] for attempt in box_night.issues[box.DESIGN]["attempts"]] == ["gpt-5.1"]
