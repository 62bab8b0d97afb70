"""The forge as a thing on disk: it keeps its state, and one process has it at a time."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from github import Auth, Github

from demo.forge import Forge, running_forge

from .conftest import HOME

ROOT = Path(__file__).parents[3]


def test_a_second_night_finds_everything_the_first_one_left(tmp_path, tree):
    with Forge(tmp_path / "forge") as forge:
        forge.create_repository("acme", "pantry", tree=tree)
        first = forge.create_issue(HOME, "First", labels=["bug"], issue_type="Bug")
        second = forge.create_issue(HOME, "Second", blocked_by=[1], sub_issues=[])
        forge.comment(second, "ann", "Hm")
        forge.commit(HOME, "work", {"a": "a"}, "Work", "bot")
        pull = forge.create_pull_request(HOME, "bot", title="Work", head="work", body="Fixes #1")
    with Forge(tmp_path / "forge") as forge:
        assert forge.issues(HOME)[:2] == [first, forge.fresh(second)]
        assert forge.pull_request(HOME, 3) == pull
        assert [comment.body for comment in forge.comments(second)] == ["Hm"]
        forge.merge(pull, "ann")
        assert forge.fresh(first).state == "closed"
        assert forge.create_issue(HOME, "Next").number == 4


def test_two_processes_may_not_have_one_forge(tmp_path):
    with Forge(tmp_path), pytest.raises(RuntimeError, match="another forge runs on"):
        Forge(tmp_path)


def test_a_number_that_is_taken_is_refused(tmp_path):
    with Forge(tmp_path) as forge:
        forge.create_repository("acme", "pantry")
        forge.create_issue(HOME, "First", number=3)
        with pytest.raises(ValueError, match="#3 is taken"):
            forge.create_issue(HOME, "Again", number=3)


def test_one_scene_is_served_twice(tmp_path):
    with Forge(tmp_path) as forge:
        forge.create_repository("acme", "pantry")
        for _night in range(2):
            with running_forge(forge, {"t": "bot"}) as running:
                assert requests.get(f"{running.rest_url}/repos/{HOME}", timeout=5).ok


def test_pygithub_finds_its_way_by_the_base_url_alone(running):
    running.forge.create_issue(HOME, "First", blocked_by=[])
    github = Github(
        base_url=running.rest_url, auth=Auth.Token("bot-token"), seconds_between_writes=0, retry=None
    )
    repository = github.get_repo("Acme/Pantry")
    comment = repository.get_issue(1).create_comment("Hello")
    comment.edit("Goodbye")
    assert [each.body for each in repository.get_issue(1).get_comments()] == ["Goodbye"]
    _headers, data = github.requester.graphql_query("{ viewer { login } }", {})
    assert data == {"data": {"viewer": {"login": "bot"}}}
    github.close()


def test_the_command_serves_a_directory_until_it_is_stopped(tmp_path):
    command = [sys.executable, "-m", "demo.forge", "--root", str(tmp_path), "--token", "t=ann:admin"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = re.search(r"REST (\S+)", process.stdout.readline())
        assert said is not None
        answer = requests.get(f"{said[1]}/user", headers={"Authorization": "token t"}, timeout=5)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
    assert answer.json()["login"] == "ann"


def test_a_malformed_token_option_says_how_to_write_it(tmp_path):
    command = [sys.executable, "-m", "demo.forge", "--root", str(tmp_path), "--token", "t=ann:emperor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "TOKEN=LOGIN[:permission]" in done.stderr
