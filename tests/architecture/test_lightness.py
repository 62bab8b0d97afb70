"""What a command imports when it runs: who asks no model waits for no model's client library."""

import json
import os
import subprocess
import sys

import pytest

from .sources import PROJECT

WATCH = """
import sys
from include.overnight.cli.app import app
try:
    app(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
print("LOADED", sorted({name.partition(".")[0] for name in sys.modules}))
"""
CLIENTS = {"openai", "pydantic_ai"}
ISSUES = [{"number": 1, "title": "Add an area", "body": "", "state": "open", "author_association": "OWNER"}]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("light")
    (folder / "issues.json").write_text(json.dumps(ISSUES))
    (folder / "overnight.toml").write_text(f'home = "{folder / "work"}"\n')
    _run(folder, "db", "upgrade")
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "issues.json"], ["commit", "-qm", "a"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    (folder / "README.md").write_text("# Box\n")
    for words in (["add", "README.md"], ["commit", "-qm", "b"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    return folder


def _run(folder, *words):
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder),
        "OPENAI_API_KEY": "sk-x",
    }
    done = subprocess.run(
        [sys.executable, "-c", WATCH, *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    *said, loaded = done.stdout.strip().splitlines() or [""]
    assert loaded.startswith("LOADED"), done.stdout + done.stderr
    return "\n".join(said), set(json.loads(loaded.removeprefix("LOADED ").replace("'", '"')))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("plan --issues-file issues.json", "Add an area"),
        ("quota", "organization"),
        ("models", "gpt-4"),
        ("lessons", "No lesson"),
        ("judge --base HEAD~1 --gate qic", "Passed."),
    ],
)
def test_a_command_that_asks_no_model_imports_no_client_of_one(home, words, says):
    said, loaded = _run(home, *words.split())
    assert says in said
    assert loaded & CLIENTS == set()
