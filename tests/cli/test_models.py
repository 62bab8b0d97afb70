"""The ladder, why an issue got its tier, what history says, and the policy in force."""

import json
import re
from itertools import pairwise

import pytest

from include.overnight.domain.models import RULES

from .conftest import overnight


@pytest.fixture
def settings(seen, tmp_path):
    """Return a function that runs a command here under further settings."""

    def run(text, *words):
        path = tmp_path / "overnight.toml"
        theirs = (seen.stage.home / "overnight.toml").read_text()
        path.write_text(theirs + text if text.startswith("[") else text + theirs)
        return seen.run(*words, OVERNIGHT_SETTINGS=str(path), columns=120)

    return run


def test_the_ladder_is_listed_with_model_endpoint_window_and_prices(seen):
    rows = {row["tier"]: row for row in seen.json("models")}
    assert list(rows) == ["gpt-4", "gpt-4-turbo", "gpt-5.1", "local-builder"]
    assert rows["gpt-4"]["model"] == "gpt-5-mini"
    assert rows["gpt-4"]["window"] >= 128_000
    assert rows["local-builder"]["unavailable"] == "DESKTOP_BUILDER_ENABLED is not true"
    shown = seen.run("models", columns=100).stdout
    assert re.search(r"gpt-5\.1 +400,000 +1\.25 +10 +gpt-5\.1 *\n", shown)
    assert "ready" in shown


def test_prices_never_fall_and_windows_never_shrink_up_the_shipped_ladder(seen):
    rows = seen.json("models")[:3]
    for lower, upper in pairwise(rows):
        assert float(lower["input_usd"]) <= float(upper["input_usd"])
        assert float(lower["output_usd"]) <= float(upper["output_usd"])
        assert lower["window"] <= upper["window"]
        assert lower["dominated_by"] == ""


def test_labels_taken_literally_are_told_to_be_dearer_and_smaller(settings):
    shown = settings('preset = "seeds"\n', "models").stdout
    assert "dearer and smaller than gpt-4-turbo, which takes its place" in shown
    checks = json.loads(settings('preset = "seeds"\n', "doctor", "--json").stdout)
    assert [check["name"] for check in checks if check["caution"]] == ["tier gpt-4", "tier gpt-4-turbo"]
    assert all(check["passed"] for check in checks)
    assert "look  tier gpt-4" in settings('preset = "seeds"\n', "doctor").stdout


def test_an_address_with_a_password_is_masked(settings):
    text = '[models.gpt-4]\nmodel = "m"\nbase_url = "http://me:hunter2@127.0.0.1:9/v1"\n'
    for command in (("models",), ("models", "--json"), ("models", "policy"), ("settings", "show")):
        shown = settings(text, *command).stdout
        assert "hunter2" not in shown
        assert "***@127.0.0.1:9" in shown


def test_a_model_without_a_known_price_is_to_mend(settings):
    result = settings('[models.gpt-4]\nmodel = "nobody-knows-me"\n', "doctor", "--json")
    failed = {check["name"]: check["detail"] for check in json.loads(result.stdout) if not check["passed"]}
    assert result.exit_code == 2
    assert 'models."gpt-4"' in failed["prices"]


def test_an_issues_tier_is_explained_from_the_nights_plan(seen):
    told = seen.json("models", "explain", 1)
    assert (told["night"], told["tier"], told["exempt"]) == (seen.night.id, "gpt-4", False)
    assert told["reason"].startswith("base_tier")
    assert "attempt_started" in {event["type"] for event in told["events"]}
    shown = seen.run("models", "explain", 1).stdout
    assert shown.startswith("#1 Add an area: gpt-4, no escalation\n")
    assert "attempt_finished" in shown


def test_an_issues_tier_is_explained_as_it_would_be_chosen_now(seen):
    told = seen.json("models", "explain", 2, "--live")
    assert (told["night"], told["tier"], told["events"]) == ("", "gpt-4", [])
    assert len(told["considered"]) == len(RULES)  # every other rule, and what history said
    assert any(text.startswith("history: ") for text in told["considered"])
    assert "as it would be chosen now" in seen.run("models", "explain", 2, "--live").stdout


def test_a_rule_of_ones_own_decides_and_is_named(settings):
    rule = '[[model_rules]]\nname = "sizes"\ntier = "gpt-5.1"\ntag = "experimental"\n'
    told = json.loads(settings(rule, "models", "explain", "2", "--live", "--json").stdout)
    assert (told["tier"], told["reason"], told["tag"]) == ("gpt-5.1", "sizes", "experimental")
    assert (
        "| 1 | anything else | `gpt-5.1` | `sizes` | `experimental` |"
        in settings(rule, "models", "policy").stdout
    )


def test_an_issue_that_nobody_knows_is_refused(seen):
    assert seen.run("models", "explain", 999).exit_code == 2
    unknown = seen.run("models", "explain", 1, "--night", "nosuch")
    assert (unknown.exit_code, "no night nosuch" in unknown.stderr) == (2, True)


def test_history_counts_attempts_by_type_complexity_and_tier(seen):
    (row,) = {one["tier"]: one for one in seen.json("models", "history")}.values()
    assert (row["tier"], row["accepted"], row["known"]) == ("gpt-4", 1, False)
    assert row["trials"] >= 3
    shown = seen.run("models", "history").stdout
    assert re.search(rf"1/{row['trials']} ", shown)
    assert "Used once issues of a type and complexity have 20 attempts." in shown


def test_history_says_when_there_is_none_or_nobody_asks_it(settings):
    assert "Learning is off" in settings("[learning]\nenabled = false\n", "models", "history").stdout


def test_the_policy_is_written_from_the_settings_in_force(settings):
    text = "[throttle]\nfailed_last_hour = 9\n[quota]\ndaily = 33\n[learning]\nenabled = false\n"
    page = settings(text, "models", "policy").stdout
    assert "| organization | 33 | 10 | 5 |" in page
    assert "| escalations that failed within an hour | 9 |" in page
    assert "## Learning\n\nOff.\n" in page


def test_settings_tell_what_has_no_effect(settings):
    shown = settings('setup_hosts = ["pypi.org"]\n', "settings", "validate")
    assert shown.exit_code == 0
    assert "Look: setup_hosts has no effect" in shown.stdout
    told = json.loads(settings("local_above_top = true\n", "settings", "validate", "--json").stdout)
    assert told["cautions"] == ["local_above_top has no effect while desktop_builder_enabled is off"]


def test_the_policy_needs_no_ledger(nowhere):
    assert overnight("models", "policy", env=nowhere).stdout.startswith("# Model policy (GSR-Model)\n")
