"""Run a repository's own command in a tree, after its setup, with output capped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ...domain.orders import Commands
from ...ports import Case, Ran, Sandbox, Tree
from ..git import checkout_id

EVIDENCE_BYTES = 8 * 1024
_MAX_OUTPUT = 1024 * 1024
_RECORD = "overnight-setup.json"


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the commands of one repository.

    :param seconds: wall clock of each command.
    :param network: whether setup may reach the network; the other commands never may.
    """

    sandbox: Sandbox
    commands: Commands
    seconds: float
    network: bool = False

    def run(self, tree: Tree, command: str, mounts: Sequence[tuple[Path, str, bool]] = ()) -> Ran:
        """Run setup (once per tree) and the command; a failed setup is what comes back."""
        prepared = self.prepare(tree)
        return self._run(tree, command, mounts) if prepared.exit_code == 0 else prepared

    def prepare(self, tree: Tree) -> Ran:
        """Run setup unless it ran in this tree already; the record lies out of the builder's reach."""
        if not self.commands.setup:
            return Ran(0, "", "")
        record = tree.git_dir / _RECORD
        key = hashlib.sha256(f"{self.commands.setup}\0{checkout_id(tree)}".encode()).hexdigest()
        if record.exists() and (known := json.loads(record.read_text())).pop("key") == key:
            return Ran(**known)
        ran = self._run(tree, self.commands.setup, (), self.network)
        if ran.exit_code != 0 or ran.timed_out:
            ran = Ran(
                ran.exit_code or 1, ran.stdout, f"{ran.stderr}\nthe setup command failed\n", ran.timed_out
            )
        if not ran.timed_out:
            record.write_text(json.dumps({"key": key, **asdict(ran)}))
        return ran

    def _run(
        self, tree: Tree, command: str, mounts: Sequence[tuple[Path, str, bool]], network: bool = False
    ) -> Ran:
        return self.sandbox.run(
            tree.path,
            command,
            environment=dict(self.commands.environment),
            seconds=self.seconds,
            max_output=_MAX_OUTPUT,
            mounts=mounts,
            network=network,
        )


def runner_of(case: Case, sandbox: Sandbox) -> Runner:
    """Return the runner for a case."""
    return Runner(sandbox, case.commands, case.order.limits.gate_seconds, case.order.setup_network)


def evidence(ran: Ran) -> str:
    """Return the end of the output, at most 8 KiB of UTF-8."""
    raw = ran.output.encode(errors="replace")[-EVIDENCE_BYTES:]
    return raw.decode(errors="ignore")


def ending(ran: Ran, seconds: float) -> str:
    """Say how a failed command ended."""
    if ran.timed_out:
        return f"timed out after {seconds:g} seconds"
    if ran.exit_code == 127:
        return "ended with exit code 127: a program it needs is not installed here"
    return f"ended with exit code {ran.exit_code}"
