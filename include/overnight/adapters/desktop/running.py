"""Run git in a developer's checkout: as they would, minus what could ask, hang, run a hook or leak.

Their configuration counts (remotes, credential helpers, proxies, filters such as git-lfs), because the
checkout is theirs and a merge must write what their own git would write. What never counts: aliases (no
command of ours is one), hooks, fsmonitor, and prompts of any kind. Git's own rule that a repository must
belong to who runs git stays in force. The runner of `adapters/git` is the opposite: it trusts no tree.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...domain.errors import NotAuthorized, OvernightError, SettingsError, Unreachable
from ..git.failures import brief, failure, noticing_full_disk
from ..git.running import Said

_CONFIGURATION = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.splitIndex": "false",
    "core.askPass": "",
    "core.pager": "cat",
    "core.quotePath": "false",
    "credential.interactive": "never",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "fetch.writeCommitGraph": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "commit.gpgSign": "false",
    "merge.renames": "true",
    "protocol.ext.allow": "never",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "30",
}
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Overnight"), ("EMAIL", "overnight@users.noreply.github.com"))
}
_ENVIRONMENT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GCM_INTERACTIVE": "never",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_EDITOR": "false",
    "LC_ALL": "C",
    "LANGUAGE": "C",
    **_IDENTITY,
}
_KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS"),
    *("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "GNUPGHOME"),
    *("http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"),
    *("GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_EXEC_PATH", "GIT_SSH", "GIT_SSH_COMMAND"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"),
)
"""What git and a credential helper need; a worker's tokens and keys are not among it."""
_REMOTE = frozenset({"fetch", "ls-remote"})
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=15"
SECONDS = 120.0
"""The most that a command on this machine may take."""


@dataclass(frozen=True, slots=True)
class OwnGit:
    """Git in one checkout, found from its work tree as the developer's own git finds it.

    :param path: top of the work tree.
    """

    path: Path

    def ask(self, action: str, *arguments: str, **options: object) -> Said:
        """Run git and return what it said; an exit code other than 0 becomes our error."""
        said = self.attempt(*arguments, **options)  # type: ignore[arg-type]
        if said.code != 0:
            raise refusal(action, said)
        return said

    @noticing_full_disk()
    def attempt(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        configuration: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> Said:
        """Run git and return what it said, whatever the exit code.

        It runs in a session of its own: there is no terminal to ask at, and a timeout ends its children.

        :raises Unreachable: it took longer than `seconds`.
        """
        command = ["git", *arguments]
        surroundings = _surroundings(self.path, configuration or {}) | dict(environment or {})
        if arguments[0] in _REMOTE and not self._has_own_ssh(surroundings):
            surroundings["GIT_SSH_COMMAND"] = _SSH
        try:
            process = subprocess.Popen(
                command,
                cwd=self.path,
                env=surroundings,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise SettingsError("git is not installed on this machine: install git 2.38 or newer") from error
        with process:
            try:
                out, err = process.communicate(stdin, seconds)
            except subprocess.TimeoutExpired as error:
                raise Unreachable(
                    f"git {arguments[0]} did not end within {seconds:g} seconds: was it waiting for a remote?"
                ) from error
            finally:
                _end(process)
        return Said(process.returncode, out, err.decode(errors="replace"))

    def _has_own_ssh(self, surroundings: Mapping[str, str]) -> bool:
        """Whether the developer chose an ssh command; it may be no OpenSSH, so it gets no options."""
        if {"GIT_SSH", "GIT_SSH_COMMAND"} & surroundings.keys():
            return True
        return bool(self.attempt("config", "core.sshCommand").text)


def refusal(action: str, said: Said) -> OvernightError:
    """Return our error for a failed command; the fix for refused credentials is the developer's own."""
    error = failure(action, said.err or said.text)
    if isinstance(error, NotAuthorized):
        return NotAuthorized(
            f"could not {action}: {brief(said.err)} (let this checkout's own git sign in by a credential "
            "helper or an SSH key; nobody is asked)"
        )
    return error


def _surroundings(path: Path, more: Mapping[str, str]) -> dict[str, str]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(path.parent)}
    configuration = {**_CONFIGURATION, **more}
    environment["GIT_CONFIG_COUNT"] = str(len(configuration))
    for index, (key, value) in enumerate(configuration.items()):
        environment[f"GIT_CONFIG_KEY_{index}"] = key
        environment[f"GIT_CONFIG_VALUE_{index}"] = value
    return environment


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the command's session."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
