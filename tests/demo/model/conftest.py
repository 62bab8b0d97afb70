"""A running model with two small scripts, and OpenAI's own client for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest

from demo.model import RunningModel, running_model

SCRIPT = """
[[attempts]]
[[attempts.turns]]
text = "I look first."
tool = "read_file"
arguments.path = "a.py"
[[attempts.turns]]
calls = [
  { tool = "write_file", arguments = { path = "a.py", content = "crème = 1\\n" } },
  { tool = "run_command", arguments = { command = "python -m pytest -q" } },
]
[[attempts.turns]]
text = "Done."

[[attempts]]
tier = "gpt-4-turbo"
[[attempts.turns]]
text = "Second attempt on gpt-4-turbo."

[[replies]]
when = "you are a reviewer"
arguments = { accepted = true }
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "012.toml").write_text(SCRIPT, encoding="utf-8")
    (folder / "replies.toml").write_text('[[replies]]\nwhen = "say hello"\ntext = "Hello."\n')
    return folder


@pytest.fixture
def running(scripts: Path, tmp_path: Path) -> Iterator[RunningModel]:
    with running_model(scripts, key="demo-key", journal=tmp_path / "journal.jsonl") as model:
        yield model


@pytest.fixture
def client(running: RunningModel) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=running.api_url, api_key="demo-key", max_retries=0, timeout=10) as client:
        yield client


@pytest.fixture
def prompt() -> Callable[..., list[dict[str, object]]]:
    """Return the messages that open an attempt, as the builder writes them."""

    def opening(attempt: int = 1, tier: str = "gpt-4", issue: int = 12) -> list[dict[str, object]]:
        text = f"Work on this.\n\nIssue #{issue}: Make it better\nAttempt {attempt} on tier {tier}\n\nBody."
        return [{"role": "system", "content": "You build."}, {"role": "user", "content": text}]

    return opening
