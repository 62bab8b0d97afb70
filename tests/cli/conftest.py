"""A night that was, and the real command line to look at it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from include.overnight.cli.app import app
from include.overnight.domain.nights import Night

from ..fakes import writes
from ..staging import REPOSITORY, TOKEN, Stage, open_stage

HOSTILE = "\x1b[2J[bold]red[/bold] \u202egnol " + "very " * 40
GOOD = writes("box.py", "def size(a, b):\n    return a * b\n\n\ndef area(a, b):\n\treturn size(a, b)\n")
BAD = writes("box.py", "def size(a, b):\n    return 0\n")

NOWHERE: Mapping[str, str | None] = dict.fromkeys(
    [
        *("GITHUB_TOKEN", "OPENAI_API_KEY", "OVERNIGHT_SETTINGS", "OVERNIGHT_HOME", "OVERNIGHT_LEDGER_URL"),
        *("OVERNIGHT_STORAGE_URL", "OVERNIGHT_GITHUB_URL", "OVERNIGHT_OPENAI_URL", "OVERNIGHT_SANDBOX"),
        *("OVERNIGHT_EXECUTION_ENABLED", "DESKTOP_BUILDER_ENABLED", "AIRFLOW_HOME"),
        *("OVERNIGHT_API_URL", "OVERNIGHT_API_TOKEN", "OVERNIGHT_API_TOKEN_FILE"),
    ]
)


def overnight(*words: object, env: Mapping[str, str | None], columns: int = 80) -> Result:
    """Run the command line as a person would, with these variables and no others of ours."""
    return CliRunner().invoke(
        app, [str(word) for word in words], env={**NOWHERE, "COLUMNS": str(columns), **env}
    )


@dataclass
class Seen:
    """After a night: #1 has a pull request, #2 failed, #3 is a stranger's, #4 has a hostile title."""

    stage: Stage
    night: Night

    @property
    def env(self) -> dict[str, str | None]:
        settings = str(self.stage.home / "overnight.toml")
        return {"OVERNIGHT_SETTINGS": settings, "GITHUB_TOKEN": TOKEN, "OPENAI_API_KEY": "sk-nobody-is-asked"}

    def run(self, *words: object, columns: int = 80, **env: str) -> Result:
        """Run a command here."""
        return overnight(*words, env={**self.env, **env}, columns=columns)

    def json(self, *words: object) -> Any:
        """Return what a command prints with --json, which must be all it prints."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture(scope="session")
def seen(tmp_path_factory):
    with open_stage(tmp_path_factory.mktemp("cli")) as stage:
        good, bad = stage.issue("Add an area"), stage.issue("Lose the size")
        stage.forge.create_issue(
            REPOSITORY, "From outside", "", author="passer-by", author_association="NONE"
        )
        stage.issue(HOSTILE, body="Blocked by #2")
        desk = stage.desk({good: [BAD, GOOD], bad: [BAD]}, settings="enable_model_escalation = false")
        yield Seen(stage, stage.night(desk))


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """Return the environment of somebody who has set up nothing, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path)}


@pytest.fixture
def fresh(tmp_path):
    """Return a stage that no night has seen, and the environment of somebody who has only a token."""
    with open_stage(tmp_path) as stage:
        stage.issue("Add an area")
        stage.issue("Add a volume", body="Depends on #1")
        env = {
            "HOME": str(tmp_path),
            "GITHUB_TOKEN": TOKEN,
            "OPENAI_API_KEY": "sk-nobody-is-asked",
            "OVERNIGHT_HOME": str(tmp_path / "work"),
            "OVERNIGHT_GITHUB_URL": stage.running.rest_url,
            "OVERNIGHT_SETTINGS": str(tmp_path / "overnight.toml"),
        }
        (tmp_path / "overnight.toml").touch()
        yield stage, env
