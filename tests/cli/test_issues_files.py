"""`overnight plan --issues-file`: GitHub's issues from a file, in whatever state it is."""

import json

import pytest

from .conftest import overnight

BIG = "x" * 1_000_000


def issue(number, **more):
    return {
        "number": number,
        "title": f"Title {number}",
        "body": "",
        "state": "open",
        "user": {"login": "lead"},
        "author_association": "OWNER",
        "labels": [{"name": "build"}],
        "repository_url": "https://api.github.com/repos/acme/box",
        **more,
    }


@pytest.fixture
def plan(nowhere, tmp_path):
    """Return a function that plans a file of this content, without a token, ledger or settings."""

    def run(content, *words):
        file = tmp_path / "issues.json"
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return overnight("plan", "--issues-file", file, *words, env=nowhere)

    return run


def test_an_array_is_planned_without_token_ledger_or_settings(plan):
    result = plan(json.dumps([issue(1, body="Depends on #2"), issue(2), issue(3, state="closed")]), "--json")
    assert result.exit_code == 0, result.output
    assert [row["number"] for row in json.loads(result.stdout)["issues"]] == [2, 1]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_json_lines_are_planned_too(plan, mark):
    result = plan(mark + "\n".join(json.dumps(issue(number)) for number in (1, 2)) + "\n\n", "--json")
    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)["issues"]) == 2


def test_a_number_outside_the_file_is_warned_of_not_blocked(plan):
    result = plan(json.dumps([issue(1, body="Blocked by #77")]))
    assert "Warning: #1: #77 is outside this plan" in result.stdout
    assert "blocked" not in result.stdout.replace("Blocked by", "")


def test_live_needs_a_token_and_says_so(plan):
    result = plan(json.dumps([issue(1, body="Blocked by #77")]), "--live")
    assert result.exit_code == 2
    assert "GITHUB_TOKEN not set" in result.stderr


def test_strangers_are_left_out_unless_anybody_may_be_planned(plan):
    text = json.dumps([issue(1, author_association="NONE")])
    assert json.loads(plan(text, "--json").stdout)["exclusions"][0]["kind"] == "untrusted"
    assert len(json.loads(plan(text, "--json", "--anybody").stdout)["issues"]) == 1


def test_a_body_of_a_megabyte_and_a_hostile_title_do_no_harm(plan):
    text = json.dumps([issue(1, body=BIG), issue(2, title="\x1b[2J\ud800 \x9b [red]x[/red]")])
    shown = plan(text)
    assert shown.exit_code == 0, shown.output
    assert "\x1b" not in shown.stdout
    assert "[red]x[/red]" in shown.stdout
    assert json.loads(plan(text, "--json").stdout)["issues"][1]["title"].startswith("\x1b[2J")


def test_an_empty_file_is_an_empty_plan(plan):
    for text in ("", "[]", "\n\n"):
        result = plan(text)
        assert (result.exit_code, result.stdout) == (0, "No issue would be worked on.\n")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (bytes(range(256)) * 9, "line 1: not valid JSON"),
        (json.dumps([issue(1), issue(2)])[:-20], "not valid JSON"),
        (json.dumps(issue(1)) + "\n" + json.dumps(issue(2))[:-9], "line 2: not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ('[{"number": ' + "9" * 5000 + "}]", "not valid JSON"),
        ('{"message": "Bad credentials"}', "line 1: not a GitHub issue object"),
        ("[1]", "element 0: not a GitHub issue object"),
        ('[{"number": true}]', "element 0: not a GitHub issue object"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_the_place(plan, content, cause):
    result = plan(content)
    assert result.exit_code == 2, result.output
    assert cause in result.stderr
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


def test_a_file_that_cannot_be_read_is_named(nowhere, tmp_path):
    for path in (tmp_path / "missing.json", tmp_path):
        result = overnight("plan", "--issues-file", path, env=nowhere)
        assert result.exit_code == 2
        assert f"{path}: cannot be read" in result.stderr


def test_a_repository_that_the_file_claims_is_not_believed_blindly(plan):
    text = json.dumps([issue(1, repository_url="https://x/repos/../../etc")])
    assert plan(text).exit_code == 0
