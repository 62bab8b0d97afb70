"""Which builder a repository's word stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from include.overnight.adapters.builders import AgentBuilder
from include.overnight.adapters.builders.choosing import Workbench, builder_settings, make_builder
from include.overnight.adapters.builders.command import CommandBuilder
from include.overnight.adapters.builders.copilot import CopilotBuilder
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.github import GitHubAccess, connect
from include.overnight.adapters.github.wire import Wire
from include.overnight.adapters.storage import ObjectStorage
from include.overnight.domain.errors import SettingsError
from include.overnight.settings.sections import BuilderSettings


@pytest.fixture
def workbench(bench, tmp_path: Path) -> Workbench:
    endpoint = bench.endpoint()
    storage = ObjectStorage(f"file://{tmp_path}")
    return Workbench(
        endpoints={endpoint.tier: endpoint},
        sandbox=lambda: bench.sandbox,
        clean=str,
        wire=lambda: Wire(connect(GitHubAccess("http://127.0.0.1:9", token="t"))),
        workspace=lambda: GitWorkspace(tmp_path, storage, RemoteAccess()),
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("openai", AgentBuilder), ("local", AgentBuilder), ("copilot", CopilotBuilder)]
)
def test_the_built_in_words_need_no_table(workbench, name, kind):
    assert isinstance(make_builder(name, builder_settings(name, {}), workbench), kind)


def test_a_table_of_its_own_makes_a_command_and_wins_over_a_built_in_word(workbench):
    said = BuilderSettings(kind="command", command="agent --yes", requests=7)
    for name in ("mine", "openai"):
        made = make_builder(name, builder_settings(name, {name: said}), workbench)
        assert isinstance(made, CommandBuilder)
        assert made.name == name


def test_a_word_that_nobody_defined_is_refused_with_those_that_are():
    with pytest.raises(SettingsError, match=r"'codex' is not known .*mine.*write a \[builders\.codex\]"):
        builder_settings("codex", {"mine": BuilderSettings(kind="copilot")})


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "command"},
        {"kind": "copilot", "command": "x"},
        {"kind": "oracle"},
        {"kind": "command", "command": "x", "tier": "gpt-9"},
        {"kind": "command", "command": "x", "requests": 0},
        {"kind": "command", "command": "x", "api_key": "sk"},
    ],
)
def test_a_table_that_cannot_work_is_refused(raw):
    with pytest.raises(ValidationError):
        BuilderSettings.model_validate(raw)
