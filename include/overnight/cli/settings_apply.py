"""`overnight settings apply`: load `airflow_settings.yaml` into the Airflow of this environment."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from ..credentials import only_for_airflow
from ..domain.errors import SettingsError
from ..settings.airflow_file import AirflowSettings, read_airflow_settings
from .console import JsonOption, print_json, say, speaking

_TAIL = 600
"""Characters of Airflow's own words that are shown when it refuses."""


def command(
    file: Annotated[Path, typer.Argument(help="Astro's settings file.")] = Path("airflow_settings.yaml"),
    as_json: JsonOption = False,
) -> None:
    """Load pools, connections and variables into Airflow; connections left empty stay as they are."""
    with speaking():
        settings = read_airflow_settings(file)
        applied = {kind: names for kind, names in _apply(settings).items() if names}
        left = [one.conn_id for one in settings.connections if not one.says_something]
        if as_json:
            print_json({"applied": applied, "left": left})
            return
        for kind, names in applied.items():
            say(f"{kind}: {', '.join(names)}")
        for text in only_for_airflow(applied.get("connections", [])):
            say(f"Look: {text}")
        if left:
            say(f"connections left as they are, being empty in {file}: {', '.join(left)}")


def _apply(settings: AirflowSettings) -> dict[str, list[str]]:
    pools = {
        one.pool_name: {
            "slots": one.pool_slot,
            "description": one.pool_description,
            "include_deferred": False,
        }
        for one in settings.pools
    }
    connections = {one.conn_id: one.document() for one in settings.connections if one.says_something}
    variables = {one.variable_name: one.variable_value for one in settings.variables}
    _import("pools", pools)
    _import("connections", connections, "--overwrite")
    _import("variables", variables, "--action-on-existing-key", "overwrite")
    return {"pools": sorted(pools), "connections": sorted(connections), "variables": sorted(variables)}


def _import(kind: str, rows: dict[str, Any], *options: str) -> None:
    """Give rows to `airflow KIND import`, through a file that nobody else can read."""
    if not rows:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(rows), "utf-8")
        ran = subprocess.run(
            [_airflow(), kind, "import", *options, str(path)], capture_output=True, text=True, check=False
        )
    if ran.returncode != 0:
        said = (ran.stderr or ran.stdout).strip()[-_TAIL:]
        raise SettingsError(f"Airflow refused the {kind} (`airflow db migrate` run already?): {said}")


def _airflow() -> str:
    beside = Path(sys.executable).parent / "airflow"
    found = str(beside) if beside.is_file() else shutil.which("airflow")
    if not found:
        raise SettingsError("no `airflow` command here: run this in the environment that Airflow runs in")
    return found
