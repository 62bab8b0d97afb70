"""Run one git command: no hooks, no filters, no configuration but ours. The only place that starts git."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import git
from git.exc import GitCommandNotFound

from ...domain.errors import OvernightError, SettingsError
from .failures import failure, noticing_full_disk

_CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.attributesFile": "/dev/null",
    "core.excludesFile": "/dev/null",
    "core.autocrlf": "false",
    "core.symlinks": "true",
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "core.precomposeUnicode": "false",
    "core.pager": "cat",
    "core.askPass": "",
    "safe.directory": "*",
    "credential.helper": "",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "push.gpgSign": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "protocol.allow": "never",
    "protocol.https.allow": "always",
    "protocol.http.allow": "always",
    "protocol.file.allow": "always",
    "protocol.ext.allow": "never",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
}
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_KEPT = {
    "GIT_SSL_CAINFO",
    "GIT_SSL_CAPATH",
    "GIT_SSL_CERT",
    "GIT_SSL_KEY",
    "GIT_PROXY_SSL_CAINFO",
    "GIT_EXEC_PATH",
}
"""What a machine may need to reach GitHub at all; every other variable of git's is dropped."""


@dataclass(frozen=True, slots=True)
class Said:
    """What git answered."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode(errors="replace").strip()

    @property
    def fields(self) -> list[str]:
        """The NUL-separated fields of the output; bytes that are no UTF-8 survive as surrogates."""
        return [field.decode(errors="surrogateescape") for field in self.out.split(b"\0") if field]


@dataclass(frozen=True, slots=True)
class Git:
    """Git on one git directory, with a work tree beside it or without one."""

    git_dir: Path
    work_tree: Path | None = None

    def ask(self, action: str, *arguments: str, **options: Any) -> Said:
        """Run git and return what it said; an exit code other than 0 becomes our error.

        :param action: what is attempted, for the error ("fetch octo/pantry").
        """
        said = self.attempt(*arguments, **options)
        if said.code != 0:
            raise self.refusal(action, said)
        return said

    def refusal(self, action: str, said: Said, secrets: tuple[str, ...] = ()) -> OvernightError:
        """Return our error for a failed command."""
        return failure(action, said.err or said.text, secrets)

    @noticing_full_disk()
    def attempt(
        self,
        *arguments: str,
        stdin: bytes = b"",
        configuration: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
        seconds: float = 600.0,
    ) -> Said:
        """Run git and return what it said, whatever the exit code."""
        surroundings = self._environment({**_CONFIGURATION, **(configuration or {})}) | dict(
            environment or {}
        )
        command = [*_forget_inherited(surroundings), "git", *arguments]
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            try:
                code, out, err = git.Git(self.work_tree or self.git_dir).execute(
                    command,
                    istream=given,
                    env=surroundings,
                    with_extended_output=True,
                    with_exceptions=False,
                    stdout_as_string=False,
                    strip_newline_in_stdout=False,
                    kill_after_timeout=seconds,
                )
            except GitCommandNotFound as error:
                raise SettingsError(
                    "git is not installed on this worker: install git 2.38 or newer"
                ) from error
        return Said(code, bytes(out), str(err))

    def _environment(self, configuration: Mapping[str, str]) -> dict[str, str]:
        environment = {
            **_ENVIRONMENT,
            "GIT_DIR": str(self.git_dir),
            "GIT_CONFIG_COUNT": str(len(configuration)),
        }
        if self.work_tree is not None:
            environment["GIT_WORK_TREE"] = str(self.work_tree)
        for index, (key, value) in enumerate(configuration.items()):
            environment[f"GIT_CONFIG_KEY_{index}"] = key
            environment[f"GIT_CONFIG_VALUE_{index}"] = value
        return environment


def _forget_inherited(ours: Mapping[str, str]) -> list[str]:
    """Return a prefix that drops the git variables of whoever started us (a hook, a trace)."""
    inherited = {name for name in os.environ if name.startswith("GIT_")}
    foreign = inherited - _KEPT - ours.keys()
    return ["env", *(part for name in sorted(foreign) for part in ("-u", name))] if foreign else []
