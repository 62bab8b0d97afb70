"""A whole installation for the tests: a forge and a model in this process, a real Airflow beside it."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from demo.airflow_api import TaskInstance
from demo.airflow_home import PROJECT
from demo.deployment import Deployment
from demo.forge import Forge, RunningForge, running_forge
from demo.model import RunningModel, running_model
from demo.processes import free_port
from demo.stage import JOURNALS, LOCAL_MODEL, PANTRY, REPOSITORY, Ports, Stage, local_builder
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.beginning import night_id
from include.overnight.domain.nights import Night, document

from .scripts import scripts_folder

BOT = "overnight-bot"
CELLAR = "acme/cellar"
RULES = {
    CELLAR: """
[[repositories.model_rules]]
name = "a trial"
labels = ["try"]
tier = "gpt-4-turbo"
tag = "experimental"
"""
}
"""Repository → rules of its own."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Values that must stay where they are; they look like nothing, so that no pattern finds them."""

    token: str
    key: str
    canary: str

    @classmethod
    def fresh(cls) -> "Secrets":
        return cls(*(f"{word}.{secrets.token_hex(12)}" for word in ("heron", "ibis", "canary")))


@dataclass(frozen=True)
class Place:
    """A forge, and what Overnight must be told to work on it: what one `overnight` command needs."""

    home: Path
    running: RunningForge
    model: RunningModel
    local: RunningModel
    """The model server of this machine."""
    secrets: Secrets

    @property
    def forge(self) -> Forge:
        return self.running.forge

    @property
    def stage(self) -> Stage:
        return Stage(self.home)

    @property
    def ledger(self) -> LedgerDatabase:
        return LedgerDatabase(self.stage.ledger_url)

    @property
    def objects(self) -> Path:
        return self.home / "work" / "objects"

    def settings(self, repositories: Sequence[str]) -> None:
        """Write the settings: these repositories, no schedule, haste on our own forge, a large quota.

        The demo's own repository has the demo's own settings.
        """
        tables = [
            f'[[repositories]]\nname = "{name}"\ndry_run = false\nschedule_expression = "0 2 29 2 *"\n'
            f"max_issues_per_run = 2000\n{RULES.get(name, '')}"
            for name in repositories
            if name != REPOSITORY
        ]
        top = f"home = {json.dumps(str(self.home / 'work'))}\nwrite_spacing_seconds = 0.02\n"
        top += "desktop_builder_enabled = true\n"
        # One organization's quota for an hour is less than all these nights in a row.
        quota = "[quota]\ndaily = 500\nhourly = 500\n"
        parts = [top, quota, local_builder(_port(self.local.url)), PANTRY, *tables]
        (self.home / "overnight.toml").write_text("\n".join(parts))

    @property
    def failpoint(self) -> Path:
        """The file that names the failpoint at which one process dies; absent when none shall."""
        return self.home / "failpoint"

    def journals(self) -> dict[Path, int]:
        """Return how long the journal of each model server is now, in bytes."""
        files = [self.home / name for name in JOURNALS]
        return {file: file.stat().st_size if file.exists() else 0 for file in files}

    def environment(self) -> dict[str, str]:
        """Return what tells Overnight where it is, with the secrets in it."""
        servers = (self.running, self.model, self.local)
        ports = Ports(*(_port(server.url) for server in servers), airflow=0)
        return {
            **self.stage.environment(ports),
            "GITHUB_TOKEN": self.secrets.token,
            "OPENAI_API_KEY": self.secrets.key,
            "OVERNIGHT_CANARY": self.secrets.canary,
            "OVERNIGHT_FAILPOINT": f"@{self.failpoint}",
        }

    def overnight(self, *arguments: str, timeout: float = 300.0) -> subprocess.CompletedProcess[str]:
        """Run one `overnight` command here; its output as text."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        plain = {"HOME": str(self.home), "PATH": path, "AIRFLOW_HOME": str(self.home / "airflow-of-commands")}
        return subprocess.run(
            [str(PROJECT / "bin" / "overnight"), *arguments],
            env={**plain, **self.environment()},
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=timeout,
        )


@dataclass(frozen=True)
class Played:
    """A night that has ended: the DAG's run, its tasks, and the night as the ledger tells it."""

    run_id: str
    state: str
    tasks: tuple[TaskInstance, ...]
    night: Night | None
    journals: Mapping[Path, slice] = field(default_factory=dict)
    """What the model servers wrote down meanwhile, as bytes of their journals."""

    @property
    def document(self) -> dict[str, Any]:
        """night.json's content."""
        assert self.night is not None, f"run {self.run_id} left no night"
        return dict(document(self.night))

    @property
    def issues(self) -> dict[int, dict[str, Any]]:
        """The rows of night.json by issue number."""
        return {row["number"]: row for row in self.document["issues"]}

    def statuses(self) -> dict[int, str]:
        return {number: row["status"] for number, row in self.issues.items()}

    def states(self, task_id: str) -> dict[int, str]:
        """Return the states of one task by map index."""
        return {task.map_index: task.state for task in self.tasks if task.task_id == task_id}


@dataclass(frozen=True)
class House(Place):
    """A place with an Airflow that runs its nights."""

    deployment: Deployment

    def dag_id(self, repository: str) -> str:
        return f"overnight_execution.{repository.replace('/', '.')}"

    def start(self, repository: str, **params: Any) -> str:
        """Trigger a night; return the run's id."""
        return self.deployment.trigger(self.dag_id(repository), params)

    def finish(self, repository: str, run_id: str, timeout: float = 1500.0) -> Played:
        """Wait until a night has ended."""
        dag_id = self.dag_id(repository)
        state = self.deployment.wait_run(dag_id, run_id, timeout)
        tasks = tuple(self.deployment.task_instances(dag_id, run_id))
        return Played(run_id, state, tasks, self.night(repository, run_id))

    def play(self, repository: str, **params: Any) -> Played:
        """Trigger a night and wait for its end."""
        before = self.journals()
        played = self.finish(repository, self.start(repository, **params))
        written = {file: slice(before[file], size) for file, size in self.journals().items()}
        return replace(played, journals=written)

    def night(self, repository: str, run_id: str) -> Night | None:
        ledger, dag_id = self.ledger.ledger, self.dag_id(repository)
        for night in ledger.nights(limit=200):
            if night.id == night_id(night.repository, dag_id, run_id):
                return ledger.night(night.id)
        return None

    def log(self, repository: str, played: Played, task_id: str, map_index: int = -1, tried: int = 1) -> str:
        """Return what one try of a task of a night logged."""
        dag_id = self.dag_id(repository)
        return self.deployment.task_log(dag_id, played.run_id, task_id, map_index=map_index, tried=tried)


@contextmanager
def open_place(
    home: Path, scripts: Path, repositories: Sequence[str], owned: Secrets | None = None
) -> Iterator[Place]:
    """Serve a forge and a model, write settings and ledger; nothing of Overnight runs yet."""
    home.mkdir(parents=True, exist_ok=True)
    owned = owned or Secrets.fresh()
    with ExitStack() as stack:
        forge = stack.enter_context(Forge(home / "forge"))
        running = stack.enter_context(running_forge(forge, {owned.token: f"{BOT}:write"}))
        paid, mine = (home / name for name in JOURNALS)
        model = stack.enter_context(running_model(scripts, key=owned.key, journal=paid))
        local = stack.enter_context(running_model(scripts, journal=mine, models=(LOCAL_MODEL,)))
        place = Place(home, running, model, local, owned)
        place.settings(repositories)
        upgrade(place.stage.ledger_url)
        yield place


@contextmanager
def open_house(home: Path, repositories: Sequence[str]) -> Iterator[House]:
    """Open a place with an Airflow in it; every process of it has ended when the block has.

    The repositories need not exist yet: a forge can be given more while it runs.
    """
    scripts = scripts_folder(home / "scripts")
    with open_place(home, scripts, repositories) as place:
        deployment = Deployment(
            home / "airflow",
            dags_folder=PROJECT / "dags",
            plugins_folder=PROJECT / "plugins",
            env=place.environment(),
            api_port=free_port(),
        )
        with deployment:
            yield House(place.home, place.running, place.model, place.local, place.secrets, deployment)
    assert deployment.processes.running() == {}
    assert orphans(place.secrets) == []


def orphans(owned: Secrets) -> list[str]:
    """Return the processes that were given these secrets and still run; workers leave their session."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("OVERNIGHT_CANARY") == owned.canary:
                left.append(f"{process.pid}: {process.cmdline()}")
    return left


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def tree_of(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files into a new folder, to become a repository's first commit."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
