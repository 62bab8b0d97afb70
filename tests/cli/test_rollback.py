"""`overnight rollback`: a person's wish, asked once more, carried out once."""

import json

import pytest

from ..services.merged import COLOUR, Scene, red_scene
from ..staging import REPOSITORY, TOKEN, open_stage
from .conftest import overnight


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def rolled(stage, *words):
    env = {"OVERNIGHT_SETTINGS": str(stage.home / "overnight.toml"), "GITHUB_TOKEN": TOKEN}
    return overnight("rollback", REPOSITORY, *words, env=env)


def test_a_merge_is_reverted_once_with_the_reason_and_the_name(stage):
    scene = red_scene(stage)
    number = scene.pull.number
    for _ in range(2):
        result = rolled(stage, number, "--why", "it hurts", "--yes")
        assert result.exit_code == 0, result.output
        assert f"reverts #{number}: build and tests are green on it." in result.stdout
    assert len(scene.reverts()) == 1
    told = json.loads(rolled(stage, number, "--why", "it hurts", "--yes", "--json").stdout)
    assert told["state"] == "opened"
    assert told["reason"].endswith("it hurts")


def test_nothing_is_done_without_a_reason_or_against_a_no(stage):
    scene = red_scene(stage)
    refused = rolled(stage, scene.pull.number, "--yes")
    assert (refused.exit_code, "--why must say something" in refused.stderr) == (2, True)
    stopped = rolled(stage, scene.pull.number, "--why", "x")
    assert stopped.exit_code != 0
    assert scene.reverts() == []


def test_what_is_no_merge_of_ours_is_said_to_be_none(stage):
    scene = Scene(stage, {"Add a colour": COLOUR})
    (number,) = scene.pulls
    for other in (number, 999):
        result = rolled(stage, other, "--why", "x", "--yes")
        assert result.exit_code == 2
        assert f"pull request #{other}" in result.stderr
        assert "no pull request of Overnight's that was merged" in " ".join(result.stderr.split())
