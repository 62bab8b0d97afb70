"""Long-running programs of the demo, each in a session of its own, each found and ended by its id."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

_RESTORE_INTERRUPT = (
    "import os, signal, sys\n"
    "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "os.execvp(sys.argv[1], sys.argv[1:])\n"
)
"""A shell's background job ignores SIGINT and hands that on; a program that ignores it cannot be stopped."""

STEPS = ((signal.SIGINT, 12.0), (signal.SIGTERM, 8.0), (signal.SIGKILL, 8.0))
"""What a program is told, and how many seconds it gets before it is told more plainly."""


def free_port(wanted: int | None = None) -> int:
    """Return `wanted` when it can be bound on loopback, else a port nobody holds."""
    for port in (wanted, 0):
        if port is None:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise RuntimeError("no free port on 127.0.0.1; close something that listens there")


class Processes:
    """The programs noted in one folder: `NAME.pid` says which process, `NAME.log` what it wrote.

    The notes outlive this object, so another process (`make down`) can stop what this one started.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> int:
        """Start a program in a new session; return its id."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_of(name).open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-c", _RESTORE_INTERRUPT, *command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[child.pid] = child
        note = {"pid": child.pid, "created": psutil.Process(child.pid).create_time()}
        (self.folder / f"{name}.pid").write_text(json.dumps(note))
        return child.pid

    def log_of(self, name: str) -> Path:
        """Return the file that collects what a program writes."""
        return self.folder / f"{name}.log"

    def last_words(self, name: str, lines: int = 25) -> str:
        """Return the end of a program's log."""
        log = self.log_of(name)
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def running(self) -> dict[str, int]:
        """Return the id of every noted program that still runs, by name."""
        return {name: pid for name, (pid, created) in self._notes().items() if _is_alive(pid, created)}

    def check(self, names: Iterable[str]) -> None:
        """Raise RuntimeError with the end of its log when one of these programs has ended."""
        running = self.running()
        for name in names:
            if name not in running:
                raise RuntimeError(f"{name} has ended; {self.log_of(name)} says:\n{self.last_words(name)}")

    def stop(self) -> None:
        """End every noted program and all that it started; raise RuntimeError if anything survives.

        Asks with SIGINT first: Airflow's scheduler leaves its workers behind when it is only sent SIGTERM.
        """
        notes = self._notes()
        sessions = {pid for pid, created in notes.values() if _is_ours(pid, created)}
        family: dict[int, psutil.Process] = {}
        for sign, patience in STEPS:
            _gather(sessions, family)
            told = [process for process in family.values() if _still_there(process)]
            if not told:
                break
            # Only the heads are interrupted: they end their workers in good order.
            audience = _heads(told, sessions) if sign is signal.SIGINT else told
            if audience:
                _tell(audience, sign)
                self._wait(sessions, family, patience)
        left = [process.pid for process in family.values() if _still_there(process)]
        if left:
            raise RuntimeError(f"processes {left} do not end, not even by SIGKILL; look at them with ps")
        for name in notes:
            (self.folder / f"{name}.pid").unlink(missing_ok=True)
        self._bury()

    def _bury(self) -> None:
        """Collect the exit codes of our own children, so that they do not stay as zombies."""
        for child in self._children.values():
            child.poll()

    def _wait(self, sessions: set[int], family: dict[int, psutil.Process], patience: float) -> None:
        """Wait until the whole family is gone or the patience is."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self._bury()
            _gather(sessions, family)
            if not any(_still_there(process) for process in family.values()):
                return
            time.sleep(0.1)

    def _notes(self) -> dict[str, tuple[int, float]]:
        notes = {}
        for path in sorted(self.folder.glob("*.pid")):
            note = json.loads(path.read_text())
            notes[path.stem] = (int(note["pid"]), float(note["created"]))
        return notes


def _is_ours(pid: int, created: float) -> bool:
    """Say whether this session is the one we began: an id is used again after its process has gone."""
    try:
        return bool(abs(psutil.Process(pid).create_time() - created) < 1)
    except psutil.NoSuchProcess:
        return _session_survives(pid)


def _session_survives(session: int) -> bool:
    """A kernel never gives a new process the id of a session that still has members."""
    return any(_session_of(pid) == session for pid in psutil.pids())


def _is_alive(pid: int, created: float) -> bool:
    try:
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - created) < 1) and _still_there(process)
    except psutil.NoSuchProcess:
        return False


def _gather(sessions: set[int], family: dict[int, psutil.Process]) -> None:
    """Add every member of the sessions and every descendant, which may have begun a session of its own."""
    for process in psutil.process_iter():
        if process.pid in family or _session_of(process.pid) not in sessions:
            continue
        family[process.pid] = process
    for process in list(family.values()):
        with contextlib.suppress(psutil.Error):
            family.update((child.pid, child) for child in process.children(recursive=True))


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _heads(processes: list[psutil.Process], sessions: set[int]) -> list[psutil.Process]:
    return [process for process in processes if process.pid in sessions]


def _still_there(process: psutil.Process) -> bool:
    """A zombie has ended; who has to bury it is another matter."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _tell(processes: Iterable[psutil.Process], sign: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(sign)
