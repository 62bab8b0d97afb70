"""Looking at nights: what a person reads in a terminal, what a script gets."""

import json
import re

import pytest

from include.overnight.domain.nights import document

TERMINAL_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
LOOKS = [
    "status",
    "report night",
    "why 1",
    "why 4",
    "attempt 1",
    "attempt 2 --log",
    "events",
    "doctor",
    "plan",
]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "look", ["report night", "plan", "events", "why 4", "attempt 1", "doctor", "settings show"]
)
def test_a_table_fits_the_terminal(seen, look, columns):
    result = seen.run(*look.split(), columns=columns)
    assert result.exit_code == 0, result.output
    tables = [line for line in result.stdout.splitlines() if line.startswith(" ") or "  " in line]
    assert max(map(len, tables), default=0) <= columns


@pytest.mark.parametrize("look", LOOKS)
def test_a_hostile_title_makes_no_terminal_act(seen, look):
    result = seen.run(*look.split())
    assert result.exit_code == 0, result.output
    assert not TERMINAL_ACTS.search(result.output)


def test_a_title_is_no_markup_and_is_cut_to_be_read(seen):
    shown = seen.run("report", "night", seen.night.id).stdout
    assert "[bold]red[/bold]" in shown
    assert "…" in shown
    assert len(re.findall("very", shown)) < 30


def test_a_night_is_shown_with_status_tiers_cost_and_reason(seen):
    shown = seen.run("report", "night", seen.night.id, columns=120).stdout
    assert re.search(r"#1 +pull_request +Add an area", shown)
    assert "gpt-4 → gpt-4, $0.02" in shown
    assert "its author passer-by is NONE" in shown
    assert "1 succeeded, 1 failed, 1 skipped, 1 left out." in shown
    assert seen.night.id in shown


def test_the_report_of_a_night_is_night_json_on_stdout_and_in_a_file(seen, tmp_path):
    assert seen.json("report", "night", seen.night.id) == document(seen.night)
    file = tmp_path / "night.json"
    assert seen.run("report", "night", seen.night.id, "--output", file).stdout == f"Wrote {file}\n"
    assert json.loads(file.read_text()) == document(seen.night)


def test_status_lists_nights_newest_first(seen):
    nights = seen.json("status")
    assert [one["status"] for one in nights if one["night"] == seen.night.id] == ["completed"]
    assert [one["started_at"] for one in nights] == sorted(
        (one["started_at"] for one in nights), reverse=True
    )
    assert seen.night.id in seen.run("status").stdout


def test_why_tells_outcome_place_and_every_decision(seen):
    shown = seen.run("why", 1).stdout
    assert shown.startswith("#1 Add an area: pull_request: pull request #")
    assert "Base tier gpt-4" in shown
    assert shown.index("attempt_started") < shown.index("change_judged") < shown.index("change_published")


def test_why_explains_an_issue_that_was_left_out(seen):
    assert "left out of night" in seen.run("why", 3).stdout
    assert seen.json("why", 3) == []


def test_attempts_are_listed_with_what_they_cost(seen):
    assert [row["outcome"] for row in seen.json("attempt", 1)] == ["gates_failed", "accepted"]
    shown = seen.run("attempt", 1).stdout
    assert "accepted" in shown
    assert "150 tokens, $0.0100" in shown


def test_the_diff_is_printed_to_the_byte(seen):
    shown = seen.run("attempt", 1, "--diff").stdout
    assert "+++ b/box.py" in shown
    assert "+\treturn size(a, b)\n" in shown  # a tab stays a tab: `git apply` reads this


def test_the_log_is_what_the_gates_said_last(seen):
    assert "all gates passed" in seen.run("attempt", 1, "--log").stdout
    assert "test" in seen.run("attempt", 2, "--log").stdout


def test_the_transcript_is_printed(seen):
    assert seen.run("attempt", 1, "--transcript").stdout == "[]\n"


def test_events_can_be_chosen_by_type_issue_and_moment(seen):
    (judged,) = seen.json("events", "--type", "change_judged", "--issue", 1)
    assert judged["night"] == seen.night.id
    assert seen.json("events", "--since", "2999-01-01") == []
    assert seen.json("events", "--limit", 1)[0]["type"]
    assert seen.run("events", "--since", "2999-01-01").stdout == "No such event is on record.\n"


def test_a_night_that_has_ended_cannot_be_stopped_any_more(seen):
    assert seen.json("stop", seen.night.id)["told"] == f"Night {seen.night.id} is completed already."


def test_a_published_change_is_found_again_not_opened_twice(seen):
    told = seen.json("publish", seen.night.id, 1)
    assert told["number"] == seen.night.issue(1).pull_request


def test_doctor_names_each_check_and_ends_with_two_when_one_fails(seen):
    checks = {check["name"]: check["passed"] for check in seen.json("doctor")}
    assert checks["GitHub token"]
    assert checks["repository acme/box"]
    failing = seen.run("doctor", OPENAI_API_KEY="")
    assert failing.exit_code == 2
    assert "gpt-4: OPENAI_API_KEY not set" in failing.stdout
