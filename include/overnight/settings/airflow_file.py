"""`airflow_settings.yaml`: the pools, connections and variables an Airflow needs, in Astro's format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..domain.errors import SettingsError


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pool(_Row):
    """A pool and its slots."""

    pool_name: str = Field(min_length=1)
    pool_slot: int = Field(gt=0)
    pool_description: str = ""


class ConnectionRow(_Row):
    """A connection; one whose fields are all empty says nothing, and what Airflow has stays."""

    conn_id: str = Field(min_length=1)
    conn_type: str = Field(min_length=1)
    conn_host: str = ""
    conn_schema: str = ""
    conn_login: str = ""
    conn_password: str = Field(default="", repr=False)
    conn_port: int = 0
    conn_uri: str = Field(default="", repr=False)
    conn_extra: dict[str, Any] = Field(default_factory=dict, repr=False)

    @property
    def says_something(self) -> bool:
        plain = (self.conn_host, self.conn_schema, self.conn_login, self.conn_password, self.conn_uri)
        return any(plain) or any(self.conn_extra.values())

    def document(self) -> dict[str, Any] | str:
        """Return it as `airflow connections import` reads it: an address, or its parts."""
        if self.conn_uri:
            return self.conn_uri
        names = ("conn_type", "host", "schema", "login", "password", "port", "extra")
        values = [getattr(self, name if name.startswith("conn_") else f"conn_{name}") for name in names]
        return {name: value for name, value in zip(names, values, strict=True) if value}


class VariableRow(_Row):
    """A variable."""

    variable_name: str = Field(min_length=1)
    variable_value: str = Field(default="", repr=False)


class AirflowSettings(_Row):
    """The file's one table."""

    connections: tuple[ConnectionRow, ...] = ()
    pools: tuple[Pool, ...] = ()
    variables: tuple[VariableRow, ...] = ()


def read_airflow_settings(path: Path) -> AirflowSettings:
    """Read the file; SettingsError names the key, never a value."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}: name another file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        where = "" if line is None else f" (line {line + 1})"
        raise SettingsError(f"{path}: not valid YAML{where}") from error
    said = data.get("airflow") if isinstance(data, dict) else None
    if not isinstance(said, dict):
        raise SettingsError(f"{path}: no table `airflow`: it holds `pools`, `connections` and `variables`")
    try:
        return AirflowSettings.model_validate({key: value or () for key, value in said.items()})
    except ValidationError as error:
        problems = [
            f"{path}: airflow.{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        ]
        raise SettingsError("\n".join(problems)) from error
