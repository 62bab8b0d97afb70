"""What settings say of a CLI agent, and the shell text that starts it: only our own words are in it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ...domain.errors import SettingsError
from ..models.endpoints import ModelEndpoint
from ..sandbox.layout import TREE
from .command_requests import Speech

PROMPT = "/run/overnight/task/prompt.md"
"""Inside; the only place where the issue's text is."""
DUMMY_KEY = "overnight-holds-the-key"
NOT_FOUND = 127
_BASE_URL = "/v1"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One `[builders.NAME]` of kind `command`.

    :param command: shell text; `{prompt_file}`, `{model}`, `{url}` and `{base_url}` are replaced in it.
    :param prompt: how the agent gets its task.
    :param speech: whose API the agent speaks to the model.
    :param tier: the tier whose model it works with, "" for the attempt's own.
    :param environment: plain values, never secrets; the same words are replaced in them.
    :param programs: folders shown read-only at their own path, first on PATH (their bin/ or
        node_modules/.bin/ where there is one).
    :param requests: the most model requests of one attempt.
    :param output_bytes: what is kept of each of its two streams.
    """

    command: str
    prompt: Literal["file", "stdin"] = "stdin"
    speech: Speech = "openai"
    tier: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    programs: tuple[Path, ...] = ()
    requests: int = 200
    output_bytes: int = 256 * 1024

    def checked(self, name: str) -> CommandLine:
        """Return it; SettingsError names the key that cannot be."""
        where = f"builders.{name}"
        if not self.command.strip():
            raise SettingsError(f"{where}.command is empty: write the agent's command line")
        for folder in self.programs:
            if not folder.is_dir():
                raise SettingsError(f"{where}.programs: {folder} is no folder on this worker")
            if folder.resolve().is_relative_to(TREE):
                raise SettingsError(f"{where}.programs: {folder} is where the work tree is shown: move it")
        return self

    def shell(self, endpoint: ModelEndpoint, url: str) -> str:
        """Return the text for the sandbox's shell."""
        words = {name: shlex.quote(value) for name, value in _words(endpoint, url).items()}
        path = "".join(f"{shlex.quote(str(_programs(folder)))}:" for folder in self._shown())
        return f'export PATH={path}"$PATH"\n{_replaced(self.command, words)}\n'

    def variables(self, endpoint: ModelEndpoint, url: str) -> dict[str, str]:
        """Return the agent's environment: where the model is, a key that opens nothing, and settings' own."""
        words = _words(endpoint, url)
        usual = {
            "OPENAI_BASE_URL": words["base_url"],
            "OPENAI_API_BASE": words["base_url"],
            "OPENAI_API_KEY": DUMMY_KEY,
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": DUMMY_KEY,
            "OVERNIGHT_PROMPT_FILE": PROMPT,
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }
        return usual | {name: _replaced(value, words) for name, value in self.environment.items()}

    @property
    def stdin(self) -> str:
        return PROMPT if self.prompt == "stdin" else "/dev/null"

    @property
    def mounts(self) -> tuple[tuple[Path, str, bool], ...]:
        """The programs' folders, each at its own path."""
        return tuple((path, str(path), False) for path in self._shown())

    def _shown(self) -> list[Path]:
        return [folder.expanduser().absolute() for folder in self.programs]


def _programs(folder: Path) -> Path:
    inner = (folder / name for name in ("bin", "node_modules/.bin"))
    return next((path for path in inner if path.is_dir()), folder)


def _words(endpoint: ModelEndpoint, url: str) -> dict[str, str]:
    return {"prompt_file": PROMPT, "model": endpoint.model, "url": url, "base_url": url + _BASE_URL}


def _replaced(text: str, words: Mapping[str, str]) -> str:
    """Return the text with its words; every other brace stays, since JSON and TOML have them too."""
    for name, value in words.items():
        text = text.replace("{" + name + "}", value)
    return text
