from __future__ import annotations

from include.overnight.adapters.gates.build import BuildGate
from include.overnight.adapters.git.trees import check_out, empty
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.orders import Commands

BEFORE, AFTER = {"a.txt": "1"}, {"a.txt": "2"}


def test_a_build_that_succeeds_passes_and_keeps_its_output(bench, sandbox):
    case = bench.case(
        BEFORE, AFTER, Commands(build="cat a.txt; echo $GREETING", environment=(("GREETING", "hi"),))
    )
    result = BuildGate(sandbox).judge(case)
    assert (result.status, result.evidence) == (GateStatus.PASS, "2hi\n")


def test_a_build_that_fails_says_how_and_what_would_help(bench, sandbox):
    case = bench.case(BEFORE, AFTER, Commands(build="echo broken >&2; exit 3"))
    result = BuildGate(sandbox).judge(case)
    assert result.status is GateStatus.FAIL
    assert result.reason == "the build ended with exit code 3"
    assert "broken" in result.evidence
    assert "exit 3" in result.hint


def test_a_missing_tool_is_a_failure(bench, sandbox):
    result = BuildGate(sandbox).judge(bench.case(BEFORE, AFTER, Commands(build="no-such-tool")))
    assert result.failed
    assert "not installed" in result.reason


def test_a_build_that_does_not_end_is_a_failure(bench, sandbox):
    result = BuildGate(sandbox).judge(bench.case(BEFORE, AFTER, Commands(build="sleep 60"), seconds=0.5))
    assert result.reason == "the build timed out after 0.5 seconds"


def test_without_a_build_command_the_gate_does_not_apply(bench, sandbox):
    assert BuildGate(sandbox).judge(bench.case(BEFORE, AFTER)).status is GateStatus.NOT_APPLICABLE


def test_setup_runs_once_per_tree_and_its_failure_fails_the_build(bench, sandbox):
    case = bench.case(BEFORE, AFTER, Commands(setup="echo once >> setup.log", build="cat setup.log"))
    for _ in range(2):
        assert BuildGate(sandbox).judge(case).evidence == "once\n"
    empty(case.head.path)
    check_out(case.head, case.change.head_sha)
    assert BuildGate(sandbox).judge(case).evidence == "once\n"
    case = another_case(bench, Commands(setup="echo no network >&2; exit 7", build="true"))
    result = BuildGate(sandbox).judge(case)
    assert result.failed
    assert "the setup command failed" in result.evidence


def another_case(bench, commands):
    return type(bench)(bench.folder / "again").case(BEFORE, AFTER, commands)


def test_evidence_is_the_end_of_the_output_and_at_most_8_kib(bench, sandbox):
    command = "for i in $(seq 9000); do echo üüü$i; done; exit 1"
    result = BuildGate(sandbox).judge(bench.case(BEFORE, AFTER, Commands(build=command)))
    assert len(result.evidence.encode()) <= 8192
    assert result.evidence.endswith("üüü9000\n")


def test_a_build_without_its_program_does_not_pass_by_its_exit_code(bench, sandbox):
    result = BuildGate(sandbox).judge(bench.case(BEFORE, AFTER, Commands(build="no-such-tool || true")))
    assert result.failed
    assert "no-such-tool" in result.reason


def test_a_build_with_nothing_to_do_passes_unless_the_change_sees_to_it(bench, sandbox):
    before = {"Makefile": "build:\n\ttrue\n"}
    commands = Commands(build="make build")
    honest = bench.case({**before, "build/a.txt": "1"}, {"build/b.txt": "2"}, commands)
    assert BuildGate(sandbox).judge(honest).status is GateStatus.PASS
    planted = type(bench)(bench.folder / "b").case(before, {"build/b.txt": "2"}, commands)
    assert "since the change adds 'build'" in BuildGate(sandbox).judge(planted).reason
