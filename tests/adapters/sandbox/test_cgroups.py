"""Control groups, on plain directories that look like a delegated hierarchy."""

from __future__ import annotations

import subprocess

import pytest

from include.overnight.adapters.sandbox.cgroups import Group, GroupHome
from include.overnight.adapters.sandbox.limits import SandboxLimits


@pytest.fixture
def hierarchy(tmp_path):
    root = tmp_path / "cgroup"
    service = root / "system.slice" / "overnight.service"
    (service / "worker").mkdir(parents=True)
    (root / "cgroup.subtree_control").write_text("")
    (service / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (service / "worker" / "cgroup.subtree_control").write_text("")
    membership = tmp_path / "self"
    membership.write_text("4:memory:/old\n0::/system.slice/overnight.service/worker\n")
    return root, membership, service


def test_the_nearest_delegated_group_that_hands_on_its_controllers_is_home(hierarchy):
    root, membership, service = hierarchy
    assert GroupHome.here(root, membership, lambda path: True) == GroupHome(service)


def test_a_group_above_that_was_not_delegated_to_us_is_never_used(hierarchy):
    root, membership, _ = hierarchy
    assert GroupHome.here(root, membership, lambda path: False) == GroupHome()
    assert GroupHome.here(root, membership) == GroupHome()


def test_without_delegation_there_is_no_group_and_the_command_is_unchanged(tmp_path, hierarchy):
    root, _, _ = hierarchy
    elsewhere = tmp_path / "other"
    elsewhere.write_text("0::/somewhere/else\n")
    home = GroupHome.here(root, elsewhere)
    with home.group(SandboxLimits()) as group:
        assert (home, group) == (GroupHome(), Group())
        assert group.enter(["true"]) == ["true"]


def test_a_machine_without_version_two_has_no_group(tmp_path):
    membership = tmp_path / "self"
    membership.write_text("4:memory:/old\n")
    assert GroupHome.here(tmp_path, membership) == GroupHome()


def test_a_group_carries_the_limits_and_is_entered_before_the_command(hierarchy):
    _, _, service = hierarchy
    with GroupHome(service).group(SandboxLimits(memory_bytes=1000, processes=7)) as group:
        assert group.path is not None
        assert (group.path / "memory.max").read_text() == "1000"
        assert (group.path / "pids.max").read_text() == "7"
        assert (group.path / "memory.swap.max").read_text() == "0"
        told = subprocess.run(group.enter(["/bin/echo", "a b"]), capture_output=True, text=True, check=True)
        assert told.stdout == "a b\n"
        assert int((group.path / "cgroup.procs").read_text()) > 1
    assert (group.path / "cgroup.kill").read_text() == "1"
