"""Where hostile code runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ran:
    """What a confined command did; output is capped, decoded with replacement."""

    exit_code: int
    stdout: str
    stderr: str
    timed_out: bool = False
    seconds: float = 0.0

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class Sandbox(Protocol):
    """Runs hostile code: the tree writable (or not), everything else read-only or hidden, no network."""

    def self_test(self) -> None:
        """Prove the confinement on this machine, or raise SandboxUnavailable naming the fix."""

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
        """Run a shell command in the tree (mounted at /work).

        :param mounts: (host path, path inside, writable) on top.
        """
