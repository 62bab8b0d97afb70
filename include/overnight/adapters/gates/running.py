"""Run a repository's own command in a tree, after its setup, with output capped."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ...domain.orders import Commands, NightOrder
from ...ports import Case, Logbook, Ran, Sandbox, Tree
from ..dependencies import DependencyStore
from ..dependencies.store import Brought, Recipe
from ..egress import AllowedHosts, ProxyLimits, PublicHosts, opened
from ..git import checkout_id, tidy
from ..sandbox.reaching import ReachesHosts
from ..sandbox.streaming import streaming
from ..sandbox.unconfined import UnconfinedSandbox
from ..versions import HINT, NO_GIT

EVIDENCE_BYTES = 8 * 1024
_MAX_OUTPUT = 1024 * 1024
_RECORD = "overnight-dependencies.json"
_OWN_PROGRAMS = {
    ".venv": 'export VIRTUAL_ENV="$PWD/.venv" PATH="$PWD/.venv/bin:$PATH"\n',
    "node_modules": 'export PATH="$PWD/node_modules/.bin:$PATH"\n',
}
"""What setup made → the line that puts its programs before ours."""
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs the commands of one repository.

    :param seconds: wall clock of each command.
    :param network: whether setup may reach the network; the other commands never may.
    :param hosts: what setup may reach of it; empty means every public host.
    :param log: is told every command that runs.
    :param clean: whether every command finds the tree as committed, whatever the one before it wrote there.
    """

    sandbox: Sandbox
    commands: Commands
    seconds: float
    network: bool = False
    hosts: tuple[str, ...] = ()
    log: Logbook | None = None
    clean: bool = False

    @classmethod
    def of(cls, sandbox: Sandbox, commands: Commands, order: NightOrder) -> Runner:
        """Return the runner for a night's commands."""
        return cls(sandbox, commands, order.limits.gate_seconds, order.setup_network, order.setup_hosts)

    def run(self, tree: Tree, command: str, mounts: Sequence[tuple[Path, str, bool]] = ()) -> Ran:
        """Run setup (once per tree) and the command; a failed setup is what comes back.

        A pipe fails when any part of it does: `ruff check . | tee log` is not what `tee` says.
        """
        if self.clean:
            tidy(tree)
        prepared = self._prepared(tree)
        if prepared.ran.exit_code != 0:
            return prepared.ran
        own = "".join(line for product, line in _OWN_PROGRAMS.items() if product in prepared.products)
        strict = "set -o pipefail\n" if _PIPE.search(command) else ""
        return self._run(tree.path, own + strict + command, mounts)

    def run_for(self, seconds: float, tree: Tree, command: str) -> Ran:
        """Run a command that has less time than its setup."""
        ran = self.prepare(tree)
        return ran if ran.exit_code != 0 else replace(self, seconds=seconds).run(tree, command)

    def prepare(self, tree: Tree) -> Ran:
        """Put what setup installs into this tree unless it is there already.

        Setup runs once per lock file, in a clean tree; without confinement there is no clean place that
        looks like the tree, and it runs in each tree.
        """
        return self._prepared(tree).ran

    def _prepared(self, tree: Tree) -> Brought:
        """Return what the tree was given; the record of it lies out of a builder's reach."""
        if not self.commands.setup:
            return Brought(Ran(0, "", ""))
        record = tree.git_dir / _RECORD
        key = hashlib.sha256(f"{self.commands.setup}\0{checkout_id(tree)}".encode()).hexdigest()
        if record.exists() and (known := json.loads(record.read_text())).pop("key") == key:
            return Brought(Ran(**known["ran"]), tuple(known["products"]))
        brought = self._bring(tree)
        ran = brought.ran
        if ran.exit_code != 0 or ran.timed_out:
            why = f": {HINT}" if NO_GIT.search(ran.output) else ""
            failed = f"{ran.stderr}\nthe setup command failed{why}\n"
            brought = Brought(replace(ran, exit_code=ran.exit_code or 1, stderr=failed))
        if not ran.timed_out:
            record.write_text(json.dumps({"key": key, **asdict(brought)}))
        return brought

    def _bring(self, tree: Tree) -> Brought:
        if isinstance(self.sandbox, UnconfinedSandbox):
            ran = self._install(tree.path)
            return Brought(ran, tuple(name for name in _OWN_PROGRAMS if (tree.path / name).is_dir()))
        recipe = Recipe(self.commands.setup, self.commands.environment)
        return DependencyStore.beside(tree).bring(tree, recipe, self._install)

    def _install(self, folder: Path) -> Ran:
        """Run setup with as much of the network as the order gives."""
        if isinstance(self.sandbox, UnconfinedSandbox):
            if not self.network or not self.hosts:
                return self._run(folder, self.commands.setup)
            return Ran(1, "", 'setup_hosts needs a sandbox: with `sandbox = "none"` no host can be kept away')
        if not self.network:
            return self._run(folder, self.commands.setup)
        if isinstance(self.sandbox, ReachesHosts):
            there = replace(self, sandbox=self.sandbox.reaching(self.hosts))
            return there._run(folder, self.commands.setup)
        policy = AllowedHosts(self.hosts) if self.hosts else PublicHosts()
        with opened(policy, ProxyLimits(seconds=self.seconds), named=self.hosts) as way:
            return self._run(folder, way.around(self.commands.setup), way.mounts)

    def _run(
        self,
        folder: Path,
        command: str,
        mounts: Sequence[tuple[Path, str, bool]] = (),
    ) -> Ran:
        with streaming():
            ran = self.sandbox.run(
                folder,
                command,
                environment=dict(self.commands.environment),
                seconds=self.seconds,
                max_output=_MAX_OUTPUT,
                mounts=mounts,
            )
        if self.log is not None:
            self.log.tell(folder.name, command, ran)
        return ran


def runner_of(case: Case, sandbox: Sandbox) -> Runner:
    """Return the runner for a case."""
    return replace(Runner.of(sandbox, case.commands, case.order), log=case.log, clean=True)


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
