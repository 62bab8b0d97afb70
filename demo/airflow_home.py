"""The home of a private Airflow: its keys and passwords, and the environment its processes run in."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PASSED_ON = ("HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "TZ")
"""All that a deployment inherits: a GITHUB_TOKEN of the person who runs the demo is none of its business."""


@dataclass(frozen=True, slots=True)
class AirflowHome:
    """One AIRFLOW_HOME and what is true of every process that lives in it."""

    home: Path
    dags_folder: Path
    plugins_folder: Path
    port: int
    """Where the UI and the API listen, on 127.0.0.1."""
    parallelism: int
    env: Mapping[str, str] = field(default_factory=dict)
    """Settings on top; they win over the ones here."""

    @property
    def url(self) -> str:
        """The address of the UI, of `/api/v2` and of the execution API."""
        return f"http://127.0.0.1:{self.port}"

    def write(self) -> None:
        """Write the keys once, so that a second start signs with the same ones, and the passwords."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.plugins_folder.mkdir(parents=True, exist_ok=True)
        keys = self.home / "keys.json"
        if not keys.exists():
            keys.touch(mode=0o600)
            fernet = secrets.token_urlsafe(32) + "="  # 32 bytes in base64 with the padding Fernet insists on
            made = {"api": secrets.token_hex(16), "jwt": secrets.token_hex(32), "fernet": fernet}
            keys.write_text(json.dumps(made))
        (self.home / "passwords.json").write_text(json.dumps({"admin": "admin", "viewer": "viewer"}))

    def environment(self) -> dict[str, str]:
        """Return the whole environment of a component, fit for `airflow` on a command line too."""
        inherited = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        path = os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", os.defpath)])
        return {
            **inherited,
            "AIRFLOW_HOME": str(self.home),
            "NO_PROXY": "127.0.0.1,localhost",
            "PATH": path,
            "PYTHONPATH": str(PROJECT),
            **{f"AIRFLOW__{name}": value for name, value in self._options().items()},
            **self.env,
        }

    def _options(self) -> dict[str, str]:
        keys = json.loads((self.home / "keys.json").read_text())
        return {
            "API__BASE_URL": self.url,
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.port),
            "API__SECRET_KEY": keys["api"],
            "API_AUTH__JWT_SECRET": keys["jwt"],
            "CORE__DAGS_FOLDER": str(self.dags_folder),
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__FERNET_KEY": keys["fernet"],
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__PARALLELISM": str(self.parallelism),
            "CORE__PLUGINS_FOLDER": str(self.plugins_folder),
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.home / "passwords.json"),
            "CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,viewer:viewer",
            "DAG_PROCESSOR__REFRESH_INTERVAL": "10",  # a new file is found in seconds, not in five minutes
            "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home / 'airflow.db'}",
            "LOGGING__LOGGING_LEVEL": "WARNING",
            "LOGGING__UVICORN_LOGGING_LEVEL": "WARNING",
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
            "USAGE_DATA_COLLECTION__ENABLED": "False",
        }
