"""Airflow common-ai's sandbox contract on our own port, for its `SandboxToolset`."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path

from airflow.providers.common.ai.sandbox.base import (
    SandboxBackend,
    SandboxError,
    SandboxExecResult,
    SandboxSpec,
    SandboxTerminalError,
)

from ...domain.errors import SandboxUnavailable
from ...ports import Sandbox

_UPLOAD = "/run/overnight/upload"
_FILE_SECONDS = 60.0
_OWN_PROGRAMS_FIRST = (
    'for own in node_modules/.bin .venv/bin; do [ -d "$PWD/$own" ] && PATH="$PWD/$own:$PATH"; done'
    "; export PATH; unset own\n"
)
"""A project's own environment comes before ours."""


class TreeBackend(SandboxBackend):
    """One work tree as a common-ai sandbox; every file operation happens inside, where links cannot lead out.

    :param environment: plain values every command gets.
    :param remaining: seconds left of the whole attempt; no command runs longer.
    """

    name = "overnight"

    def __init__(
        self,
        sandbox: Sandbox,
        tree: Path,
        *,
        environment: Mapping[str, str] | None = None,
        remaining: Callable[[], float] = lambda: inf,
    ) -> None:
        self._sandbox = sandbox
        self._tree = tree
        self._environment = dict(environment or {})
        self._remaining = remaining

    def create(self, *, spec: SandboxSpec | None = None) -> str:
        """Return a handle; the tree is there already. Any wish for network or environment is refused."""
        if spec and (not spec.block_network or spec.allow_egress_to or spec.allow_egress_to_cidrs):
            raise SandboxTerminalError("a build has no network: unset every egress option of the spec")
        if spec and spec.env:
            raise SandboxTerminalError("pass the environment to TreeBackend, not in the spec")
        return self._tree.name

    def run_command(
        self, sandbox: str, command: str, *, timeout: float, max_output_bytes: int
    ) -> SandboxExecResult:
        """Run a command in the tree."""
        return self._run(_OWN_PROGRAMS_FIRST + command, timeout, max_output_bytes)

    def write_file(self, sandbox: str, path: str, content: bytes) -> None:
        """Write a file of any size; SandboxError when the path cannot be written."""
        quoted = shlex.quote(path)
        script = f'mkdir -p -- "$(dirname -- {quoted})" && cat {_UPLOAD} > {quoted}'
        with tempfile.TemporaryDirectory(prefix="overnight-upload-") as folder:
            upload = Path(folder) / "content"
            upload.write_bytes(content)
            upload.chmod(0o644)
            result = self._run(script, _FILE_SECONDS, 4096, upload)
        if result.exit_code:
            raise SandboxError(result.stderr.strip() or f"{path!r} could not be written")

    def destroy(self, sandbox: str) -> None:
        """Nothing outlives a command, and the tree belongs to the workspace."""

    def _run(
        self, command: str, seconds: float, max_output: int, upload: Path | None = None
    ) -> SandboxExecResult:
        mounts = [(upload, _UPLOAD, False)] if upload else []
        try:
            ran = self._sandbox.run(
                self._tree,
                command,
                environment=self._environment,
                seconds=min(seconds, self._remaining()),
                max_output=max_output,
                mounts=mounts,
            )
        except SandboxUnavailable as error:
            raise SandboxTerminalError(str(error)) from error
        return SandboxExecResult(
            exit_code=ran.exit_code, stdout=ran.stdout, stderr=ran.stderr, timed_out=ran.timed_out
        )
