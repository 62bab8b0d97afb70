"""What every confining sandbox keeps, whichever adapter runs it."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.common.ai.sandbox.base import (
    SandboxBackend,
    SandboxExecResult,
    SandboxSpec,
    SandboxTerminalError,
)

from include.overnight.adapters.sandbox import BubblewrapSandbox
from include.overnight.adapters.sandbox.backend import TreeBackend
from include.overnight.adapters.sandbox.hosted import BackendSandbox, backend_named
from include.overnight.adapters.sandbox.parcels import unpack
from include.overnight.adapters.sandbox.reaching import ReachesHosts
from include.overnight.adapters.sandbox.streaming import streaming
from include.overnight.domain.errors import SandboxUnavailable, SettingsError


class FarBackend(SandboxBackend):
    """Sandboxes elsewhere: each has a disk of its own, and the tree gets there only by being sent."""

    name = "far"

    def __init__(self) -> None:
        self._sandbox = BubblewrapSandbox()
        self._disks: dict[str, TreeBackend] = {}
        self.folders: list[Path] = []

    def create(self, *, spec: SandboxSpec | None = None) -> str:
        if spec is None or not spec.block_network:
            raise SandboxTerminalError("this backend has no network")
        folder = Path(tempfile.mkdtemp(prefix="overnight-far-"))
        self.folders.append(folder)
        self._disks[folder.name] = TreeBackend(self._sandbox, folder)
        return folder.name

    def run_command(
        self, sandbox: str, command: str, *, timeout: float, max_output_bytes: int
    ) -> SandboxExecResult:
        return self._disks[sandbox].run_command(
            sandbox, command, timeout=timeout, max_output_bytes=max_output_bytes
        )

    def write_file(self, sandbox: str, path: str, content: bytes) -> None:
        self._disks[sandbox].write_file(sandbox, path, content)

    def destroy(self, sandbox: str) -> None:
        if self._disks.pop(sandbox, None) is not None:
            shutil.rmtree(next(folder for folder in self.folders if folder.name == sandbox))


@pytest.fixture(params=["bubblewrap", "backend"])
def any_sandbox(request, sandbox) -> Iterator[BubblewrapSandbox | BackendSandbox]:
    if request.param == "bubblewrap":
        yield sandbox
        return
    backend = FarBackend()
    yield BackendSandbox(backend)
    assert not [folder for folder in backend.folders if folder.exists()]


def test_a_command_changes_adds_and_removes_files_of_the_tree(any_sandbox, tree):
    (tree / "old").write_text("x")
    (tree / "deep").mkdir()
    (tree / "deep" / "tool").write_text("#!/bin/sh\necho tool\n")
    (tree / "deep" / "tool").chmod(0o755)
    ran = any_sandbox.run(
        tree, "pwd; rm old; echo more >> readme.txt; mkdir -p new/er; ln -s /etc/passwd l; deep/tool"
    )
    assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "/work\ntool\n", "")
    assert (tree / "readme.txt").read_text() == "hello\nmore\n"
    assert sorted(path.name for path in tree.iterdir()) == ["deep", "l", "new", "readme.txt"]
    assert (tree / "l").readlink() == Path("/etc/passwd")
    assert (tree / "deep" / "tool").stat().st_mode & 0o111


def test_exit_code_streams_and_environment_are_kept_apart(any_sandbox, tree, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "canary-token")
    ran = any_sandbox.run(
        tree, 'echo "out $DB"; echo err >&2; env >&2; exit 7', environment={"DB": 'it\'s a "test"'}
    )
    assert (ran.exit_code, ran.stdout) == (7, 'out it\'s a "test"\n')
    assert ran.stderr.startswith("err\n")
    assert "canary-token" not in ran.output


def test_a_command_may_be_very_long(any_sandbox, tree):
    text = "x" * 300_000
    assert any_sandbox.run(tree, f"cat <<'END' | wc -c\n{text}\nEND\n").stdout.strip() == "300001"


def test_the_wall_clock_ends_a_command_and_what_it_wrote_before_stays(any_sandbox, tree):
    ran = any_sandbox.run(tree, "echo begun; echo x > made; sleep 86543", seconds=1.0)
    assert (ran.timed_out, ran.exit_code, ran.stdout) == (True, 124, "begun\n")
    assert (tree / "made").exists()
    assert "86543" not in subprocess.run(["ps", "ax"], capture_output=True, text=True, check=True).stdout


def test_long_output_is_cut_in_its_middle_or_end(any_sandbox, tree):
    ran = any_sandbox.run(tree, "echo first; seq 100000", max_output=400)
    assert ran.stdout.startswith("first\n")
    assert len(ran.stdout) < 700


def test_a_read_only_tree_stays_as_it_is(any_sandbox, tree):
    any_sandbox.run(tree, "echo x >> readme.txt; echo y > more; true", read_only_tree=True)
    assert [path.name for path in tree.iterdir()] == ["readme.txt"]
    assert (tree / "readme.txt").read_text() == "hello\n"


def test_mounts_are_shown_and_only_the_writable_ones_come_back(any_sandbox, tree):
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        Path(first, "a").write_text("base\n")
        Path(first).chmod(0o755)
        Path(second).chmod(0o777)
        mounts = [(Path(first), "/tmp/base", False), (Path(second), "/tmp/out", True)]
        ran = any_sandbox.run(
            tree, "cat /tmp/base/a; echo done > /tmp/out/b; echo x > /tmp/base/a; true", mounts=mounts
        )
        assert (ran.stdout, ran.exit_code) == ("base\n", 0)
        assert Path(second, "b").read_text() == "done\n"
        assert Path(first, "a").read_text() == "base\n"


def test_without_asking_there_is_no_network(any_sandbox, tree):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert any_sandbox.run(tree, f"(: > /dev/tcp/127.0.0.1/{port})").exit_code != 0


def test_a_link_out_of_the_tree_is_neither_followed_nor_written_through(any_sandbox, tree):
    with tempfile.TemporaryDirectory() as outside:
        secret = Path(outside) / "secret"
        secret.write_text("private")
        secret.chmod(0o600)
        (tree / "link").symlink_to(secret)
        (tree / "folder").symlink_to(outside)
        ran = any_sandbox.run(tree, "cat link; echo x > link; echo y > folder/made; true")
        assert "private" not in ran.output
        assert (secret.read_text(), [path.name for path in Path(outside).iterdir()]) == (
            "private",
            ["secret"],
        )


def test_the_self_test_passes(any_sandbox):
    any_sandbox.self_test()


def test_output_is_shown_while_streaming_and_not_otherwise(any_sandbox, tree):
    shown: list[str] = []
    with streaming(shown.append):
        any_sandbox.run(tree, "printf '\\033[31mred\\033[0m\\nlast'")
    any_sandbox.run(tree, "echo silent")
    assert shown == ["red", "last"]


def test_a_backend_that_does_not_work_is_unavailable_and_says_why(tree):
    with pytest.raises(SandboxUnavailable, match="far sandbox does not work: this backend has no network"):
        BackendSandbox(FarBackend()).reaching([]).run(tree, "true")


def test_a_backend_keeps_the_list_of_hosts_itself(tree):
    asked: list[SandboxSpec | None] = []

    class Listening(FarBackend):
        def create(self, *, spec: SandboxSpec | None = None) -> str:
            asked.append(spec)
            return super().create(spec=SandboxSpec())

    sandbox = BackendSandbox(Listening())
    assert isinstance(sandbox, ReachesHosts)
    sandbox.reaching(["pypi.org"]).run(tree, "true")
    sandbox.run(tree, "true")
    sandbox.reaching([]).run(tree, "true")
    assert asked == [
        SandboxSpec(allow_egress_to=["pypi.org"]),
        SandboxSpec(),
        SandboxSpec(block_network=False, allow_egress_to=[]),
    ]


def test_a_tar_that_leads_out_of_the_tree_is_refused(tree):
    for name in ("../out", "/out", "a/../../out"):
        with (
            pytest.raises(SandboxUnavailable, match="leads out"),
            unpack(tree) as stream,
            tarfile.open(fileobj=stream, mode="w") as archive,
        ):
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    with unpack(tree) as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        link = tarfile.TarInfo("way")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        through = tarfile.TarInfo("way/passwd")
        through.size = 4
        archive.addfile(link)
        archive.addfile(through, io.BytesIO(b"evil"))
    assert (tree / "way" / "passwd").read_bytes() == b"evil"
    assert not (tree / "way").is_symlink()
    with pytest.raises(SandboxUnavailable, match="cannot be read"), unpack(tree) as stream:
        stream.write(b"no tar at all")


@pytest.mark.parametrize("path", ["nowhere.Backend", "pathlib.Path", "json.Nothing", "Nothing", ""])
def test_an_import_path_that_is_no_backend_is_refused(path):
    with pytest.raises(SettingsError, match="sandbox_backend"):
        backend_named(path)


def test_a_backend_is_found_by_its_import_path():
    assert backend_named(f"{__name__}.FarBackend").name == "far"
