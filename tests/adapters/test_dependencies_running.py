"""Commands of a repository after its setup, as the gates run them."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from include.overnight.adapters.gates.running import Runner
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.adapters.sandbox import BubblewrapSandbox, UnconfinedSandbox
from include.overnight.adapters.sandbox.backend import TreeBackend
from include.overnight.domain.changes import Base
from include.overnight.domain.orders import Commands
from include.overnight.ports import Tree
from tests.adapters.git.remotes import ORDER, MemoryStorage, Upstream

VENV = "python3 -m venv --without-pip .venv && echo 'NAME = 1' > .venv/lib/python3.11/site-packages/theirs.py"


class Place:
    """Trees of a repository on one worker."""

    def __init__(self, folder: Path) -> None:
        upstream = Upstream.make(folder / "github", {"pyproject.toml": "", "app.py": "x = 1\n"})
        self.workspace = GitWorkspace(folder / "home", MemoryStorage(), RemoteAccess())
        self.repository = upstream.repository()
        self.base = Base("main", self.workspace.refresh(self.repository))

    def tree(self, name: str) -> Tree:
        return self.workspace.open_tree(self.repository, self.base, name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def sandbox() -> BubblewrapSandbox:
    return BubblewrapSandbox()


def test_a_project_with_its_own_environment_pays_nothing_for_ours(place, sandbox):
    runner = Runner(sandbox, Commands(setup=VENV), 60.0)
    code = "import sys, importlib.util as i, theirs; print(sys.prefix, i.find_spec('airflow'))"
    ran = runner.run(place.tree("head"), f'python -c "{code}"; echo $VIRTUAL_ENV')
    assert (ran.stdout, ran.exit_code) == ("/work/.venv None\n/work/.venv\n", 0), ran.output


def test_the_builders_commands_find_the_projects_own_programs_first(place, sandbox):
    tree = place.tree("build")
    Runner(sandbox, Commands(setup=VENV), 60.0).prepare(tree)
    backend = TreeBackend(sandbox, tree.path)
    said = backend.run_command("", "command -v python; exit 3", timeout=20, max_output_bytes=1000)
    assert (said.stdout, said.exit_code) == ("/work/.venv/bin/python\n", 3)


def test_an_environment_that_a_change_brings_along_is_not_used(place, sandbox):
    tree = place.tree("head")
    (tree.path / ".venv/bin").mkdir(parents=True)
    (tree.path / ".venv/bin/python").write_text("#!/bin/sh\necho all is well\n")
    (tree.path / ".venv/bin/python").chmod(0o755)
    ran = Runner(sandbox, Commands(), 60.0).run(tree, "python -c 'print(1 / 0)'")
    assert ran.exit_code == 1
    replaced = Runner(sandbox, Commands(setup=VENV), 60.0).run(tree, "python -c 'print(1 / 0)'")
    assert replaced.exit_code == 1
    assert "ZeroDivisionError" in replaced.stderr


def test_setup_is_brought_once_per_checkout_and_again_after_a_rollback(place, sandbox):
    runner = Runner(sandbox, Commands(setup="mkdir -p node_modules && date +%N > node_modules/n"), 60.0)
    tree = place.tree("build")
    runner.prepare(tree)
    (tree.path / "node_modules/n").unlink()
    assert runner.run(tree, "cat node_modules/n").exit_code == 1
    place.workspace.rollback(tree, place.base.sha)
    assert runner.run(tree, "cat node_modules/n").exit_code == 0


def test_a_setup_that_fails_is_what_comes_back_and_is_not_run_again_in_that_tree(place, sandbox):
    runner = Runner(sandbox, Commands(setup="echo broken >&2; exit 3"), 60.0)
    tree = place.tree("head")
    ran = runner.run(tree, "echo never")
    assert (ran.exit_code, ran.stdout) == (3, "")
    assert ran.stderr == "broken\n\nthe setup command failed\n"
    assert runner.run(tree, "echo never") == ran


def test_a_version_that_only_git_knows_is_named_with_its_fix(place, sandbox):
    said = "LookupError: setuptools-scm was unable to detect version for /work"
    runner = Runner(sandbox, Commands(setup=f"echo '{said}' >&2; exit 1"), 60.0)
    assert "SETUPTOOLS_SCM_PRETEND_VERSION: 1.0.0" in runner.prepare(place.tree("head")).stderr


@pytest.mark.parametrize(("hosts", "answer"), [(("registry.example",), "not among"), ((), "private address")])
def test_setup_reaches_hosts_through_the_proxy_alone_and_other_commands_nothing(
    place, sandbox, hosts, answer
):
    asks = r"GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\n\r\n"
    probe = "echo $http_proxy > node_modules/way; tail -n +3 /proc/net/dev | wc -l > node_modules/nets"
    metadata = (
        f"exec 3<>/dev/tcp/127.0.0.1/${{http_proxy##*:}}; printf '{asks}' >&3; cat <&3 > node_modules/said"
    )
    commands = Commands(setup=f"mkdir -p node_modules; {probe}; {metadata}")
    runner = Runner(sandbox, commands, 60.0, network=True, hosts=hosts)
    ran = runner.run(place.tree("head"), "cd node_modules; cat way nets; echo [$http_proxy]; cat said")
    way, nets, later, refused, *said = ran.stdout.splitlines()
    assert way.startswith("http://127.0.0.1:")
    assert (nets, later, refused) == ("1", "[]", "HTTP/1.1 403 Forbidden")
    assert answer in said[-1]


def test_without_a_sandbox_setup_runs_in_each_tree_and_hosts_cannot_be_kept(place):
    runner = Runner(UnconfinedSandbox(), Commands(setup="mkdir -p .venv/bin; pwd > made"), 60.0)
    tree = place.tree("head")
    assert runner.run(tree, "cat made; echo $PATH").stdout.startswith(f"{tree.path}\n{tree.path}/.venv/bin:")
    limited = Runner(UnconfinedSandbox(), Commands(setup="true"), 60.0, network=True, hosts=("a.example",))
    assert "needs a sandbox" in limited.prepare(place.tree("other")).stderr


def test_what_a_command_says_is_in_the_log_while_it_runs(place, sandbox, caplog):
    with caplog.at_level(logging.INFO):
        Runner(sandbox, Commands(), 60.0).run(place.tree("head"), "echo seen; seq 100000")
    lines = [record.getMessage() for record in caplog.records if "sandbox.streaming" in record.name]
    assert lines[0] == "| seen"
    assert "more output follows" in lines[-1]
    assert sum(map(len, lines)) < 80_000


def test_a_night_order_names_network_and_hosts(sandbox):
    order = replace(ORDER, setup_network=True, setup_hosts=("pypi.org",))
    runner = Runner.of(sandbox, Commands(), order)
    assert (runner.network, runner.hosts, runner.seconds) == (True, ("pypi.org",), 900.0)


def test_a_sandbox_elsewhere_is_told_the_hosts(place, sandbox):
    class Elsewhere:
        def __init__(self, hosts: tuple[str, ...] | None = None) -> None:
            self.hosts = hosts

        def reaching(self, hosts):
            return Elsewhere(tuple(hosts))

        def self_test(self):
            sandbox.self_test()

        def run(self, tree, command, **how):
            given = {**how["environment"], "REACHES": str(self.hosts)}
            return sandbox.run(tree, command, **{**how, "environment": given})

    commands = Commands(setup="mkdir node_modules; echo $REACHES > node_modules/told")
    runner = Runner(Elsewhere(), commands, 60.0, network=True, hosts=("pypi.org",))
    ran = runner.run(place.tree("head"), "cat node_modules/told; echo $REACHES")
    assert ran.stdout == "('pypi.org',)\nNone\n"
