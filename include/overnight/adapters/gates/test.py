"""Gate test: the suite passes, and no test newly fails, vanishes, is skipped or weakened against the base."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from ...domain.gates import Finding, GateName, GateResult, GateStatus
from ...ports import Case, Sandbox, Stage
from ..git import read_committed
from .base_run import suite_document, suite_run_of
from .diffs import FileDiff, parse_diff
from .running import Runner, ending, evidence, runner_of
from .suite.canary import forged, modules_of
from .suite.comparison import broken, no_longer_run, no_longer_there
from .suite.regression import Regression, is_bug, regression_of
from .suite.results import SuiteRun, TestStatus
from .suite.suites import explained, none_collected, run_suite, says_failed
from .suite.unrun import told_otherwise
from .tampering.harness import settings_changed, tampering
from .tampering.replacements import replaced_subjects
from .tampering.weakening import deleted_tests, weakened_tests

_SHOWN_OF_A_KIND = 30
_FLAKY_AT_MOST = 5
_OUR_WAY = "set tests_optional: true in .overnight.yml if this repository is meant to have none"
_SETUP = "name what the tests need as `setup` in .overnight.yml; if that takes the network, set setup_network"
_IMPORT = re.compile(
    r"(?:ModuleNotFoundError|ImportError): .+|Cannot find (?:module|package) .+|cannot find package .+"
)
_HINT = "make the suite pass without removing, skipping or weakening tests"


class TestGate:
    """Runs the test command on change and base."""

    __test__ = False
    name: GateName = GateName.TEST

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def judge(self, case: Case) -> GateResult:
        """Pass when nothing is worse than on the base; no test command fails unless tests are optional."""
        if not case.commands.test:
            return _without_command(case.commands.tests_optional)
        runner = runner_of(case, self._sandbox)
        head = run_suite(runner, case.head, case.commands.test)
        if head.ran.timed_out:
            return _failed(head, f"the suite {ending(head.ran, runner.seconds)}")
        trial = _Trial(case, runner, head)
        result = trial.against_base() if head.tests else trial.without_single_tests()
        return result if result.failed else trial.trusted(result)


@dataclass
class _Trial:
    """The judgement of one run of the change's suite."""

    case: Case
    runner: Runner
    head: SuiteRun

    @cached_property
    def files(self) -> list[FileDiff]:
        return parse_diff(self.case.diff)

    @cached_property
    def base(self) -> SuiteRun:
        return suite_run_of(self.case, self.runner)

    def against_base(self) -> GateResult:
        """Judge test by test."""
        failing = broken(self.base, self.head)
        flaky = self._flaky(failing)
        renamed = {file.old_path: file.path for file in self.files if file.old_path}
        gone = no_longer_there(self.base, self.head, renamed)
        findings = [
            *(Finding("newly_failing", f"{test} fails") for test in sorted(failing - flaky)),
            *(Finding("vanished", f"{test} is gone") for test in gone),
            *(Finding("newly_skipped", f"{test} is skipped") for test in no_longer_run(self.base, self.head)),
            *self._in_the_diff(fewer=bool(gone)),
        ]
        if findings:
            return _failed(self.head, _counted(findings), findings)
        known = self.head.having(TestStatus.FAILED) - flaky
        if why := self._contradiction(known, flaky):
            return _failed(self.head, why)
        if why := "" if flaky else self._none_passed():
            return _failed(self.head, why, hint=_SETUP)
        self._record(flaky)
        return self._passed(_told(len(self.head.tests), len(known), sorted(flaky)))

    def without_single_tests(self) -> GateResult:
        """Judge by the exit code and the diff alone."""
        run = self.head
        findings = self._in_the_diff(fewer=True)
        if none_collected(run):
            if self.case.commands.tests_optional:
                return _not_applicable("no test exists, and tests are optional")
            return _failed(
                run, f"no test was collected: {_OUR_WAY} (exit code {run.ran.exit_code})", findings
            )
        if run.runner:
            how = f"{run.runner} left no report: it was ended early (exit code {run.ran.exit_code})"
            return _failed(run, how, findings)
        if run.ran.exit_code != 0:
            return _failed(run, f"the suite {ending(run.ran, 0)} and tells no single tests", findings)
        if why := told_otherwise(self.case.commands.test, run.ran.output):
            return _failed(run, f"the suite ended with exit code 0, but {why}", findings)
        if findings:
            return _failed(run, _counted(findings), findings)
        self._record(frozenset())
        return self._passed("the suite passes; its command tells no single tests")

    def trusted(self, result: GateResult) -> GateResult:
        """Return a good result, unless the clean room finds that the change's own code falsifies results."""
        modules = modules_of(self.case.change.files)
        if self.case.stage is not Stage.JUDGE or not modules:
            return result
        why = forged(self.runner, self.case.head, self.case.commands.test, modules)
        return _failed(self.head, f"the suite's results cannot be trusted: {why}") if why else result

    def _record(self, flaky: frozenset[str]) -> None:
        """Write the run down as the base run of whoever builds on this change."""
        calm = {
            test: TestStatus.PASSED if test in flaky else status for test, status in self.head.tests.items()
        }
        known = flaky | self.base.flaky & self.head.tests.keys() if self.head.tests else flaky
        self.case.log.recorded["test"] = suite_document(replace(self.head, tests=calm, flaky=known))

    def _in_the_diff(self, *, fewer: bool) -> list[Finding]:
        """Return what the change does to the tests, whatever the run says.

        :param fewer: whether tests are gone, or nobody can tell: then the settings' changes count.
        """
        case = self.case
        before = partial(read_committed, case.head, case.change.base.sha)
        after = partial(read_committed, case.head, case.change.head_sha)
        findings = deleted_tests(self.files) + weakened_tests(self.files, before, after)
        findings += tampering(self.files, before, after)
        findings += replaced_subjects(case, self.files, before, after)
        if fewer:
            changed = settings_changed(self.files, before, after)
            text = "decides which tests run, and fewer of them can be seen"
            findings += [Finding("narrowed", text, path) for path in changed]
        return findings

    def _contradiction(self, known: Iterable[str], flaky: Iterable[str]) -> str:
        """Return how exit code and report contradict each other, "" when they do not, or on the base too."""
        code, base = self.head.ran.exit_code, self.base
        same = code == base.ran.exit_code
        if not known and not flaky and says_failed(self.head):
            return "the runner counts failures and its report has none: something rewrote it"
        if code == 0 and known and not (same and base.having(TestStatus.FAILED)):
            return "the suite ended with exit code 0 although tests fail: something hides them"
        unexplained = code != 0 and (not (known or flaky) or not explained(self.head))
        if unexplained and not same:
            return f"the suite {ending(self.head.ran, 0)} although no test newly fails"
        return ""

    def _none_passed(self) -> str:
        """Say why a run without a single passing test proves nothing, "" when one passed or none need to."""
        if self.head.having(TestStatus.PASSED) or self.case.commands.tests_optional:
            return ""
        found = _IMPORT.search(self.head.ran.output)
        failed = len(self.head.having(TestStatus.FAILED))
        counted = f"of {len(self.head.tests)} tests {failed} fail and the others are skipped, as on the base"
        return f"no test could run here: {found[0].strip() if found else counted}"

    def _flaky(self, failing: frozenset[str]) -> frozenset[str]:
        """Return the few failures that pass in a second run; only tests the base knows get one."""
        if not failing or len(failing) > _FLAKY_AT_MOST or not failing <= self.base.tests.keys():
            return frozenset()
        again = run_suite(self.runner, self.case.head, self.case.commands.test)
        flaky = failing & again.having(TestStatus.PASSED)
        if failing - flaky and failing - flaky <= self.base.flaky:  # known to be flaky: one more chance
            third = run_suite(self.runner, self.case.head, self.case.commands.test)
            flaky |= failing & third.having(TestStatus.PASSED)
        return flaky

    def _passed(self, reason: str) -> GateResult:
        """Pass, unless a bug fix must bring its test and does not."""
        if not is_bug(self.case.issue):
            return GateResult(
                GateName.TEST, GateStatus.PASS, reason, (), self.head.ran.seconds, evidence(self.head.ran)
            )
        proof = regression_of(self.case, self.runner, self.head, self.base, self.files)
        return self._bug_fixed(reason, proof)

    def _bug_fixed(self, reason: str, proof: Regression) -> GateResult:
        told = proof.told()
        if self.case.order.gates.require_regression_test and not proof.proved:
            why = "the settings require a test that fails before a bug fix and passes after it"
            return _failed(self.head, f"{told}; {why}", [Finding("no_regression_test", told)])
        status, ran = GateStatus.PASS, self.head.ran
        return GateResult(GateName.TEST, status, f"{reason}; {told}", (), ran.seconds, evidence(ran))


def _without_command(optional: bool) -> GateResult:
    if optional:
        return _not_applicable("no test command, and tests are optional")
    reason = f"no test command was found: {_OUR_WAY}"
    return GateResult(GateName.TEST, GateStatus.FAIL, reason, hint="add tests")


def _not_applicable(reason: str) -> GateResult:
    return GateResult(GateName.TEST, GateStatus.NOT_APPLICABLE, reason)


def _failed(head: SuiteRun, reason: str, findings: Sequence[Finding] = (), hint: str = _HINT) -> GateResult:
    return GateResult(
        gate=GateName.TEST,
        status=GateStatus.FAIL,
        reason=reason,
        findings=tuple(_shown(findings)),
        seconds=head.ran.seconds,
        evidence=evidence(head.ran),
        hint=hint,
    )


def _shown(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the first of each kind: a hundred vanished tests must not hide the setting that hid them."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.rule] += 1
        if seen[finding.rule] <= _SHOWN_OF_A_KIND:
            yield finding


def _counted(findings: Sequence[Finding]) -> str:
    kinds = [finding.rule for finding in findings]
    return ", ".join(f"{kinds.count(kind)} {kind.replace('_', ' ')}" for kind in dict.fromkeys(kinds))


def _told(tests: int, known: int, flaky: list[str]) -> str:
    reason = f"{tests} tests ran, nothing is worse than on the base"
    if known:
        reason += f"; {known} fail there as well"
    return f"{reason}; flaky, passed when run again: {', '.join(flaky)}" if flaky else reason
