"""A worker dies between two requests of an agent; its retry goes on in the middle of the conversation."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from demo.model.running import RunningModel, running_model
from include.overnight.adapters.ledger import uuid7
from include.overnight.adapters.ledger.store import Store
from include.overnight.adapters.ledger.tables import spending
from include.overnight.assembly import Overnight
from include.overnight.beginning import begin_night
from include.overnight.credentials import from_environment
from include.overnight.failpoints import arm
from include.overnight.services.building import build_issue
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night
from include.overnight.settings import load_settings

from ..e2e.scripts import edit, put_script, run, write
from ..staging import REPOSITORY, TOKEN, Stage, open_stage
from . import playing

KEY = "sk-" + "key-of-the-model-in-the-crash-tests"
TURNS = (
    write("colour.py", "RED = 0\n"),
    run("echo seen > notes.txt"),
    edit("colour.py", "RED = 0", "RED = 1"),
    run("cat colour.py notes.txt && rm notes.txt"),
)
REQUESTS = len(TURNS) + 2
"""The plan comes first, a summary last."""


@dataclass
class Bench:
    """A stage whose builder is a real agent, on a scripted model over HTTP."""

    stage: Stage
    model: RunningModel
    night: str

    @property
    def settings(self) -> Path:
        return self.stage.home / "overnight.toml"

    @property
    def desk(self) -> Overnight:
        return agents_desk(self.settings)

    def build(self, word: str = "") -> int:
        """Build the issue in another process; return how that ended."""
        return playing.run(build, self.settings, self.night, word)[0]

    def asked(self) -> list[dict]:
        entries = self.model.model.journal.as_json()
        return [entry["body"] for entry in entries if entry["path"].endswith("/completions")]


def agents_desk(settings: Path) -> Overnight:
    """Return the real desk, with nothing in it scripted."""
    secrets = {"GITHUB_TOKEN": TOKEN, "OPENAI_API_KEY": KEY}
    return Overnight(load_settings(settings, {}), from_environment(secrets, frozenset({"OPENAI_API_KEY"})))


def build(settings: Path, night: str, word: str) -> None:
    """Build issue 1, and die where the word says."""
    desk = agents_desk(settings)
    arm(word)
    build_issue(desk, night, 1)


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    with (
        tempfile.TemporaryDirectory(prefix="overnight-scripts-") as scripts,
        running_model(Path(scripts), key=KEY) as model,
        open_stage(tmp_path) as stage,
    ):
        number = stage.issue("Add a colour")
        put_script(Path(scripts), number, TURNS)
        stage.desk(settings="[repositories.gates]\nreview = false\ngenerate_tests = false\n")
        text = (tmp_path / "overnight.toml").read_text()
        (tmp_path / "overnight.toml").write_text(f'openai_url = "{model.api_url}"\n{text}')
        desk = agents_desk(tmp_path / "overnight.toml")
        night, _ = begin_night(desk, REPOSITORY, trigger="cli", night=uuid7(desk.clock.now()))
        plan_night(desk, open_night(desk, night))
        yield Bench(stage, model, night)


@pytest.mark.parametrize(
    ("word", "repeated"),
    [
        pytest.param("model.before_send:3", 0, marks=pytest.mark.slow),
        ("model.after_answer:3", 1),
        pytest.param("agent.after_saved:4", 0, marks=pytest.mark.slow),
        pytest.param("attempt.after_builder", 0, marks=pytest.mark.slow),
    ],
)
def test_a_retry_goes_on_in_the_middle_and_repeats_one_request_at_most(bench, tell, word, repeated):
    assert bench.build(word) == -signal.SIGKILL
    assert bench.build() == 0
    row = bench.desk.ledger.issue(bench.night, 1)
    assert [attempt["outcome"] for attempt in row.attempts] == ["killed", "accepted"]
    assert len(bench.asked()) == REQUESTS + repeated
    assert built_text(bench, "colour.py") == "RED = 1\n"
    told = sum(Decimal(str(attempt["cost_usd"])) for attempt in row.attempts)
    spent = bench.desk.budgets.spent(night=bench.night)
    assert abs(told - spent) < Decimal("0.000001")
    with Store(bench.desk.ledger_url).read() as connection:
        rows = connection.execute(select(spending)).all()
    assert sum(one.settled_at is None for one in rows) == (word.startswith("model."))
    tell(word, "build", "SIGKILL", f"{repeated} model requests", 0.0)


@pytest.mark.slow
def test_what_the_files_were_comes_back_with_the_conversation(bench):
    assert bench.build("model.before_send:4") == -signal.SIGKILL
    assert bench.build() == 0
    told = [message["content"] for message in bench.asked()[-1]["messages"] if message["role"] == "tool"]
    assert "RED = 1" in told[-1]
    assert "seen" in told[-1]
    assert len(told) == len(TURNS)


def built_text(bench: Bench, path: str) -> str | None:
    """Return a file of the change that was kept."""
    desk = bench.desk
    repository = open_night(desk, bench.night).repository
    kept = desk.records.change(repository.node_id, 1, bench.night)
    assert kept.change.files == (path,)
    tree = desk.workspace.open_change(repository, kept.change, "seen")
    desk.workspace.close_tree(tree)
    return desk.workspace.read_file(repository, kept.change.head_sha, path)
