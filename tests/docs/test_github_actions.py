"""The recipe for GitHub Actions: its YAML is a workflow, its commands do a night on a forge."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ..architecture.sources import PROJECT
from ..e2e import box
from ..e2e.house import open_place
from ..e2e.scripts import put_script, write

GUIDE = (PROJECT / "docs" / "guides" / "github-actions.md").read_text()
(TEXT,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
WORKFLOW = yaml.safe_load(TEXT)
JOB = WORKFLOW["jobs"]["night"]
STEPS = {step["name"]: step["run"] for step in JOB["steps"] if "run" in step}
ISSUE = 961


def filled(text, values):
    """Return a text with GitHub's expressions replaced; one that nobody knows is an error."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: values[match[1].split(" ||")[0]], text)


def test_it_runs_nightly_and_by_hand_one_night_at_a_time():
    triggers = WORKFLOW[True]  # YAML reads the key `on` as a truth
    assert triggers["schedule"] == [{"cron": "0 2 * * *"}]
    assert "workflow_dispatch" in triggers
    assert WORKFLOW["concurrency"]["cancel-in-progress"] is False
    assert JOB["timeout-minutes"] < 360


def test_it_asks_for_the_permissions_that_a_night_needs_and_no_others():
    assert WORKFLOW["permissions"] == dict.fromkeys(("contents", "issues", "pull-requests"), "write")


def test_it_says_that_the_workflows_own_token_starts_no_workflows():
    assert "start no workflows" in GUIDE


def test_every_command_is_one_of_ours_or_prepares_the_runner():
    lines = [line for run in STEPS.values() for line in run.strip().splitlines()]
    assert {line.split()[0] for line in lines} == {"make", "sudo", "bin/overnight"}


@pytest.mark.slow
def test_its_commands_do_a_night(tmp_path):
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    put_script(scripts, ISSUE, [write("lid.py", "LID = True\n")])
    with open_place(tmp_path / "place", scripts, ()) as place:
        box.plant(place.forge, tmp_path / "tree")
        place.forge.create_issue(
            box.REPOSITORY, "Add a lid", number=ISSUE, author="lead", author_association="OWNER"
        )
        for name in ("Work through the night", "Follow what is open", "Prove the ledger"):
            done = subprocess.run(
                ["bash", "-e", "-c", STEPS[name]],
                env=environment(place, tmp_path),
                cwd=runner(tmp_path),
                capture_output=True,
                text=True,
                timeout=200,
            )
            assert done.returncode == 0, done.stderr[-3000:]
        (pull,) = place.forge.pull_requests(box.REPOSITORY)
    night = json.loads((tmp_path / "runner" / "night.json").read_text())
    assert [(row["number"], row["pull_request"]) for row in night["issues"]] == [(ISSUE, pull.number)]


def runner(folder: Path) -> Path:
    """Return a checkout as the runner has it, in which a job may write."""
    checkout = folder / "runner"
    checkout.mkdir(exist_ok=True)
    if not (checkout / "bin").exists():
        (checkout / "bin").symlink_to(PROJECT / "bin")
    return checkout


def environment(place, folder):
    """Return the job's variables, and where this forge and this model are."""
    known = {
        "github.repository": box.REPOSITORY,
        "github.workspace": str(runner(folder)),
        "secrets.NIGHT_TOKEN": place.secrets.token,
        "secrets.OPENAI_API_KEY": place.secrets.key,
    }
    job = {name: filled(value, known) for name, value in JOB["env"].items()}
    servers = {
        name: value
        for name, value in place.environment().items()
        if name in ("OVERNIGHT_GITHUB_URL", "OVERNIGHT_OPENAI_URL")
    }
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {"HOME": str(folder), "PATH": path, "GITHUB_REPOSITORY": box.REPOSITORY, **servers, **job}
