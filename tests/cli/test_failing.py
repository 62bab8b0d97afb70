"""Whatever goes wrong: one clear line that names cause and fix, the right exit code, nothing on stdout."""

import re

import pytest

from .conftest import overnight

UNKNOWN = "01a202f4-0000-7000-8000-000000000000"


def complaint(result, exit_code):
    """Return the one line on stderr of a command that failed as it should."""
    assert result.exit_code == exit_code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(
    "command", ["status", "why 3", "attempt 3", "events", "report night", "stop", "db check"]
)
def test_without_a_ledger_the_command_that_makes_one_is_named(nowhere, command):
    line = complaint(overnight(*command.split(), env=nowhere), 2)
    assert "there is no ledger" in line
    assert "run `overnight db upgrade`" in line


@pytest.mark.parametrize("command", ["plan", "run"])
def test_without_a_repository_init_is_named(nowhere, command):
    assert "`overnight init OWNER/REPO`" in complaint(overnight(command, env=nowhere), 2)


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("run --repository acme", "'acme' is not a repository: write OWNER/NAME"),
        ("run --owner acme", "--owner and --repo go together"),
        ("run --repo box", "--owner and --repo go together"),
        ("run -r acme/box --owner acme --repo box", "name the repository once"),
        ("plan --repository acme/nothing", "404"),
        ("plan --repository nothing", "write OWNER/NAME"),
        ("doctor --repository nothing", "write OWNER/NAME"),
        ("init nothing", "write OWNER/NAME"),
        (f"report night {UNKNOWN}", f"no night {UNKNOWN}: `overnight status` lists nights"),
        (f"stop {UNKNOWN}", "`overnight status` lists nights"),
        (f"publish {UNKNOWN} 1", "`overnight status` lists nights"),
        (f"why 1 --night {UNKNOWN}", "`overnight status` lists nights"),
        ("why 999", "no night that knows issue #999"),
        ("attempt 999", "no night that knows issue #999"),
        ("attempt 3", "issue #3 was not attempted"),
        ("attempt 2 --diff", "no attempt on #2 ended in a change"),
        ("attempt 1 --diff --log", "choose one of"),
        ("events --type nonsense", "no event type 'nonsense': the types are model_escalation"),
        ("report night -o /nonexistent/night.json", "/nonexistent/night.json: No such file or directory"),
        ("db downgrade 9999", "no schema 9999: write one of base, 0001"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_and_exit_code_two(seen, command, cause):
    assert cause in complaint(seen.run(*command.split()), 2)


def test_a_repository_that_is_not_there_is_named_by_a_run_too(fresh):
    _, env = fresh
    assert overnight("db", "upgrade", env=env).exit_code == 0
    assert "404" in complaint(overnight("run", "--repository", "acme/nothing", env=env), 2)


def test_a_night_that_does_not_know_the_issue_says_so(seen):
    line = complaint(seen.run("why", 999, "--night", seen.night.id), 2)
    assert "does not know issue #999" in line


def test_a_missing_token_lists_the_permissions(seen):
    line = complaint(seen.run("plan", GITHUB_TOKEN=""), 2)
    assert "GITHUB_TOKEN not set" in line
    assert "contents, issues and pull requests: read and write" in line


def test_a_wrong_token_says_that_it_is_wrong_and_never_shows_it(seen):
    line = complaint(seen.run("plan", GITHUB_TOKEN="not-the-token-9931"), 2)
    assert "wrong or has expired" in line
    assert "9931" not in line


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_worth_another_try(seen):
    assert complaint(seen.run("plan", OVERNIGHT_GITHUB_URL="http://127.0.0.1:1"), 75).startswith("Not now: ")


def test_a_database_that_does_not_answer_is_worth_another_try_and_its_password_stays_hidden(seen):
    url = "postgresql+psycopg://overnight:p4ssw0rd@127.0.0.1:1/overnight"
    line = complaint(seen.run("status", OVERNIGHT_LEDGER_URL=url), 75)
    assert "does not answer" in line
    assert "p4ssw0rd" not in line


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("home = ", "not valid TOML"),
        ('homee = "x"', "homee: remove it, or mend the spelling"),
        ('[[repositories]]\nname = "acme"', "repositories[0].name"),
        ('[[repositories]]\nname = "a/b"\nwindow = "9"', "repositories[0].window"),
        ("[models.gpt-9]\nmodel = 'x'", "gpt-9 is no tier"),
    ],
)
def test_a_broken_settings_file_names_file_and_key(tmp_path, text, cause):
    file = tmp_path / "overnight.toml"
    file.write_text(text)
    line = complaint(overnight("settings", "validate", env={"OVERNIGHT_SETTINGS": str(file)}), 2)
    assert str(file) in line
    assert cause in line


def test_a_wrong_variable_is_named(nowhere):
    line = complaint(overnight("status", env={**nowhere, "OVERNIGHT_EXECUTION_ENABLED": "maybe"}), 2)
    assert line.startswith("Error: OVERNIGHT_EXECUTION_ENABLED: ")


def test_a_home_that_cannot_be_made_is_named(nowhere, tmp_path):
    (tmp_path / "file").write_text("")
    line = complaint(
        overnight("db", "upgrade", env={**nowhere, "OVERNIGHT_HOME": str(tmp_path / "file" / "x")}), 2
    )
    assert "cannot be made" in line
    assert "OVERNIGHT_HOME" in line


def test_an_unknown_option_is_a_mistake_too(seen):
    result = seen.run("run", "--nonsense")
    assert result.exit_code == 2
    assert re.search(r"No such option", result.output)
