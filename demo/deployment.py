"""A private Airflow on SQLite: four processes on loopback, started, asked and stopped from Python."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import yaml

from .airflow_api import AirflowApi, ApiError, TaskInstance, read_task, run_path
from .airflow_home import PROJECT, AirflowHome
from .processes import Processes, free_port

COMPONENTS: Mapping[str, tuple[str, ...]] = {
    # Logs lie on this machine's disk, so nobody needs the two log servers,
    # which would listen on every address.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "triggerer": ("triggerer", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "api-server": ("api-server",),
}
FINISHED = frozenset({"success", "failed"})
NOT_YET = frozenset({404, 500, 503})
"""What an API server answers while it starts, or before a DAG has been read."""
Answer = TypeVar("Answer")


class Deployment:
    """One Airflow with a home, a database, users and ports of its own.

    :param home: Its AIRFLOW_HOME; kept, so that a second start goes on with the same database.
    :param env: Settings on top, `AIRFLOW__…` included; they win over the defaults here.
    :param api_port: Where the UI and API listen; any free port when not given.
    """

    def __init__(
        self,
        home: Path,
        *,
        dags_folder: Path,
        plugins_folder: Path | None = None,
        env: Mapping[str, str] | None = None,
        parallelism: int = 8,
        api_port: int | None = None,
        settings_file: Path = PROJECT / "airflow_settings.yaml",
    ) -> None:
        self.home = home.resolve()
        self.settings_file = settings_file
        self.processes = Processes(self.home / "run")
        self._layout = AirflowHome(
            home=self.home,
            dags_folder=dags_folder.resolve(),
            plugins_folder=plugins_folder.resolve() if plugins_folder else self.home / "plugins",
            port=api_port or free_port(),
            parallelism=parallelism,
            env=dict(env or {}),
        )

    @property
    def url(self) -> str:
        """The address of the UI and of `/api/v2`."""
        return self._layout.url

    def api(self, user: str = "admin") -> AirflowApi:
        """Return the interface as seen by `admin` or `viewer`; the password is the name."""
        return AirflowApi(self.url, user, user)

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_healthy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Create or migrate what is missing, then start the four components."""
        self.processes.stop()
        self._layout.write()
        if not (self.home / "migrated").exists():
            self.airflow("db", "migrate")
            (self.home / "migrated").touch()
        for name in COMPONENTS:
            self.start_component(name)

    def start_component(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> int:
        """Start one component; return its process id.

        :param name: One of the four, or a name of your own with the `airflow` arguments that start it.
        :param env: Settings for this process alone, such as another work directory.
        """
        command = [sys.executable, "-m", "airflow", *(arguments or COMPONENTS[name])]
        return self.processes.start(name, command, env={**self.environment(), **(env or {})}, cwd=PROJECT)

    def stop(self) -> None:
        """End every process; raise RuntimeError if one survives."""
        self.processes.stop()

    def airflow(self, *arguments: str) -> str:
        """Run one `airflow` command against this deployment; return what it printed.

        :raises RuntimeError: with the end of its output, when it fails.
        """
        command = [sys.executable, "-m", "airflow", *arguments]
        done = subprocess.run(command, env=self.environment(), cwd=PROJECT, capture_output=True, text=True)
        if done.returncode:
            said = (done.stdout + done.stderr)[-3000:]
            raise RuntimeError(f"airflow {' '.join(arguments)} failed:\n{said}")
        return done.stdout

    def wait_healthy(self, timeout: float = 180.0) -> None:
        """Wait until all four components report themselves healthy, then load the pools."""

        def healthy() -> bool:
            self.processes.check(COMPONENTS)
            health = self.api().get("monitor/health")
            parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
            return all((health.get(part) or {}).get("status") == "healthy" for part in parts)

        self._until(healthy, timeout, "Airflow to be healthy")
        self._load_pools()

    def import_errors(self) -> dict[str, str]:
        """Return the stack trace of every DAG file that could not be read, by file name."""
        errors = self.api().pages("importErrors", "import_errors")
        return {entry["filename"]: entry["stack_trace"] for entry in errors}

    def wait_dag(self, dag_id: str, timeout: float = 120.0) -> None:
        """Wait until Airflow knows a DAG; raise RuntimeError at once when a DAG file is broken."""

        def known() -> bool:
            if errors := self.import_errors():
                raise RuntimeError("\n".join(f"{name}:\n{trace}" for name, trace in errors.items()))
            self.api().get(f"dags/{dag_id}")
            return True

        self._until(known, timeout, f"DAG {dag_id} to be found")

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Unpause a DAG and start a manual run of it; return the run's id."""
        self.wait_dag(dag_id)
        self.api().patch(f"dags/{dag_id}", {"is_paused": False})
        run = self.api().post(f"dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(conf or {})})
        return str(run["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return `queued`, `running`, `success` or `failed`."""
        return str(self.api().get(run_path(dag_id, run_id))["state"])

    def wait_run(self, dag_id: str, run_id: str, timeout: float = 600.0) -> str:
        """Wait until a run has finished; return `success` or `failed`."""

        def finished() -> str | None:
            self.processes.check(COMPONENTS)
            state = self.run_state(dag_id, run_id)
            return state if state in FINISHED else None

        return self._until(finished, timeout, f"run {run_id} of {dag_id} to finish")

    def task_instances(self, dag_id: str, run_id: str) -> list[TaskInstance]:
        """Return the run's task instances, mapped ones included, by task and map index."""
        found = self.api().pages(f"{run_path(dag_id, run_id)}/taskInstances", "task_instances")
        return sorted(map(read_task, found), key=lambda task: (task.task_id, task.map_index))

    def task_log(self, dag_id: str, run_id: str, task_id: str, *, map_index: int = -1, tried: int = 1) -> str:
        """Return what one try of one task logged, the message of its error included."""
        path = f"{run_path(dag_id, run_id)}/taskInstances/{task_id}/logs/{tried}"
        lines = self.api().get(path, map_index=map_index, full_content="true")["content"]
        return "\n".join(line if isinstance(line, str) else _words_of(line) for line in lines)

    def environment(self) -> dict[str, str]:
        """Return the whole environment of the components, fit for `airflow` on a command line too."""
        return self._layout.environment()

    def _load_pools(self) -> None:
        declared = yaml.safe_load(self.settings_file.read_text())["airflow"]
        known = {pool["name"] for pool in self.api().pages("pools", "pools")}
        for pool in declared["pools"]:
            name = pool["pool_name"]
            body = {
                "slots": pool["pool_slot"],
                "description": pool["pool_description"],
                "include_deferred": False,
            }
            if name in known:
                self.api().patch(f"pools/{name}", {**body, "pool": name})
            else:
                self.api().post("pools", {**body, "name": name})

    def _until(self, ask: Callable[[], Answer | None], timeout: float, what: str) -> Answer:
        """Ask until the answer is true; a refused connection or a 404 means not yet."""
        end = time.monotonic() + timeout
        reason = "no answer"
        while time.monotonic() < end:
            try:
                if answer := ask():
                    return answer
            except ApiError as error:
                if error.status not in NOT_YET:
                    raise
                reason = str(error)
            except OSError as error:
                reason = str(error)
            time.sleep(0.3)
        logs = self.processes.folder
        raise TimeoutError(f"waited {timeout:.0f} s for {what}: {reason}; logs are in {logs}")


def _words_of(line: Mapping[str, Any]) -> str:
    """Return a structured log line as text; Airflow keeps an exception beside the event, not in it."""
    errors = (f"{error['exc_type']}: {error['exc_value']}" for error in line.get("error_detail") or ())
    return "\n".join([str(line.get("event", "")), *errors])
