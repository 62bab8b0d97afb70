"""Secrets and where they come from: the environment, or Airflow connections laid over it; never the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from .domain.errors import SettingsError
from .domain.surroundings import secrets_of

GITHUB_CONNECTION = "github_default"
OPENAI_CONNECTION = "openai_default"
OPENAI_KEY = "OPENAI_API_KEY"
LEDGER_CONNECTION = "overnight_ledger"
SIGNING_KEY = "OVERNIGHT_LEDGER_SIGNING_KEY"
"""A file, or the key itself."""
NOTIFY_CONNECTION = "overnight_notify"
_AIRFLOW = "AIRFLOW_CONN_"

INSTEAD = {
    GITHUB_CONNECTION: "GITHUB_TOKEN",
    OPENAI_CONNECTION: OPENAI_KEY,
    LEDGER_CONNECTION: "OVERNIGHT_LEDGER_URL",
    NOTIFY_CONNECTION: "OVERNIGHT_NOTIFY",
}
"""Connection → the variable that says the same to the command line."""


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
    ledger_key: str = field(default="", repr=False)
    """Ed25519, in PEM or base64; signs the ledger's commitments."""
    notify_urls: tuple[str, ...] = field(default=(), repr=False)
    """Apprise URLs beside those of the settings; a URL holds its service's token."""

    others: frozenset[str] = field(default=frozenset(), repr=False)
    """Secrets around us that we do not use: other variables of this process."""

    def secrets(self) -> frozenset[str]:
        """Return every secret value, for the redactor."""
        private = (str(self.app.get("private_key", "")), self.ledger_key)
        values = {self.github_token, *self.keys.values(), *private, *passwords_of(self.ledger_url)}
        every = {*values, *self.notify_urls, *self.others}
        return frozenset(value for value in every if len(value) >= 8)


def passwords_of(url: str) -> frozenset[str]:
    """Return the password in a URL: as it is spelt there, and as the database is told it."""
    password = urlsplit(url).password or ""
    return frozenset(one for one in (password, unquote(password)) if len(one) >= 8)


def from_environment(environ: Mapping[str, str], key_names: frozenset[str]) -> Credentials:
    """Return what the environment holds; `key_names` are the model keys that settings refer to."""
    return Credentials(
        github_token=environ.get("GITHUB_TOKEN", "").strip(),
        keys={name: environ[name].strip() for name in sorted(key_names) if environ.get(name, "").strip()},
        ledger_key=_signing_key(environ.get(SIGNING_KEY, "").strip()),
        others=secrets_of(environ),
    )


def _signing_key(said: str) -> str:
    if not said.startswith(("/", "~", "./")):
        return said
    try:
        return Path(said).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", "") or "not text"
        raise SettingsError(f"{SIGNING_KEY}: {said} cannot be read ({why})") from error


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
    if told := find(NOTIFY_CONNECTION):
        more = told.extra_dejson.get("urls") or ()
        urls = (told.password or "", *([more] if isinstance(more, str) else more))
        credentials = replace(credentials, notify_urls=tuple(str(url) for url in urls if url))
    return credentials


def only_for_airflow(connections: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each connection of ours: the command line does not see it."""
    return tuple(
        f"connection {name} is for Airflow's own processes: the command line reads {INSTEAD[name]}, "
        "give it the same there"
        for name in sorted(INSTEAD.keys() & set(connections))
    )


def connections_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of Airflow's connections that are variables."""
    return tuple(
        name.removeprefix(_AIRFLOW).lower()
        for name, text in environ.items()
        if text and name.startswith(_AIRFLOW)
    )


def ledger_url(connection: Connection) -> str:
    """Return the SQLAlchemy URL of the ledger's connection: its extra `url`, else its URI; "" when empty."""
    if url := connection.extra_dejson.get("url"):
        return str(url)
    if not connection.host:
        return ""
    return connection.get_uri().replace("postgres://", "postgresql://")
