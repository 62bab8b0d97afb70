from __future__ import annotations

import os
from pathlib import Path

import pytest

from include.overnight.adapters.git.running import Git
from include.overnight.domain.errors import RepositoryUnusable, SettingsError


@pytest.fixture
def git(tmp_path: Path) -> Git:
    Git(tmp_path).ask("begin", "init", "--bare", "--quiet", "--template=", str(tmp_path / "x.git"))
    return Git(tmp_path / "x.git")


def variables(git: Git) -> dict[str, str]:
    """Let git itself print the environment it runs in."""
    said = git.ask("look", "-c", "alias.look=!env", "look").text
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)


def test_own_certificates_stay_and_other_git_variables_go(git, monkeypatch):
    monkeypatch.setenv("GIT_SSL_CAINFO", "/etc/ssl/own.pem")
    monkeypatch.setenv("GIT_SSL_NO_VERIFY", "1")
    monkeypatch.setenv("GIT_TRACE_CURL", "/tmp/trace")
    seen = variables(git)
    assert seen["GIT_SSL_CAINFO"] == "/etc/ssl/own.pem"
    assert not {"GIT_SSL_NO_VERIFY", "GIT_TRACE_CURL"} & seen.keys()


def test_a_token_is_configured_without_a_word_on_the_command_line(git):
    said = git.ask(
        "look", "config", "--get", "http.extraHeader", configuration={"http.extraHeader": "secret"}
    )
    assert said.text == "secret"
    assert "secret" not in (git.git_dir / "config").read_text()


def test_a_failure_names_what_was_attempted(git):
    with pytest.raises(RepositoryUnusable, match="could not read it: fatal: Not a valid object name"):
        git.ask("read it", "cat-file", "blob", "nothing")


def test_a_missing_git_is_a_matter_of_settings(git, monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match=r"install git 2\.38"):
        git.ask("read it", "version")


def test_a_command_that_hangs_is_ended(git):
    said = git.attempt("-c", "alias.wait=!sleep 30", "wait", seconds=0.5)
    assert said.code != 0
    assert "did not complete" in said.err
