"""A shell completes commands, issues, nights and repositories, for real."""

import os
import shutil
import subprocess

import pytest

from ..architecture.sources import PROJECT
from ..staging import REPOSITORY
from .conftest import overnight

TYPE = """
source "$SCRIPT"
COMP_WORDS=({words}) COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
[ "$LAST" = new ] && COMP_WORDS+=("") && COMP_CWORD=$((COMP_CWORD + 1))
_overnight_completion overnight
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="session")
def bash(seen, tmp_path_factory):
    """Return what bash offers after some words; a space at their end asks for the next one."""
    script = tmp_path_factory.mktemp("bash") / "overnight.bash"
    script.write_text(overnight("completion", "bash", env=seen.env).stdout)
    env = {**seen.env, "PATH": f"{PROJECT / 'bin'}:{os.environ['PATH']}", "SCRIPT": str(script)}

    def offered(words, **more):
        last = "new" if words.endswith(" ") else ""
        done = subprocess.run(
            ["bash", "--norc", "-c", TYPE.format(words=words)],
            env={**env, "LAST": last, **more},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert done.stderr == ""
        return set(done.stdout.split("\n")) - {""}

    return offered


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("overnight re", {"retry", "report"}),
        ("overnight why ", {"1", "2", "4"}),
        ("overnight retry 4", {"4"}),
    ],
)
def test_bash_completes_commands_and_issue_numbers(bash, words, wanted):
    assert wanted == bash(words)


def test_bash_completes_nights_and_repositories(bash, seen):
    assert seen.night.id in bash("overnight stop ")
    assert bash("overnight plan --repository ") == {REPOSITORY}


def test_a_night_that_found_no_repository_hides_no_issue_of_those_before(bash, seen, tmp_path):
    copy = shutil.copy(next(seen.stage.home.rglob("*.db")), tmp_path / "copy.db")
    elsewhere = {"OVERNIGHT_LEDGER_URL": f"sqlite:///{copy}"}
    assert seen.run("run", "--repository", "acme/nothing", **elsewhere).exit_code == 2
    assert bash("overnight plan --repository ", **elsewhere) == {REPOSITORY, "acme/nothing"}
    assert bash("overnight why ", **elsewhere) == {"1", "2", "4"}


def test_without_settings_or_ledger_completion_offers_nothing_and_complains_of_nothing(nowhere):
    done = subprocess.run(
        [PROJECT / "bin" / "overnight"],
        env={
            **nowhere,
            "PATH": os.environ["PATH"],
            "_OVERNIGHT_COMPLETE": "complete_bash",
            "COMP_WORDS": "overnight why ",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(nowhere, shell, tmp_path):
    result = overnight("completion", shell, env=nowhere)
    assert result.exit_code == 0
    assert "_OVERNIGHT_COMPLETE" in result.stdout
    if found := shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(result.stdout)
        subprocess.run([found, "-n", script], check=True, timeout=30)


def test_a_shell_that_there_is_no_script_for_is_a_mistake(nowhere):
    assert overnight("completion", "tcsh", env=nowhere).exit_code == 2
