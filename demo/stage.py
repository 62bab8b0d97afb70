"""Where the demo plays: a forge, a scripted model, a ledger and an Airflow in one folder, all on loopback."""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .airflow_home import PROJECT
from .deployment import Deployment
from .processes import Processes, free_port

TOKEN = "overnight-demo-token"
KEY = "overnight-demo-key"
"""Nobody but the demo's own forge and model believes these two."""

REPOSITORY = "acme/pantry"
DAG_ID = "overnight_execution.acme.pantry"
JOURNALS = ("model.jsonl", "local.jsonl")
"""What the paid models and the local one were asked, in the stage's home."""
LOCAL_MODEL = "pantry-coder"

PANTRY = f"""\
[throttle]
failed_last_hour = 20  # what fails here fails on purpose

[[repositories]]
name = "{REPOSITORY}"
dry_run = false
# No tick since the DAG's first day, so unpausing starts no scheduled night beside ours.
schedule_expression = "0 2 29 2 *"

[repositories.quota_limits]
hourly = 1  # so that #23 has the only escalation of the night, and #24 must do with a cheaper tier

[[repositories.model_rules]]
name = "public_face"  # what strangers read first is worth the best model
labels = ["documentation"]
tier = "gpt-5.1"
tag = "governance_fix"
exempt = true
"""
"""The sample's settings, for `overnight.toml`."""


def local_builder(port: int) -> str:
    """Return the settings of a model on this machine, for `overnight.toml`."""
    return f"""\
[models.local-builder]
model = "{LOCAL_MODEL}"
base_url = "http://127.0.0.1:{port}/v1"
api_key_env = ""
context_window = 32000
input_usd_per_mtok = 0
output_usd_per_mtok = 0
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the four listen; kept, because addresses of pull requests lie in the forge and in the ledger."""

    forge: int
    model: int
    local: int
    """The model server of this machine."""
    airflow: int

    @classmethod
    def kept_in(cls, file: Path, airflow: int | None = None) -> "Ports":
        """Return the ports of the last time, as far as they are still free; write them down."""
        known = json.loads(file.read_text()) if file.exists() else {}
        wanted = {"airflow": airflow or known.get("airflow")}
        ports = cls(**{name: free_port(wanted.get(name, known.get(name))) for name in cls.__slots__})
        file.write_text(json.dumps({name: getattr(ports, name) for name in cls.__slots__}))
        return ports


class Stage:
    """Everything a night needs, set up in `home` and taken down again; what it wrote stays there."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self.services = Processes(self.home / "run")
        self.airflow_processes = Processes(self.home / "airflow" / "run")

    @property
    def ledger_url(self) -> str:
        """The ledger's SQLAlchemy URL."""
        return f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def is_up(self) -> bool:
        """Say whether anything of it runs."""
        return bool(self.services.running() or self.airflow_processes.running())

    def set_up(self, airflow_port: int | None = None) -> Deployment:
        """Start the services, migrate the ledger, start an Airflow; return it, healthy."""
        ports = self.open_services(airflow_port)
        environment = self.environment(ports)
        _run([str(PROJECT / "bin" / "overnight"), "db", "upgrade"], environment)
        deployment = Deployment(
            self.home / "airflow",
            dags_folder=PROJECT / "dags",
            plugins_folder=PROJECT / "plugins",
            env=environment,
            api_port=ports.airflow,
        )
        deployment.start()
        self._write_environment(deployment)
        deployment.wait_healthy()
        return deployment

    def open_services(self, airflow_port: int | None = None) -> Ports:
        """Start the seeded forge and the model, write the settings that name them; return where they are."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.take_down()
        self._seed()
        ports = Ports.kept_in(self.home / "ports.json", airflow_port)
        (self.home / "overnight.toml").write_text(self._settings(ports))
        self._start_services(ports)
        return ports

    def take_down(self) -> None:
        """Stop every process, those of an earlier run too; RuntimeError if one survives."""
        self.airflow_processes.stop()
        self.services.stop()

    def environment(self, ports: Ports) -> dict[str, str]:
        """Return what tells Overnight where it is, on top of a plain environment."""
        return {
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
            "GITHUB_TOKEN": TOKEN,
            "OPENAI_API_KEY": KEY,
            "OVERNIGHT_GITHUB_URL": f"http://127.0.0.1:{ports.forge}/api/v3",
            "OVERNIGHT_LEDGER_URL": self.ledger_url,
            "OVERNIGHT_OPENAI_URL": f"http://127.0.0.1:{ports.model}/v1",
            "OVERNIGHT_SETTINGS": str(self.home / "overnight.toml"),
        }

    def _seed(self) -> None:
        from .forge import Forge
        from .seed import seed

        with Forge(self.home / "forge") as forge:
            seed(forge)

    def _settings(self, ports: Ports) -> str:
        return f"""\
# Written anew by every `make demo`.
home = {json.dumps(str(self.home / "work"))}
ledger_url = {json.dumps(self.ledger_url)}
github_url = "http://127.0.0.1:{ports.forge}/api/v3"
openai_url = "http://127.0.0.1:{ports.model}/v1"
write_spacing_seconds = 0.02  # our own forge minds no haste
desktop_builder_enabled = true

{local_builder(ports.local)}
{PANTRY}"""

    def _start_services(self, ports: Ports) -> None:
        python = [sys.executable, "-m"]
        scripts = ["--scripts", str(PROJECT / "demo" / "issues" / "scripts")]
        paid, local = (str(self.home / name) for name in JOURNALS)
        forge = ["--root", str(self.home / "forge"), "--port", str(ports.forge)]
        model = ["--port", str(ports.model), "--key", KEY, "--journal", paid]
        mine = ["--port", str(ports.local), "--model", LOCAL_MODEL, "--journal", local]
        commands = {
            "forge": [*python, "demo.forge", *forge, "--token", f"{TOKEN}=overnight-bot:write"],
            "model": [*python, "demo.model", *scripts, *model],
            "local-model": [*python, "demo.model", *scripts, *mine],
        }
        environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(PROJECT)}
        for name, command in commands.items():
            self.services.start(name, command, env=environment, cwd=PROJECT)
        for name, port in (("forge", ports.forge), ("model", ports.model), ("local-model", ports.local)):
            self._wait_for(name, port)

    def _wait_for(self, name: str, port: int, timeout: float = 60.0) -> None:
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.services.check([name])
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError(f"{name} does not listen on port {port}; see {self.services.log_of(name)}")

    def _write_environment(self, deployment: Deployment) -> None:
        """Write `env`, to be sourced by a shell that wants to use `overnight` and `airflow` on the demo."""
        ours = ("AIRFLOW", "OVERNIGHT_", "GITHUB_TOKEN", "OPENAI_API_KEY", "PYTHONPATH")
        wanted = {name: value for name, value in deployment.environment().items() if name.startswith(ours)}
        lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(wanted.items())]
        folders = f"{PROJECT / 'bin'}:{Path(sys.executable).parent}"
        file = self.home / "env"
        file.touch(mode=0o600)
        file.write_text("\n".join([*lines, f"export PATH={shlex.quote(folders)}:$PATH", ""]))


def _run(command: list[str], environment: dict[str, str]) -> None:
    """Run one of our commands; RuntimeError with what it said when it fails."""
    plain = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    done = subprocess.run(command, env={**plain, **environment}, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
