"""Load the settings: defaults < `overnight.toml` < environment, with messages that name key and fix.

What Airflow's connections say is laid over both where a desk is opened (credentials.py).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from ..domain.errors import SettingsError
from ..domain.models import LADDER
from ..domain.redaction import Redactor
from .layers import laid_over, origins_of, read_environment, read_file, relevant
from .misspelt import misspelt
from .schema import FileSettings, RepositorySettings
from .tiers import PRESETS, ModelSettings

DEFAULT_FILE = "overnight.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings and where they come from.

    :param origins: dotted key → "default", the file's path, or the variable's name.
    :param misspelt: a sentence for each variable that looks like a setting's and is none.
    """

    values: FileSettings
    path: Path | None
    origins: Mapping[str, str] = field(default_factory=dict)
    misspelt: tuple[str, ...] = ()

    @property
    def home(self) -> Path:
        return self.values.home.expanduser().absolute()

    @property
    def ledger_url(self) -> str:
        return self.values.ledger_url or f"sqlite:///{self.home / 'ledger.db'}"

    @property
    def storage_url(self) -> str:
        return self.values.storage_url or f"file://{self.home / 'objects'}"

    @property
    def models(self) -> dict[str, ModelSettings]:
        """Tier → model, of the rungs that the ladder names and of the local builder."""
        found = {**PRESETS[self.values.preset], **self.values.models}
        return {
            tier: model for tier, model in found.items() if tier not in LADDER or tier in self.values.ladder
        }

    def repository(self, full_name: str) -> RepositorySettings:
        """Return a configured repository; SettingsError names the key when it is not configured."""
        for repository in self.values.repositories:
            if repository.name.lower() == full_name.lower():
                return repository
        where = self.path or DEFAULT_FILE
        raise SettingsError(
            f'{full_name} is not configured: add [[repositories]] with name = "{full_name}" to {where}, '
            f"or run `overnight init {full_name}`"
        )


def origin_of(key: str, origins: Mapping[str, str]) -> str:
    """Return where a dotted key's value comes from: its own origin, else that of the table it is in."""
    while key not in origins and key:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return origins.get(key, "default")


def settings_path(environ: Mapping[str, str]) -> Path:
    """Return the file that settings are read from, existing or not."""
    return Path(environ.get("OVERNIGHT_SETTINGS") or DEFAULT_FILE).expanduser().absolute()


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read and validate the settings; SettingsError names the file, the key and the fix."""
    environ = os.environ if environ is None else environ
    if path is None:
        path = settings_path(environ)
        if environ.get("OVERNIGHT_SETTINGS") and not path.is_file():
            raise SettingsError(f"OVERNIGHT_SETTINGS names {path}, which does not exist")
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(path, stamp, relevant(environ))


@lru_cache(maxsize=8)
def _load(path: Path, stamp: int, variables: tuple[tuple[str, str], ...]) -> Settings:
    environ = dict(variables)
    data, said = read_file(path) if stamp else {}, read_environment(environ)
    origins = dict.fromkeys(FileSettings.model_fields, "default") | dict.fromkeys(data, str(path))
    origins |= origins_of(said, environ)
    try:
        values = FileSettings.model_validate(laid_over(data, said))
    except ValidationError as error:
        raise SettingsError(_explain(error, path, origins)) from error
    wrong = misspelt(environ)
    for text in wrong:
        logging.getLogger(__name__).warning("%s", text)
    return Settings(values, path if stamp else None, origins, wrong)


def _explain(error: ValidationError, path: Path, origins: Mapping[str, str]) -> str:
    lines, clean = [], Redactor(frozenset()).clean
    for problem in error.errors():
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"]).lstrip(
            "."
        )
        origin = origin_of(key, origins) if problem["loc"] else str(path)
        shown = "…" if "url" in key or "notify" in key else clean(repr(problem["input"]))[:200]
        given = "" if isinstance(problem["input"], dict) else f" (got {shown})"
        fix = "remove it, or mend the spelling" if problem["type"] == "extra_forbidden" else problem["msg"]
        lines.append(f"{origin}: {key or 'settings'}: {fix}{given}")
    return "\n".join(lines)
