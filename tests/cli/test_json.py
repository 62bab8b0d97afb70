"""Every command that prints data prints it as JSON, too."""

import json

import pytest

from ..docs.command_reference import commands
from ..staging import REPOSITORY
from .conftest import overnight

ONE_SENTENCE = "says in one sentence that it is done; its exit code is the answer"
WITHOUT = {
    "overnight audit export": "writes JSON Lines or Parquet already",
    "overnight completion": "prints a shell's script",
    "overnight db check": ONE_SENTENCE,
    "overnight db downgrade": ONE_SENTENCE,
    "overnight db roles": "prints SQL",
    "overnight db upgrade": ONE_SENTENCE,
    "overnight mcp": "speaks a protocol on stdout",
    "overnight models policy": "prints a page of Markdown; `models --json` has the ladder",
    "overnight settings schema": "prints JSON already",
    "overnight sync": "a group that shows its help",
}
"""Command → why it takes no --json."""


def _takes_json(command):
    return any("--json" in parameter.opts for parameter in command.params)


def test_every_command_takes_json_unless_the_table_says_why_not():
    without = {name for name, command in commands().items() if not _takes_json(command)}
    assert without - WITHOUT.keys() == set()


def test_the_table_names_no_command_that_takes_json_or_is_gone():
    known = commands()
    assert {name for name in WITHOUT if name not in known or _takes_json(known[name])} == set()


@pytest.mark.parametrize(
    "words",
    ["status", "stats", "events", "why 1", "attempt 1", "plan", "quota", "models", "lessons", "doctor"],
)
def test_json_is_all_that_is_on_stdout(seen, words):
    seen.json(*words.split())


def test_init_prints_one_document(fresh):
    _, env = fresh
    result = overnight("init", REPOSITORY, "--json", env=env)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told.keys() == {
        "settings", "checks", "introduced", "base", "plan", "estimate", "next",
    }  # fmt: skip
    assert told["base"].startswith("The suite is green on main")
    assert [issue["number"] for issue in told["plan"]["issues"]] == [1, 2]
    assert "never more than $20 a night" in told["estimate"]


def test_init_that_finds_something_to_mend_prints_what_and_spends_nothing(fresh):
    stage, env = fresh
    result = overnight("init", REPOSITORY, "--json", env={**env, "OPENAI_API_KEY": None})
    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert [one["name"] for one in told["checks"] if not one["passed"]] == ["models"]
    assert "plan" not in told
    assert not [one for one in stage.forge.issues(REPOSITORY) if one.title == "Overnight execution"]


def test_the_statistics_agree_with_the_events(seen):
    stats = seen.json("stats")
    events = seen.json("events", "--limit", 100_000)
    assert stats["total"] == len(events) == sum(stats["by_type"].values())
    assert stats["by_severity"]["error"] == sum(event["severity"] == "error" for event in events)
    assert seen.json("stats", "--since", "2999-01-01")["total"] == 0
    shown = seen.run("stats").stdout
    assert f"{stats['total']} events on record." in shown
    assert "change_published" in shown
