"""What confined code may use at most."""

from __future__ import annotations

from dataclasses import dataclass

_KIB = 1024
_MIB = 1024 * _KIB
_GIB = 1024 * _MIB


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """Limits of one command with everything it starts.

    :param processes: processes and threads at once.
    :param memory_bytes: resident memory of all processes together (cgroup where writable, else watched).
    :param address_space_bytes: virtual memory of one process; wide, since runtimes reserve far more than
        they use.
    :param file_bytes: size of one file.
    :param scratch_bytes: size of /tmp and of /dev/shm, each.
    :param cpu_seconds: processor time of one process.
    :param reserve_bytes: a command that leaves less than this free on the tree's disk is killed.
    :param flood_bytes: a command that writes more output than this is killed.
    """

    processes: int = 512
    memory_bytes: int = 4 * _GIB
    address_space_bytes: int = 32 * _GIB
    file_bytes: int = 2 * _GIB
    scratch_bytes: int = 1 * _GIB
    open_files: int = 4096
    cpu_seconds: int = 1800
    flood_bytes: int = 256 * _MIB
    reserve_bytes: int = 256 * _MIB

    def as_shell(self) -> str:
        """Return the bash line that sets the limits, hard, for itself and all it starts.

        They are set inside the sandbox's own user namespace: only there does the process limit count the
        sandbox alone, and not everything else that the same user runs.
        """
        return (
            f"ulimit -c 0 -n {self.open_files} -t {self.cpu_seconds} -f {self.file_bytes // _KIB}"
            f" -v {self.address_space_bytes // _KIB} -u {self.processes}"
        )
