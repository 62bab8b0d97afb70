"""Who owns what, as GitHub's documentation says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.codeowners import LONGEST_FILE, owners_of, read_codeowners, reviewers_for

FILE = """\
# Everybody's
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  writer@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @logger
/apps/github
/two\\ words.md @octocat
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", ["@global-owner1", "@global-owner2"]),
        ("src/deep/app.js", ["@js-owner"]),
        ("main.go", ["docs@example.com"]),
        ("notes.txt", ["@octo-org/octocats"]),
        ("build/logs/today/x.py", ["@logger"]),
        ("docs/index.md", ["@doctocat"]),
        ("other/docs/index.md", ["@global-owner1", "@global-owner2"]),
        ("src/apps/web/x.py", ["@octocat"]),
        ("scripts/run.sh", ["@doctocat", "@octocat"]),
        ("deep/logs/x", ["@logger"]),
        ("apps/github", []),
        ("apps/github/x.py", []),
        ("two words.md", ["@octocat"]),
    ],
)
def test_the_last_line_that_matches_decides(path, owners):
    assert list(owners_of(read_codeowners(FILE), path)) == owners


def test_a_star_after_a_folder_means_its_files_and_not_those_below():
    rules = read_codeowners("docs/* @writer\n")
    assert owners_of(rules, "docs/getting-started.md") == ("@writer",)
    assert owners_of(rules, "docs/build-app/troubleshooting.md") == ()


@pytest.mark.parametrize(
    "line",
    [
        "!*.py @octocat",
        "[ab].py @octocat",
        "*.py octocat",
        "*.py @",
        "*.py @acme/",
        "*.py @a @@b",
        "a***b @octocat",
        "*a*a*a*a*a*a*a*b @octocat",
    ],
)
def test_a_line_that_github_cannot_read_is_left_out_and_the_others_hold(line):
    rules = read_codeowners(f"* @first\n{line}\n")
    assert owners_of(rules, "a.py") == ("@first",)


def test_a_file_that_is_too_long_owns_nothing():
    assert read_codeowners("* @octocat\n" + "#" * LONGEST_FILE) == ()


def test_reviewers_are_people_and_teams_the_busiest_first_and_never_the_author():
    rules = read_codeowners("* @night-owl @Ann\n*.md @acme/docs writer@example.com @ann\n")
    assert reviewers_for(rules, ["a.py", "b.md", "c.md"], "Night-Owl") == ("Ann", "acme/docs")
    assert reviewers_for(rules, ["b.md"], "ann") == ("acme/docs",)
    assert reviewers_for(rules, [], "ann") == ()


@given(st.text(max_size=300), st.text(max_size=60))
def test_no_file_and_no_path_breaks_it(text, path):
    reviewers_for(read_codeowners(text), [path], "ann")
