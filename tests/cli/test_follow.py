"""`overnight follow`: every configured repository, one after the other, whatever becomes of the others."""

import json

import pytest

from include.overnight.cli.console import Exit

from ..services.reviewed import posted
from ..staging import REPOSITORY, TOKEN, open_stage
from .conftest import overnight


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def followed(stage, *words):
    env = {"OVERNIGHT_SETTINGS": str(stage.home / "overnight.toml"), "GITHUB_TOKEN": TOKEN}
    return overnight("follow", *words, env=env, columns=200)


def test_it_shows_how_each_pull_request_stands(stage):
    talk = posted(stage)
    shown = followed(stage)
    assert shown.exit_code == 0, shown.output
    assert "nothing guards the branch" in shown.stdout
    (one,) = json.loads(followed(stage, REPOSITORY, "--json").stdout)
    assert (one["repository"], one["problem"], one["moving"]) == (REPOSITORY, "", [])
    (row,) = one["rows"]
    assert (row["number"], row["issue"], row["changed"]) == (talk.pull.number, talk.issue, False)


def test_a_repository_that_cannot_be_followed_is_named_and_stops_no_other(stage):
    posted(stage)
    settings = stage.home / "overnight.toml"
    first, rest = settings.read_text().split("[[repositories]]", 1)
    off = '[[repositories]]\nname = "acme/off"\nenabled = false\n'
    settings.write_text(f'{first}[[repositories]]\nname = "acme/gone"\n{off}[[repositories]]{rest}')
    shown = followed(stage)
    assert shown.exit_code == Exit.WRONG
    assert "acme/gone" in shown.stderr
    assert "acme/off" not in shown.output
    assert "nothing guards the branch" in shown.stdout
