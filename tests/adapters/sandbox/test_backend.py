"""Common-ai's contract on our sandbox."""

from __future__ import annotations

import pytest
from airflow.providers.common.ai.sandbox.base import SandboxError, SandboxSpec, SandboxTerminalError

from include.overnight.adapters.sandbox.backend import TreeBackend


@pytest.fixture
def backend(sandbox, tree):
    return TreeBackend(sandbox, tree)


def test_files_of_any_size_and_name_are_written_read_and_listed(backend, tree):
    handle = backend.create(spec=SandboxSpec())
    content = bytes(range(256)) * 2000
    backend.write_file(handle, "a dir/it's 'é'.bin", content)
    assert backend.read_file(handle, "a dir/it's 'é'.bin", max_bytes=10**6) == content
    assert sorted(backend.list_directory(handle, ".")) == [("a dir", True), ("readme.txt", False)]
    backend.destroy(handle)


def test_what_cannot_be_written_or_read_says_so(backend):
    with pytest.raises(SandboxError):
        backend.write_file("", "/etc/passwd", b"x")
    with pytest.raises(SandboxError, match="does not exist"):
        backend.read_file("", "missing", max_bytes=10)


@pytest.mark.parametrize(
    "spec",
    [
        SandboxSpec(block_network=False),
        SandboxSpec(allow_egress_to=["example.org"]),
        SandboxSpec(env={"TOKEN": "x"}),
    ],
)
def test_wishes_for_network_or_environment_are_refused(backend, spec):
    with pytest.raises(SandboxTerminalError):
        backend.create(spec=spec)


def test_a_command_gets_the_given_environment_and_never_more_time_than_is_left(sandbox, tree):
    backend = TreeBackend(sandbox, tree, environment={"DB": "test"}, remaining=lambda: 0.4)
    assert backend.run_command("", "echo $DB", timeout=60, max_output_bytes=100).stdout == "test\n"
    assert backend.run_command("", "sleep 20", timeout=60, max_output_bytes=100).timed_out


def test_a_sandbox_that_does_not_start_ends_the_run(sandbox, tmp_path):
    with pytest.raises(SandboxTerminalError, match="not a directory"):
        TreeBackend(sandbox, tmp_path / "gone").run_command("", "true", timeout=5, max_output_bytes=10)
