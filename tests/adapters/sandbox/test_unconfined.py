"""The sandbox that is none: a scrubbed environment and the same interface."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.overnight.adapters.sandbox import UnconfinedSandbox


@pytest.fixture
def unconfined():
    return UnconfinedSandbox()


def test_a_command_runs_in_the_tree_with_a_scrubbed_environment(unconfined, tree, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    ran = unconfined.run(tree, "cat readme.txt; env; python -c 'import pytest'", environment={"DB": "x"})
    assert ran.exit_code == 0, ran.output
    assert ran.stdout.startswith("hello\n")
    assert "DB=x" in ran.stdout
    assert "canary" not in ran.output
    assert str(Path.home()) not in [line for line in ran.stdout.splitlines() if line.startswith("HOME=")]


def test_time_and_output_are_limited_all_the_same(unconfined, tree):
    slow = unconfined.run(tree, "sleep 87650", seconds=0.4)
    assert (slow.timed_out, slow.exit_code) == (True, 124)
    assert len(unconfined.run(tree, "seq 100000", max_output=100).stdout) < 200


def test_a_background_process_does_not_outlive_its_command(unconfined, tree):
    ran = unconfined.run(tree, "sleep 87649 & echo done", seconds=20)
    assert (ran.stdout, ran.exit_code) == ("done\n", 0)
    assert ran.seconds < 5


def test_mounts_are_refused_since_they_cannot_be(unconfined, tree):
    with pytest.raises(ValueError, match="sandbox"):
        unconfined.run(tree, "true", mounts=[(tree, "/base", False)])


def test_its_self_test_promises_nothing(unconfined):
    unconfined.self_test()
