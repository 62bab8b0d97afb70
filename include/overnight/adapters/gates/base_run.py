"""What lint and tests say of the base commit: recorded once per night, read by the gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...domain.orders import Commands
from ...ports import Case, Ran, Sandbox, Tree
from .junit import SuiteRun, TestStatus, run_suite
from .messages import Message, read_messages
from .running import Runner


@dataclass(frozen=True, slots=True)
class LintRun:
    """A run of the lint command on the base."""

    exit_code: int
    messages: tuple[Message, ...]


def record_base(
    sandbox: Sandbox, tree: Tree, commands: Commands, seconds: float = 900.0, *, network: bool = False
) -> dict[str, Any]:
    """Build, lint and test a base tree; return a JSON document for `Case.base_results`.

    Keys: `sha`, and per command that exists `build` {exit_code}, `lint` {exit_code, messages} and
    `test` {exit_code, timed_out, seconds, tests}. The gates ignore a document of another sha.
    """
    runner = Runner(sandbox, commands, seconds, network)
    recorded: dict[str, Any] = {"sha": tree.base.sha}
    if commands.build:
        recorded["build"] = {"exit_code": runner.run(tree, commands.build).exit_code}
    if commands.lint:
        lint = _lint(runner, tree)
        messages = [[message.path, message.line, message.text] for message in lint.messages]
        recorded["lint"] = {"exit_code": lint.exit_code, "messages": messages}
    if commands.test:
        suite = run_suite(runner, tree, commands.test)
        recorded["test"] = {
            "exit_code": suite.ran.exit_code,
            "timed_out": suite.ran.timed_out,
            "seconds": round(suite.ran.seconds, 3),
            "tests": {test: status.value for test, status in suite.tests.items()},
        }
    return recorded


def lint_run_of(case: Case, runner: Runner) -> LintRun:
    """Return the base's lint run: the recorded one, else a fresh one."""
    known = _recorded(case, "lint")
    if known is None:
        return _lint(runner, case.base)
    messages = tuple(Message(path, line, text) for path, line, text in known["messages"])
    return LintRun(known["exit_code"], messages)


def suite_run_of(case: Case, runner: Runner) -> SuiteRun:
    """Return the base's test run: the recorded one, else a fresh one."""
    known = _recorded(case, "test")
    if known is None:
        return run_suite(runner, case.base, case.commands.test)
    ran = Ran(known["exit_code"], "", "", known["timed_out"], known["seconds"])
    return SuiteRun(ran, {test: TestStatus(status) for test, status in known["tests"].items()})


def _recorded(case: Case, step: str) -> Mapping[str, Any] | None:
    fits = case.base_results.get("sha") == case.base.base.sha
    return case.base_results.get(step) if fits else None


def _lint(runner: Runner, tree: Tree) -> LintRun:
    ran = runner.run(tree, runner.commands.lint)
    return LintRun(ran.exit_code, tuple(read_messages(ran.output)))
