"""The sandbox as the builder and the gates use it: real bubblewrap, real processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.domain.errors import SandboxUnavailable

from .conftest import as_ordinary_user

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="says something about root alone")


def test_a_command_runs_in_the_tree_and_its_changes_stay(sandbox, tree):
    ran = sandbox.run(tree, "pwd; cat readme.txt; echo new > made.txt")
    assert (ran.exit_code, ran.stdout) == (0, "/work\nhello\n")
    assert (tree / "made.txt").read_text() == "new\n"


def test_the_exit_code_and_both_streams_come_back_apart(sandbox, tree):
    ran = sandbox.run(tree, "echo out; echo err >&2; exit 7")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (7, "out\n", "err\n")
    assert ran.output == "out\nerr\n"


def test_bytes_that_are_no_text_are_replaced(sandbox, tree):
    assert sandbox.run(tree, r"printf '\377ok'").stdout == "�ok"


def test_python_and_pytest_of_the_toolbox_are_there(sandbox, tree):
    (tree / "test_it.py").write_text("def test_it():\n    assert 1 + 1 == 2\n")
    ran = sandbox.run(
        tree, "python -m pytest -q -p no:cacheprovider && pytest --version && python -c 'import ssl'"
    )
    assert ran.exit_code == 0, ran.output
    assert "1 passed" in ran.stdout


def test_a_command_may_be_longer_than_an_argument_can_be(sandbox, tree):
    text = "x" * 300_000
    assert sandbox.run(tree, f"cat <<'END' | wc -c\n{text}\nEND\n").stdout.strip() == "300001"


def test_the_environment_holds_only_what_was_given(sandbox, tree, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "canary-token")
    ran = sandbox.run(
        tree, "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null", environment={"DB": "test"}
    )
    assert "DB=test" in ran.stdout
    assert "canary-token" not in ran.output
    names = {line.split("=")[0] for line in ran.stdout.splitlines()[:15] if "=" in line}
    usual = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG", "TERM", "PYTHONDONTWRITEBYTECODE", "DB"}
    assert usual <= names


def test_confined_code_is_nobody_without_capabilities_in_a_user_namespace_of_its_own(sandbox, tree):
    ran = sandbox.run(
        tree, "id -u; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status; readlink /proc/self/ns/user"
    )
    uid, effective, bounding, privileges, namespace = ran.stdout.split("\n")[:5]
    assert uid == "65534"
    assert {effective.split()[1].strip("0"), bounding.split()[1].strip("0")} == {""}
    assert privileges.split()[1] == "1"
    assert namespace != str(Path("/proc/self/ns/user").readlink())


def test_confined_code_cannot_open_another_user_namespace(sandbox, tree):
    assert sandbox.run(tree, "unshare --user true").exit_code != 0


def test_a_file_that_only_root_may_read_stays_unread(sandbox, tree):
    with tempfile.NamedTemporaryFile() as secret:
        secret.write(b"private")
        secret.flush()
        ran = sandbox.run(tree, f"cat {secret.name}; cat /etc/shadow; cat /root/.netrc; ls /home /root")
    assert "private" not in ran.output
    assert ran.exit_code != 0


@ROOT_ONLY
def test_a_link_in_the_tree_leads_to_nothing_outside_it(sandbox, tree):
    with tempfile.NamedTemporaryFile() as secret:
        secret.write(b"private")
        secret.flush()
        (tree / "link").symlink_to(secret.name)
        assert "private" not in sandbox.run(tree, "cat link; echo x > link").output
        assert (Path(secret.name).read_bytes(), Path(secret.name).stat().st_uid) == (b"private", 0)


@ROOT_ONLY
def test_a_hard_link_is_not_handed_over(sandbox, tree):
    with tempfile.TemporaryDirectory() as outside:
        shared = Path(outside) / "shared"
        shared.write_text("ours")
        shared.chmod(0o644)
        os.link(shared, tree / "linked")
        assert sandbox.run(tree, "echo theirs > linked").exit_code != 0
        assert (shared.read_text(), shared.stat().st_uid) == ("ours", 0)


def test_processes_outside_are_neither_seen_nor_killed(sandbox, tree):
    sentinel = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)  # overnight-sentinel"])
    try:
        ran = sandbox.run(tree, f"ps ax; kill -9 {sentinel.pid}; kill -9 -1; true")
        assert "overnight-sentinel" not in ran.output
        assert sentinel.poll() is None
    finally:
        sentinel.kill()
        sentinel.wait()


def test_neither_loopback_nor_any_network_is_reached(sandbox, tree):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ran = sandbox.run(tree, f"(: > /dev/tcp/127.0.0.1/{port}) && echo loopback; tail -n +3 /proc/net/dev")
    assert "loopback" not in ran.stdout
    assert [line.split(":")[0].strip() for line in ran.stdout.splitlines()] == ["lo"]


@pytest.mark.parametrize("place", ["/", "/usr", "/etc", "/dev", "/proc/sys/kernel", "/run", "/opt"])
def test_nothing_outside_the_tree_can_be_written(sandbox, tree, place):
    assert sandbox.run(tree, f": > {place}/overnight-breach").exit_code != 0


def test_scratch_places_can_be_written_and_are_gone_afterwards(sandbox, tree):
    assert (
        sandbox.run(tree, "for d in /tmp /dev/shm $HOME /var/tmp; do echo x > $d/mark; done").exit_code == 0
    )
    assert sandbox.run(tree, "ls /tmp /dev/shm $HOME").stdout.count("mark") == 0
    assert not Path("/tmp/mark").exists()


def test_a_read_only_tree_stays_as_it_is(sandbox, tree):
    assert sandbox.run(tree, "echo x >> readme.txt", read_only_tree=True).exit_code != 0
    assert (tree / "readme.txt").read_text() == "hello\n"


def test_more_can_be_mounted_read_only_or_writable(sandbox, tree):
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        Path(first, "a").write_text("base\n")
        Path(first).chmod(0o755)
        mounts = [(Path(first), "/base", False), (Path(second), "/out", True)]
        ran = sandbox.run(tree, "cat /base/a; echo done > /out/b; echo x > /base/a", mounts=mounts)
        assert (ran.stdout, ran.exit_code) == ("base\n", 1)
        assert Path(second, "b").read_text() == "done\n"


def test_no_terminal_can_be_typed_into(sandbox, tree):
    script = "import fcntl, termios; fcntl.ioctl(open('/dev/tty'), termios.TIOCSTI, b'x')"
    assert sandbox.run(tree, f'python3 -c "{script}"').exit_code != 0


def test_a_fork_bomb_is_stopped_and_the_host_keeps_forking(tight, tree):
    ran = tight.run(tree, ":(){ :|:& };: ; sleep 60", seconds=1.0)
    assert ran.timed_out
    assert subprocess.run(["/bin/true"], check=True).returncode == 0


def test_one_process_with_too_much_memory_is_refused_it(tight, tree):
    ran = tight.run(tree, "python3 -c 'x = bytearray(3 << 30)'", seconds=10)
    assert ran.exit_code not in (0, 124)


def test_many_processes_with_too_much_memory_are_killed_together(tight, tree):
    hog = "import os, time; os.fork(); os.fork(); x = bytearray(b'1') * (60 << 20); time.sleep(30)"
    ran = tight.run(tree, f'python3 -c "{hog}"', seconds=10)
    assert (ran.exit_code, ran.timed_out) == (137, False)
    assert "bytes of memory" in ran.stderr


def test_endless_output_is_capped_and_stopped(tight, tree):
    ran = tight.run(tree, "yes", seconds=20, max_output=1000)
    assert ran.exit_code == 137
    assert len(ran.stdout) < 1100
    assert "bytes left out" in ran.stdout
    assert ran.seconds < 5


def test_the_start_and_the_end_of_long_output_are_kept(sandbox, tree):
    ran = sandbox.run(tree, "echo first; seq 100000; echo last", max_output=200)
    assert ran.stdout.startswith("first\n")
    assert ran.stdout.endswith("last\n")
    assert ran.exit_code == 0


def test_a_huge_file_is_stopped_at_its_limit(tight, tree):
    ran = tight.run(tree, "head -c 100000000 /dev/zero > big; stat -c %s big")
    assert ran.stdout.strip() == str(8 * 1024 * 1024)


def test_scratch_space_ends_too(tight, tree):
    filling = "for i in 1 2 3; do head -c 5000000 /dev/zero > /dev/shm/$i || echo full; done"
    assert "full" in tight.run(tree, filling).stdout


def test_a_busy_loop_ends_at_its_processor_time(tight, tree):
    ran = tight.run(tree, "while :; do :; done", seconds=20)
    assert not ran.timed_out
    assert ran.exit_code == 137


def test_the_wall_clock_ends_everything_even_what_left_its_session(sandbox, tree):
    started = time.monotonic()
    ran = sandbox.run(
        tree, "echo begun; setsid sleep 87654 & (trap '' TERM HUP; sleep 87654) & sleep 87654", seconds=0.7
    )
    assert (ran.timed_out, ran.exit_code, ran.stdout) == (True, 124, "begun\n")
    assert time.monotonic() - started < 5
    assert "87654" not in subprocess.run(["ps", "ax"], capture_output=True, text=True, check=True).stdout


def test_what_is_left_in_the_background_ends_with_its_command(sandbox, tree):
    ran = sandbox.run(tree, "sleep 87653 & echo done", seconds=20)
    assert (ran.stdout, ran.exit_code) == ("done\n", 0)
    assert ran.seconds < 5


def test_several_sandboxes_run_at_once(sandbox, tree):
    codes = []
    workers = [
        threading.Thread(target=lambda n=n: codes.append(sandbox.run(tree, f"sleep 0.2; exit {n}").exit_code))
        for n in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(codes) == [0, 1, 2, 3]


@pytest.mark.parametrize("path", ["/", "/usr", "/tmp", "/nowhere/at/all"])
def test_a_directory_that_is_no_work_tree_is_refused(sandbox, path):
    with pytest.raises(SandboxUnavailable):
        sandbox.run(Path(path), "true")


def test_a_linked_tree_is_refused(sandbox, tree):
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "link"
        link.symlink_to(tree)
        with pytest.raises(SandboxUnavailable, match="not a directory"):
            sandbox.run(link, "true")


def test_the_self_test_passes_in_under_a_second(sandbox):
    started = time.monotonic()
    sandbox.self_test()
    assert time.monotonic() - started < 1.0


def test_an_ordinary_user_is_confined_just_as_well(tree):
    if os.geteuid() == 0:
        os.chown(tree, 65534, 65534)

    def work():
        sandbox = BubblewrapSandbox(toolbox=(Path("/usr"),))
        sandbox.self_test()
        ran = sandbox.run(
            tree, "id -u; echo x > made; : > /overnight-breach; unshare --user true; kill -9 -1"
        )
        gone = sandbox.run(tree, "setsid sleep 87652 & sleep 87652", seconds=0.5)
        return ran.stdout, gone.timed_out

    assert as_ordinary_user(work) == ("65534\n", True)
    assert (tree / "made").exists()
    assert "87652" not in subprocess.run(["ps", "ax"], capture_output=True, text=True, check=True).stdout


def test_the_process_limit_of_an_ordinary_user_counts_the_sandbox_alone(tree):
    if os.geteuid() == 0:
        os.chown(tree, 65534, 65534)

    def work():
        from include.overnight.adapters.sandbox import SandboxLimits

        sandbox = BubblewrapSandbox(toolbox=(Path("/usr"),), limits=SandboxLimits(processes=12))
        many = "for i in $(seq 40); do sleep 3 & done; echo all"
        return sandbox.run(tree, "true").exit_code, sandbox.run(tree, many, seconds=2).stdout

    assert as_ordinary_user(work) == (0, "")
