"""Airflow's pools, asked of Airflow's own command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..domain.errors import SettingsError

_SECONDS = 120
_TAIL = 300


def airflow_pools(environ: Mapping[str, str]) -> dict[str, int] | None:
    """Return pool → slots; None where no Airflow is set up.

    :raises SettingsError: there is an Airflow, and it does not answer; the message has its own words.
    """
    if not environ.get("AIRFLOW_HOME"):
        return None
    ran = _run(_airflow(), environ)
    if ran.returncode != 0:
        said = (ran.stderr or ran.stdout).strip()[-_TAIL:]
        raise SettingsError(f"Airflow does not list its pools (`airflow db migrate` run already?): {said}")
    try:
        # What plugins and libraries print comes before the document.
        rows = json.loads(ran.stdout[ran.stdout.index("[") :])
        return {str(row["pool"]): int(row["slots"]) for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError("`airflow pools list` answers something that is no list of pools") from error


def _run(airflow: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [airflow, "pools", "list", "--output", "json"],
            capture_output=True,
            text=True,
            check=False,
            env=dict(environ),
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise SettingsError(f"`airflow pools list` did not end within {_SECONDS} seconds") from error


def _airflow() -> str:
    beside = Path(sys.executable).parent / "airflow"
    found = str(beside) if beside.is_file() else shutil.which("airflow")
    if not found:
        raise SettingsError("AIRFLOW_HOME is set, and there is no `airflow` command on PATH")
    return found
