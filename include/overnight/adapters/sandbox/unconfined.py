"""No confinement at all, for settings that say `sandbox = "none"` in so many words."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...ports import Ran
from .limits import SandboxLimits
from .running import Invocation, run_watched
from .streaming import Clean


class UnconfinedSandbox:
    """The `Sandbox` port as a plain subprocess: the environment is scrubbed, nothing else is promised.

    Neither `read_only_tree` nor `mounts` can be honoured: the command sees this machine.
    """

    def __init__(
        self,
        *,
        toolbox: Sequence[Path] = (Path(sys.prefix),),
        limits: SandboxLimits | None = None,
        clean: Clean | None = None,
    ) -> None:
        self._clean = clean
        self._programs = [str(tool / "bin") for tool in toolbox or (Path(sys.prefix),)]
        self._limits = limits or SandboxLimits()

    def self_test(self) -> None:
        """Nothing is promised, so there is nothing to prove."""

    def run(
        self,
        tree: Path,
        command: str,
        *,
        environment: Mapping[str, str] | None = None,
        seconds: float = 60.0,
        max_output: int = 256 * 1024,
        read_only_tree: bool = False,
        mounts: Sequence[tuple[Path, str, bool]] = (),
    ) -> Ran:
        """Run a shell command in the tree as ourselves; `mounts` are refused."""
        if mounts:
            raise ValueError('mounts need a real sandbox; with `sandbox = "none"` there is none')
        del read_only_tree
        with tempfile.TemporaryDirectory(prefix="overnight-home-") as home:
            usual = {
                "PATH": ":".join([*self._programs, "/usr/local/bin", "/usr/bin", "/bin"]),
                "HOME": home,
                "LANG": "C.UTF-8",
                "TERM": "dumb",
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            argv = ["/bin/bash", "-c", command]
            invocation = Invocation(argv, {**usual, **(environment or {})}, directory=tree)
            return run_watched(
                invocation, self._limits, seconds=seconds, max_output=max_output, clean=self._clean
            )
