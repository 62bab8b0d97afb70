"""Secrets and where they come from: the environment, or Airflow connections laid over it; never the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

GITHUB_CONNECTION = "github_default"
OPENAI_CONNECTION = "openai_default"
OPENAI_KEY = "OPENAI_API_KEY"
LEDGER_CONNECTION = "overnight_ledger"


class Connection(Protocol):
    """The parts of an Airflow connection that are read."""

    password: str | None
    host: str | None

    @property
    def extra_dejson(self) -> dict[str, Any]: ...

    def get_uri(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the outside systems are opened with; its repr shows no secret.

    :param keys: environment variable name → model key.
    :param app: a GitHub App's app_id, installation_id and private_key.
    """

    github_token: str = field(default="", repr=False)
    github_url: str = ""
    app: Mapping[str, Any] = field(default_factory=dict, repr=False)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    openai_url: str = ""
    ledger_url: str = field(default="", repr=False)

    def secrets(self) -> frozenset[str]:
        """Return every secret value, for the redactor."""
        password = urlsplit(self.ledger_url).password or ""
        values = {self.github_token, *self.keys.values(), str(self.app.get("private_key", "")), password}
        return frozenset(value for value in values if len(value) >= 8)


def from_environment(environ: Mapping[str, str], key_names: frozenset[str]) -> Credentials:
    """Return what the environment holds; `key_names` are the model keys that settings refer to."""
    return Credentials(
        github_token=environ.get("GITHUB_TOKEN", "").strip(),
        keys={name: environ[name].strip() for name in sorted(key_names) if environ.get(name, "").strip()},
    )


def with_connections(credentials: Credentials, find: Callable[[str], Connection | None]) -> Credentials:
    """Return the credentials with what Airflow's connections say laid over them."""
    if github := find(GITHUB_CONNECTION):
        extra = github.extra_dejson
        app = {name: extra[name] for name in ("app_id", "installation_id", "private_key") if extra.get(name)}
        if key_path := extra.get("key_path"):
            app["private_key"] = Path(key_path).read_text("utf-8")
        credentials = replace(
            credentials,
            github_token=github.password or ("" if app else credentials.github_token),
            github_url=github.host or credentials.github_url,
            app=app,
        )
    if openai := find(OPENAI_CONNECTION):
        keys = {OPENAI_KEY: openai.password} if openai.password else {}
        credentials = replace(
            credentials, keys={**credentials.keys, **keys}, openai_url=openai.host or credentials.openai_url
        )
    if ledger := find(LEDGER_CONNECTION):
        credentials = replace(credentials, ledger_url=ledger_url(ledger))
    return credentials


def ledger_url(connection: Connection) -> str:
    """Return the SQLAlchemy URL of the ledger's connection: its extra `url`, else its URI; "" when empty."""
    if url := connection.extra_dejson.get("url"):
        return str(url)
    if not connection.host:
        return ""
    return connection.get_uri().replace("postgres://", "postgresql://")
