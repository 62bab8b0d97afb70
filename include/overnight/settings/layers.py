"""The layers of the settings: `overnight.toml`, and the environment over it, key by key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings import SettingsError as Unparsed

from ..domain.errors import SettingsError
from .schema import FileSettings

PREFIX, NESTED = "OVERNIGHT_", "__"
PLAIN = {"DESKTOP_BUILDER_ENABLED": "desktop_builder_enabled"}
"""Variables without the prefix → key; the seeds name them."""
VARIABLES = {key: f"{PREFIX}{key.upper()}" for key in FileSettings.model_fields} | {
    key: variable for variable, key in PLAIN.items()
}
"""Settings key → environment variable; a key of a table is OVERNIGHT_TABLE__KEY."""


class _Keys(FileSettings, BaseSettings):
    """The keys as pydantic-settings looks for them; never filled in."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=NESTED, env_ignore_empty=True, extra="forbid", frozen=True
    )


class _Variables(EnvSettingsSource):
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(_Keys)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): text for name, text in self._environ.items() if text}


def read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what the environment says; lists and tables are JSON."""
    try:
        return _Variables({**environ, **_prefixed(environ)})()
    except Unparsed as error:
        raise SettingsError(
            f"{error}: write a list or table in a variable as JSON, such as "
            f"OVERNIGHT_NOTIFY='[\"mailto://…\"]', or one key of a table as OVERNIGHT_LIMITS__NIGHT_USD=5"
        ) from error


def _prefixed(environ: Mapping[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{key.upper()}": environ[name] for name, key in PLAIN.items() if environ.get(name)}


def relevant(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that may say something here, sorted."""
    return tuple(
        sorted(
            (name, text)
            for name, text in environ.items()
            if text and (name.upper().startswith(PREFIX) or name in PLAIN)
        )
    )


def read_file(path: Path) -> dict[str, Any]:
    """Return what the file says, {} when there is none.

    :raises SettingsError: it is no TOML or cannot be read.
    """
    try:
        return TomlConfigSettingsSource(_Keys, path).toml_data
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error


def laid_over(under: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Return both layers as one: tables are merged key by key, anything else is replaced."""
    both = dict(under)
    for key, value in upper.items():
        below = under.get(key)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            value = laid_over(below, value)
        both[key] = value
    return both


def origins_of(said: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Return dotted key → variable, for what the environment said."""
    names = {name.upper(): name for name in environ}
    found = {}
    for path in _leaves(said):
        wanted = [f"{PREFIX}{NESTED.join(path[:length])}".upper() for length in range(len(path), 0, -1)]
        plain = next((name for name, key in PLAIN.items() if path == (key,) and environ.get(name)), "")
        found[".".join(path)] = plain or next((names[one] for one in wanted if one in names), wanted[-1])
    return found


def _leaves(said: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in said.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*above, key))
        else:
            yield (*above, key)
