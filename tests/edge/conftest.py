"""The edge on a real stage: forge and scripted model on loopback, settings and secrets as in a task."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from demo.model import running_model
from include.overnight.edge.hooks import open_desk
from include.overnight.services.planning import plan_night
from include.overnight.services.reading import open_night

from ..staging import REPOSITORY, TOKEN, Stage, open_stage

KEY = "stage-model-key-4712"
WRITES = """
[[attempts]]
[[attempts.turns]]
tool = "write_file"
arguments.path = "{path}"
arguments.content = '''
{text}
'''
[[attempts.turns]]
text = "Done."
"""


@dataclass
class House:
    """A stage, and what Airflow hands to a task on it."""

    stage: Stage
    scripts: Any

    def issue(self, title: str, body: str = "", *, path: str = "colour.py", text: str = "RED = 1") -> int:
        """Open an issue and script what the model writes for it."""
        number = self.stage.issue(title, body)
        (self.scripts / f"{number:03}.toml").write_text(WRITES.format(path=path, text=text))
        return number

    def context(self, run_type: str = "manual", run_id: str = "run-1", **params: Any) -> Any:
        """Return the parts of a task's context that our operators read."""
        run = SimpleNamespace(
            dag_id="overnight_execution.acme.box", run_id=run_id, run_type=run_type, logical_date=None
        )
        task = SimpleNamespace(max_tries=0, get_task_states=lambda **_: {run_id: {"admit": "success"}})
        return {"dag_run": run, "params": {"dry_run": False, **params}, "ti": task}

    def planned(self) -> str:
        """Begin and plan a night; return its id."""
        from include.overnight.beginning import begin_night

        desk = open_desk()
        night, admission = begin_night(
            desk, REPOSITORY, trigger="manual", dag_id="test", run_id="1", params={"dry_run": False}
        )
        assert admission.admitted, admission.reason
        plan_night(desk, open_night(desk, night))
        return night


@contextmanager
def _house(home: Any) -> Iterator[House]:
    scripts = home / "scripts"
    scripts.mkdir()
    with open_stage(home) as stage, running_model(scripts, key=KEY) as model:
        stage.desk()  # writes the settings and migrates the ledger
        path = home / "overnight.toml"
        path.write_text(f'openai_url = "{model.api_url}"\n{path.read_text()}')
        yield House(stage, scripts)


@pytest.fixture
def house(tmp_path, monkeypatch):
    for name in ("OVERNIGHT_EXECUTION_ENABLED", "AIRFLOW_CONN_GITHUB_DEFAULT", "AIRFLOW_CONN_OPENAI_DEFAULT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OVERNIGHT_SETTINGS", str(tmp_path / "overnight.toml"))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with _house(tmp_path) as opened:
        yield opened
