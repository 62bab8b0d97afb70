"""What confined code must never reach, line by line; each test tries it for real."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox, SandboxLimits
from include.overnight.adapters.sandbox.seccomp import seccomp_filter

from .conftest import as_ordinary_user

_PLAIN_PATH = "/usr/bin:/bin"
CALL = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(*map(int, sys.argv[1:]))
print('open' if result >= 0 else os.strerror(ctypes.get_errno()))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of Overnight's with everything readable, as if somebody had been careless."""
    with tempfile.TemporaryDirectory(prefix="overnight-home-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        for name in ("mirrors/R_1/config", "trees/other/app.py", "gitdirs/build/HEAD", "dependencies/k/x"):
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text("private")
        (path / "ledger.db").write_text("private")
        yield path


def test_home_mirror_ledger_caches_and_other_trees_are_not_there(sandbox, home):
    tree = home / "trees" / "build"
    tree.mkdir()
    ran = sandbox.run(
        tree,
        f"ls -la {home} / /work/..; cat {home}/*/*/* {home}/ledger.db; find /tmp /work /var -name ledger.db",
    )
    assert "private" not in ran.output
    assert "ledger.db\n" not in ran.stdout
    outer = sorted(path.name for path in home.iterdir())
    assert outer == ["dependencies", "gitdirs", "ledger.db", "mirrors", "trees"]


def test_nothing_can_be_planted_beside_the_tree(sandbox, home):
    tree = home / "trees" / "build"
    tree.mkdir()
    sandbox.run(
        tree, f"mkdir -p {home}/mirrors/R_1/hooks; echo evil > {home}/mirrors/R_1/config; echo x > ../y"
    )
    assert (home / "mirrors/R_1/config").read_text() == "private"
    assert sorted(path.name for path in (home / "trees").iterdir()) == ["build", "other"]


@pytest.mark.parametrize("kind", ["pid", "ipc", "uts", "net", "user", "mnt"])
def test_every_namespace_is_its_own(sandbox, tree, kind):
    inside = sandbox.run(tree, f"readlink /proc/self/ns/{kind}").stdout.strip()
    assert inside.startswith(f"{kind}:[")
    assert inside != str(Path(f"/proc/self/ns/{kind}").readlink())


def test_a_socket_without_a_file_on_the_host_is_out_of_reach(sandbox, tree):
    name = f"\0overnight-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen()
        code = f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})"
        assert "ConnectionRefusedError" in sandbox.run(tree, f'python3 -c "{code}"').stderr


def test_proc_and_sys_show_nothing_of_the_machine_that_could_be_used(sandbox, tree):
    read = "cat /proc/kcore /proc/kmsg /proc/1/environ /proc/1/mem 2>/dev/null | head -c 100"
    assert sandbox.run(tree, read).stdout.strip("\0") in ("", f"PATH={_PLAIN_PATH}")
    write = "(echo c > /proc/sysrq-trigger) || (echo x > /proc/sys/kernel/core_pattern) || echo refused"
    assert sandbox.run(tree, write).stdout == "refused\n"
    assert sandbox.run(tree, "ls /sys /boot /home").stdout == ""
    assert not {"sys", "boot", "home"} & set(sandbox.run(tree, "ls /proc/1/root/").stdout.split())


def test_devices_are_the_harmless_ones(sandbox, tree):
    listed = set(sandbox.run(tree, "ls /dev").stdout.split())
    assert listed <= {
        *("console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin"),
        *("stdout", "tty", "urandom", "zero"),
    }
    assert sandbox.run(tree, "mknod disk b 8 0").exit_code != 0


def test_a_setuid_file_gives_nothing(sandbox, tree):
    ran = sandbox.run(tree, "cp /usr/bin/id mine; chmod 4755 mine; ./mine -u; su root -c id; sudo id")
    assert ran.stdout == "65534\n"


@pytest.mark.skipif(not seccomp_filter(), reason="the numbers of this architecture are not known")
@pytest.mark.parametrize(
    ("name", "x86_64", "aarch64", "arguments"),
    [
        ("keyctl", 250, 219, "0 -3 0"),
        ("add_key", 248, 217, "0 0 0 0 0"),
        ("bpf", 321, 280, "0 0 0"),
        ("io_uring_setup", 425, 425, "1 0"),
        ("perf_event_open", 298, 241, "0 0 -1 -1 0"),
        ("setns", 308, 268, "0 0"),
    ],
)
def test_doors_of_the_kernel_that_no_namespace_closes_are_closed(
    sandbox, tree, name, x86_64, aarch64, arguments
):
    number = x86_64 if os.uname().machine == "x86_64" else aarch64
    (tree / "call.py").write_text(CALL)
    assert sandbox.run(tree, f"python3 call.py {number} {arguments}").stdout == "Operation not permitted\n", (
        name
    )


@pytest.mark.skipif(not seccomp_filter(), reason="the numbers of this architecture are not known")
def test_the_hypervisor_is_not_spoken_to_and_other_sockets_work(sandbox, tree):
    number = 41 if os.uname().machine == "x86_64" else 198
    (tree / "call.py").write_text(CALL)
    assert sandbox.run(tree, f"python3 call.py {number} 40 1 0").stdout.startswith("Address family not")
    server = (
        "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    )
    assert sandbox.run(tree, f'python3 -c "{server}"').exit_code == 0


def test_typing_into_a_terminal_is_refused_even_with_one_at_hand(sandbox, tree):
    script = "import fcntl, os, pty; m, s = pty.openpty(); fcntl.ioctl(s, 0x5412, b'x')"
    ran = sandbox.run(tree, f'python3 -c "{script}"')
    assert "PermissionError" in ran.stderr or "Operation not permitted" in ran.stderr
    assert sandbox.run(tree, "exec 3<>/dev/tty").exit_code != 0


def test_each_line_of_the_filter_is_a_whole_instruction():
    for machine in ("x86_64", "aarch64"):
        program = seccomp_filter(machine)
        assert len(program) % 8 == 0
        steps = list(struct.iter_unpack("=HBBI", program))
        assert steps[-1][0] == 0x06
        assert all(
            place + 1 + max(step[1:3]) < len(steps) for place, step in enumerate(steps) if step[0] != 0x06
        )
    assert seccomp_filter("riscv64") == b""


def test_a_command_that_fills_the_disk_is_stopped_before_the_disk_is_full(tree):
    limits = SandboxLimits(reserve_bytes=1 << 60)
    ran = BubblewrapSandbox(limits=limits).run(tree, "sleep 60", seconds=30)
    assert ran.exit_code == 137
    assert "free on the disk" in ran.stderr


def test_a_fork_bomb_that_detaches_leaves_nothing_running(tight, tree):
    ran = tight.run(tree, "f() { setsid bash -c 'sleep 86421 & sleep 86421' & f; }; f", seconds=1.5)
    assert ran.exit_code != 0
    deadline = time.monotonic() + 5
    while "86421" in " ".join(" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_signals_to_everything_end_nothing_outside(tree):
    """The sentinel belongs to the very user that confined code seems to be."""
    if os.geteuid() == 0:
        os.chown(tree, 65534, 65534)

    def work():
        sentinel = subprocess.Popen(["/bin/sleep", "30"], cwd="/")
        try:
            BubblewrapSandbox(toolbox=(Path("/usr"),)).run(
                tree, f"kill -9 {sentinel.pid} -1; for p in $(seq 2 400); do kill -9 $p; done; true"
            )
            return sentinel.poll()
        finally:
            sentinel.kill()
            sentinel.wait()

    assert as_ordinary_user(work) is None
