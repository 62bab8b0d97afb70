"""Gate test: the suite passes, and no test newly fails, vanishes, is skipped or weakened against the base."""

from __future__ import annotations

from functools import partial

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox
from ..git import read_committed
from .base_run import suite_run_of
from .comparison import broken, no_longer_run, no_longer_there
from .diffs import FileDiff, parse_diff
from .junit import SuiteRun, TestStatus, run_suite, speaks_junit
from .running import Runner, ending, evidence, runner_of
from .weakening import deleted_tests, weakened_tests

_SHOWN = 100
_FLAKY_AT_MOST = 5
_NONE_COLLECTED = 5
_OUR_WAY = "set tests_optional: true in .overnight.yml if this repository is meant to have none"


class TestGate:
    """Runs the test command on change and base."""

    name: GateName = GateName.TEST

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing is worse than on the base; no test command fails unless tests are optional."""
        command = case.commands.test
        if not command:
            if case.commands.tests_optional:
                return GateResult(
                    self.name, GateStatus.NOT_APPLICABLE, "no test command, and tests are optional"
                )
            return GateResult(
                self.name, GateStatus.FAIL, f"no test command was found: {_OUR_WAY}", hint="add tests"
            )
        runner = runner_of(case, self._sandbox)
        head = run_suite(runner, case.head, command)
        if head.ran.timed_out:
            return self._result(head, f"the suite {ending(head.ran, runner.seconds)}")
        if not head.tests:
            return self._without_single_tests(case, head)
        return self._against_base(case, runner, head)

    def _without_single_tests(self, case: Case, head: SuiteRun) -> GateResult:
        files = parse_diff(case.diff)
        findings = deleted_tests(files) + _weakened(case, files)
        if speaks_junit(case.commands.test):
            if head.ran.exit_code == _NONE_COLLECTED and case.commands.tests_optional:
                return GateResult(
                    self.name, GateStatus.NOT_APPLICABLE, "no test exists, and tests are optional"
                )
            none = head.ran.exit_code == _NONE_COLLECTED
            how = (
                f"no test was collected: {_OUR_WAY}" if none else "pytest left no report: it was ended early"
            )
            return self._result(head, f"{how} (exit code {head.ran.exit_code})", findings)
        if head.ran.exit_code != 0:
            return self._result(head, f"the suite {ending(head.ran, 0)} and tells no single tests", findings)
        if findings:
            return self._result(head, _counted(findings), findings)
        return self._passed(head, "the suite passes; its command tells no single tests")

    def _against_base(self, case: Case, runner: Runner, head: SuiteRun) -> GateResult:
        base = suite_run_of(case, runner)
        files = parse_diff(case.diff)
        renamed = {file.old_path: file.path for file in files if file.old_path}
        failing = broken(base, head)
        flaky = self._flaky(case, runner, base, failing)
        findings = [
            *(Finding("newly_failing", f"{test} fails") for test in sorted(failing - flaky)),
            *(Finding("vanished", f"{test} is gone") for test in no_longer_there(base, head, renamed)),
            *(Finding("newly_skipped", f"{test} is skipped") for test in no_longer_run(base, head)),
            *deleted_tests(files),
            *_weakened(case, files),
        ]
        if findings:
            return self._result(head, _counted(findings), findings)
        known = head.having(TestStatus.FAILED) - flaky
        unexplained = head.ran.exit_code not in (0, 1) or (head.ran.exit_code and not known and not flaky)
        if unexplained and head.ran.exit_code != base.ran.exit_code:
            return self._result(head, f"the suite {ending(head.ran, 0)} although no test newly fails")
        return self._passed(head, _told(len(head.tests), len(known), sorted(flaky)))

    def _flaky(self, case: Case, runner: Runner, base: SuiteRun, failing: frozenset[str]) -> frozenset[str]:
        """Return the few failures that pass in a second run; only tests the base knows get one."""
        if not failing or len(failing) > _FLAKY_AT_MOST or not failing <= base.tests.keys():
            return frozenset()
        again = run_suite(runner, case.head, case.commands.test)
        return failing & again.having(TestStatus.PASSED)

    def _passed(self, head: SuiteRun, reason: str) -> GateResult:
        return GateResult(self.name, GateStatus.PASS, reason, (), head.ran.seconds, evidence(head.ran))

    def _result(self, head: SuiteRun, reason: str, findings: list[Finding] | None = None) -> GateResult:
        return GateResult(
            gate=self.name,
            status=GateStatus.FAIL,
            reason=reason,
            findings=tuple((findings or [])[:_SHOWN]),
            seconds=head.ran.seconds,
            evidence=evidence(head.ran),
            hint="make the suite pass without removing, skipping or weakening tests",
        )


def _weakened(case: Case, files: list[FileDiff]) -> list[Finding]:
    before = partial(read_committed, case.head, case.change.base.sha)
    return weakened_tests(files, before, partial(read_committed, case.head, case.change.head_sha))


def _counted(findings: list[Finding]) -> str:
    kinds = [finding.rule for finding in findings]
    return ", ".join(f"{kinds.count(kind)} {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))


def _told(tests: int, known: int, flaky: list[str]) -> str:
    reason = f"{tests} tests ran, nothing is worse than on the base"
    if known:
        reason += f"; {known} fail there as well"
    return f"{reason}; flaky, passed when run again: {', '.join(flaky)}" if flaky else reason
