"""What lint and tests say of the base commit: recorded once per night, read by the gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...domain.orders import Commands
from ...ports import Case, Ran, Sandbox, Tree
from ..git import tidy
from .messages import Message, read_messages
from .running import Runner
from .suite.results import SuiteRun, TestStatus
from .suite.suites import run_suite

_RERUN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class LintRun:
    """A run of the lint command on the base.

    :param mended: the tracked files that it rewrote.
    """

    exit_code: int
    messages: tuple[Message, ...]
    mended: tuple[str, ...] = ()


def record_base(
    sandbox: Sandbox,
    tree: Tree,
    commands: Commands,
    seconds: float = 900.0,
    *,
    network: bool = False,
    hosts: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Build, lint and test a base tree; return a JSON document for `Case.base_results`.

    Keys: `sha`, and per command that exists `build` {exit_code}, `lint` {exit_code, messages, mended} and
    `test` {exit_code, timed_out, seconds, runner, reported, tests, flaky}. The gates ignore a document of
    another sha.

    :param hosts: what setup may reach when it has the network; empty means every public host.
    """
    runner = Runner(sandbox, commands, seconds, network, hosts, clean=True)  # as the gates run
    recorded: dict[str, Any] = {"sha": tree.base.sha}
    if commands.build:
        recorded["build"] = {"exit_code": runner.run(tree, commands.build).exit_code}
    if commands.lint:
        recorded["lint"] = lint_document(_lint(runner, tree))
    if commands.test:
        recorded["test"] = suite_document(_suite(runner, tree))
    return recorded


def _suite(runner: Runner, tree: Tree) -> SuiteRun:
    """Run the base's suite; when a few tests fail a second run tells which of them are flaky."""
    first = run_suite(runner, tree, runner.commands.test)
    failed = first.having(TestStatus.FAILED)
    if not 0 < len(failed) <= _RERUN_AT_MOST or first.ran.timed_out:
        return first
    second = run_suite(runner, tree, runner.commands.test)
    flaky = failed & second.having(TestStatus.PASSED)
    calm = {test: TestStatus.PASSED if test in flaky else status for test, status in first.tests.items()}
    return replace(first, tests=calm, flaky=flaky)


def lint_document(lint: LintRun) -> dict[str, Any]:
    """Return a lint run as it is recorded."""
    rows = [[message.path, message.line, message.text] for message in lint.messages]
    return {"exit_code": lint.exit_code, "messages": rows, "mended": list(lint.mended)}


def suite_document(suite: SuiteRun) -> dict[str, Any]:
    """Return a test run as it is recorded."""
    return {
        "exit_code": suite.ran.exit_code,
        "timed_out": suite.ran.timed_out,
        "seconds": round(suite.ran.seconds, 3),
        "runner": suite.runner,
        "reported": suite.reported,
        "tests": {test: status.value for test, status in suite.tests.items()},
        "flaky": sorted(suite.flaky),
    }


def lint_run_of(case: Case, runner: Runner) -> LintRun:
    """Return the base's lint run: the recorded one, else a fresh one."""
    known = _recorded(case, "lint")
    if known is None:
        build_base(case, runner)
        return _lint(runner, case.base)
    messages = tuple(Message(path, line, text) for path, line, text in known["messages"])
    return LintRun(known["exit_code"], messages, tuple(known.get("mended", ())))


def suite_run_of(case: Case, runner: Runner) -> SuiteRun:
    """Return the base's test run: the recorded one, else a fresh one."""
    known = _recorded(case, "test")
    if known is None:
        build_base(case, runner)
        return _suite(runner, case.base)
    ran = Ran(known["exit_code"], "", "", known["timed_out"], known["seconds"])
    return SuiteRun(
        ran,
        {test: TestStatus(status) for test, status in known["tests"].items()},
        known.get("runner", ""),
        known.get("reported", True),
        frozenset(known.get("flaky", ())),
    )


def build_base(case: Case, runner: Runner) -> None:
    """Build the base's tree, once: its tests and its linter may need what a build makes."""
    mark = case.base.git_dir / "overnight-built"
    if case.commands.build and not mark.exists():
        runner.run(case.base, case.commands.build)
        mark.touch()


def _recorded(case: Case, step: str) -> Mapping[str, Any] | None:
    fits = case.base_results.get("sha") == case.base.base.sha
    return case.base_results.get(step) if fits else None


def _lint(runner: Runner, tree: Tree) -> LintRun:
    ran = runner.run(tree, runner.commands.lint)
    return LintRun(ran.exit_code, tuple(read_messages(ran.output)), tidy(tree))
