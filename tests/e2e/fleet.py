"""A house on several machines, as far as one can play them: two Celery workers with a disk each.

They share the ledger (in a PostgreSQL that holds Airflow's own database too), the object storage and the
forge; a Redis carries the messages. The URLs are written as docs/guides/deployment.md writes them.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from demo.airflow_api import run_path
from demo.airflow_home import PROJECT
from demo.deployment import Deployment
from demo.processes import Processes, free_port
from include.overnight.adapters.ledger import LedgerDatabase, upgrade
from include.overnight.adapters.ledger.engine import close_engine, open_engine
from include.overnight.adapters.ledger.roles import role_sql

from .house import House, Place, open_place, orphans
from .scripts import scripts_folder

WORKERS = ("east", "west")
QUEUE = "default"
ROLE = "overnight_app"
PROGRAMS = Path(sys.executable).parent


@dataclass(frozen=True)
class Fleet(House):
    """A house whose tasks run on workers of their own."""

    ledger_url: str
    """The ledger as everybody but its owner opens it."""
    broker: str

    @property
    def ledger(self) -> LedgerDatabase:
        return LedgerDatabase(self.ledger_url)

    @property
    def objects(self) -> Path:
        return self.home / "objects"

    def disk(self, worker: str) -> Path:
        """Return the worker's own OVERNIGHT_HOME."""
        return self.home / "disks" / worker

    def hire(self, worker: str) -> None:
        """Start a worker that does one task at a time, and fetches none before it is free."""
        self.deployment.start_component(
            worker,
            *("celery", "worker", "--concurrency", "1", "--celery-hostname", worker, "--skip-serve-logs"),
            # The host a task ran on is what Airflow's UI shows: here, the name of the worker.
            env={"OVERNIGHT_HOME": str(self.disk(worker)), "LOGNAME": worker},
        )

    def tell(self, worker: str, order: str) -> None:
        """Tell a worker to take no more tasks (`cancel_consumer`) or to take some again (`add_consumer`)."""
        control = ["celery", "--quiet", "--broker", self.broker, "control", "--timeout", "30"]
        command = [sys.executable, "-m", *control, "--destination", f"celery@{worker}", order, QUEUE]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr

    def ready(self) -> None:
        """Wait until both workers take tasks."""
        end = time.monotonic() + 120
        while not all("ready." in self.deployment.processes.last_words(one, 500) for one in WORKERS):
            self.deployment.processes.check(WORKERS)
            assert time.monotonic() < end, "the workers did not become ready"
            time.sleep(0.3)

    def lose(self, worker: str) -> None:
        """Kill a worker and all it runs at once, as a machine does that loses its power."""
        head = psutil.Process(self.deployment.processes.running()[worker])
        family = [head, *head.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        _, left = psutil.wait_procs(family, 30)
        assert left == []

    def hosts(self, repository: str, run_id: str) -> dict[tuple[str, int], str]:
        """Return the worker of each task of an issue: (task, issue) → where its newest try runs or ran."""
        path, api = run_path(self.dag_id(repository), run_id), self.deployment.api()
        planned: Any = api.get(f"{path}/taskInstances/plan_night/xcomEntries/return_value")["value"]
        planned = json.loads(planned) if isinstance(planned, str) else planned
        return {
            (entry["task_id"].rpartition(".")[2], planned[entry["map_index"]]["number"]): entry["hostname"]
            for entry in api.pages(f"{path}/taskInstances", "task_instances")
            if entry["map_index"] >= 0 and entry["hostname"]
        }


@contextmanager
def open_fleet(home: Path, repositories: Sequence[str], server: str) -> Iterator[Fleet]:
    """Open a place and a deployment of two workers in it; every process of it has ended when the block has.

    :param server: URL of a PostgreSQL that may be given databases and a role.
    """
    airflow, owner = (_database(server, name) for name in ("airflow", "overnight"))
    upgrade(owner)
    _run(owner, *role_sql(ROLE).splitlines())
    ledger_url = owner.replace("//postgres:@", f"//{ROLE}@").replace("postgresql:", "postgresql+psycopg:")
    with (
        open_place(home, scripts_folder(home / "scripts"), repositories) as place,
        running_redis(home / "redis") as broker,
    ):
        environment = _environment(place, airflow, ledger_url, broker)
        parts = (place.home, place.running, place.model, place.local, place.secrets)
        deployment = Deployment(
            home / "airflow",
            dags_folder=PROJECT / "dags",
            plugins_folder=PROJECT / "plugins",
            env=environment,
            api_port=free_port(),
        )
        fleet = Fleet(*parts, deployment, ledger_url, broker)
        try:
            deployment.start()
            for worker in WORKERS:
                fleet.hire(worker)
            deployment.wait_healthy()
            fleet.ready()
            yield fleet
        finally:
            deployment.stop()
            close_engine(ledger_url)
            close_engine(owner)
    assert deployment.processes.running() == {}
    assert orphans(place.secrets) == []


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """Yield the URL of a Redis on loopback that keeps nothing."""
    folder.mkdir()
    port, processes = free_port(), Processes(folder / "run")
    listen = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    program = shutil.which("redis-server", path=str(PROGRAMS)) or "redis-server"
    try:
        processes.start("redis", [program, *listen, "--dir", str(folder)], env={}, cwd=folder)
        end = time.monotonic() + 30
        while True:
            processes.check(["redis"])
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert time.monotonic() < end, "Redis does not listen"
            time.sleep(0.1)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        processes.stop()


def _environment(place: Place, airflow: str, ledger_url: str, broker: str) -> Mapping[str, str]:
    """Return what every process is told, the workers and the four components alike."""
    return {
        **place.environment(),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "getpass.getuser",
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{airflow}",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": airflow.replace("postgresql:", "postgresql+psycopg2:"),
        # Five minutes by default, which nobody wants to watch.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
        # How late a worker may notice that a task has ended: five seconds of each, by default.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "OVERNIGHT_LEDGER_URL": ledger_url,
        "OVERNIGHT_STORAGE_URL": f"file://{place.home / 'objects'}",
    }


def _database(server: str, name: str) -> str:
    """Make a database and return its URL."""
    _run(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def _run(url: str, *statements: str) -> None:
    with open_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
