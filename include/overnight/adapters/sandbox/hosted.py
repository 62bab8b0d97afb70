"""The `Sandbox` port on any common-ai `SandboxBackend`: Docker, microVMs, hosted sandboxes.

The tree travels: each command gets a sandbox of its own, the tree is packed into it, and what the command
left is fetched back. The backend answers for confinement; the self-test asks it to prove that.
"""

from __future__ import annotations

import shlex
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from airflow.providers.common.ai.sandbox.base import SandboxBackend, SandboxError, SandboxSpec

from ...domain.errors import SandboxUnavailable, SettingsError
from ...ports import Ran
from .layout import TREE
from .limits import SandboxLimits
from .ownership import check_tree
from .parcels import pack, unpack, wrap
from .streaming import Clean, line_log, streaming

Mount = tuple[Path, str, bool]
_STEP_SECONDS = 120.0
_MAX_PARCEL = 4 * 1024**3
_TIMED_OUT_CODE = 124
_PARCEL = str(TREE / ".overnight-parcel")
"""A folder beside the tree's own files while a command runs; it is made anew and never fetched."""


@dataclass(frozen=True, slots=True)
class _Order:
    """One command as `run` was asked for it."""

    tree: Path
    command: str
    environment: Mapping[str, str]
    seconds: float
    max_output: int
    read_only_tree: bool
    mounts: Sequence[Mount]


def backend_named(path: str) -> SandboxBackend:
    """Return a new backend of the class (or factory) at an import path; SettingsError when there is none.

    :param path: "package.module.Class", called without arguments.
    """
    module, _, name = path.rpartition(".")
    try:
        made = getattr(import_module(module), name)()
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        raise SettingsError(f"sandbox_backend = {path!r} cannot be made: {error}") from error
    if not isinstance(made, SandboxBackend):
        raise SettingsError(
            f"sandbox_backend = {path!r} is no SandboxBackend of Airflow's common-ai provider"
        )
    return made


class BackendSandbox:
    """Runs commands on a `SandboxBackend`, whose sandboxes have bash, tar, coreutils and a writable /work.

    :param hosts: what commands may reach; None is nothing, empty asks the backend for everything.
    """

    def __init__(
        self,
        backend: SandboxBackend,
        *,
        hosts: Sequence[str] | None = None,
        limits: SandboxLimits | None = None,
        clean: Clean | None = None,
    ) -> None:
        self._clean = clean
        self._backend = backend
        self._hosts = None if hosts is None else list(hosts)
        self._limits = limits or SandboxLimits()

    def reaching(self, hosts: Sequence[str]) -> BackendSandbox:
        """Return the same sandbox, whose commands reach these hosts alone; empty is every host."""
        return BackendSandbox(self._backend, hosts=hosts, limits=self._limits, clean=self._clean)

    def self_test(self) -> None:
        """Prove the confinement of the backend's sandboxes, or raise SandboxUnavailable saying what leaks."""
        from .selftest import prove

        prove(self, own_machine=True)

    def run(
        self,
        tree: Path,
        command: str,
        *,
        environment: Mapping[str, str] | None = None,
        seconds: float = 60.0,
        max_output: int = 256 * 1024,
        read_only_tree: bool = False,
        mounts: Sequence[Mount] = (),
    ) -> Ran:
        """Run a shell command on a copy of the tree at /work, and bring back what it changed there."""
        order = _Order(
            check_tree(tree), command, environment or {}, seconds, max_output, read_only_tree, tuple(mounts)
        )
        started = time.monotonic()
        try:
            with streaming(None), self._sandbox() as handle:
                ran = self._run(handle, order)
        except SandboxError as error:
            raise SandboxUnavailable(f"the {self._backend.name} sandbox does not work: {error}") from error
        _show(ran, self._clean)
        return replace(ran, seconds=time.monotonic() - started)

    @contextmanager
    def _sandbox(self) -> Iterator[str]:
        spec = SandboxSpec(block_network=self._hosts != [], allow_egress_to=self._hosts)
        handle = self._backend.create(spec=spec)
        try:
            yield handle
        finally:
            self._backend.destroy(handle)

    def _run(self, handle: str, order: _Order) -> Ran:
        self._send(handle, order)
        mark = f"overnight-ran-{uuid.uuid4().hex}"
        script = wrap(_PARCEL, order.environment, order.mounts, self._limits, mark)
        result = self._backend.run_command(
            handle,
            script,
            timeout=max(0.1, order.seconds),
            max_output_bytes=order.max_output + len(mark) + 16,
        )
        whole = not result.timed_out and result.stderr.endswith(mark)
        if not result.sandbox_terminated:
            self._fetch(handle, order, mounts=order.mounts if whole else ())
        if result.timed_out:
            return Ran(_TIMED_OUT_CODE, result.stdout, result.stderr, timed_out=True)
        if not whole:  # its shell was killed
            return Ran(result.exit_code or 137, result.stdout, f"{result.stderr}\n[killed]\n")
        stderr = result.stderr.removesuffix(mark).removesuffix("\n")
        return Ran(result.exit_code, result.stdout, stderr)

    def _send(self, handle: str, order: _Order) -> None:
        parcels = [(order.tree, "tree"), *((mount[0], f"mount{n}") for n, mount in enumerate(order.mounts))]
        for source, name in parcels:
            with pack(source, _MAX_PARCEL) as content:
                self._backend.write_file(handle, f"{_PARCEL}/{name}.tar", content)
        self._backend.write_file(handle, f"{_PARCEL}/command", order.command.encode("utf-8", "replace"))
        self._must(handle, f"tar -xf {_PARCEL}/tree.tar -C {TREE} && rm -f {_PARCEL}/tree.tar")

    def _fetch(self, handle: str, order: _Order, mounts: Sequence[Mount]) -> None:
        if not order.read_only_tree:
            self._bring(handle, f"-C {TREE} --exclude=./{Path(_PARCEL).name} .", order.tree)
        for number, (source, _, writable) in enumerate(mounts):
            if writable:
                self._bring(handle, f"-C {_PARCEL}/out{number} .", source)

    def _bring(self, handle: str, what: str, target: Path) -> None:
        self._must(
            handle, f"mkdir -p {_PARCEL} && rm -f {_PARCEL}/back.tar && tar -cf {_PARCEL}/back.tar {what}"
        )
        with unpack(target) as stream:
            self._backend.export_file(handle, f"{_PARCEL}/back.tar", stream, max_bytes=_MAX_PARCEL)

    def _must(self, handle: str, script: str) -> None:
        said = self._backend.run_command(
            handle, f"/bin/bash -c {shlex.quote(script)}", timeout=_STEP_SECONDS, max_output_bytes=4096
        )
        if said.timed_out or said.exit_code != 0:
            raise SandboxError(f"a tree could not be moved: {said.stderr.strip()[-300:]}")


def _show(ran: Ran, clean: Clean | None) -> None:
    log = line_log(clean)
    if log is not None:
        log.feed(1, ran.output.encode())
        log.close()
