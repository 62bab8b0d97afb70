from __future__ import annotations

import json
from dataclasses import replace

import pytest

from include.overnight.adapters.gates import record_base
from include.overnight.adapters.gates.build import BuildGate
from include.overnight.adapters.gates.lint import LintGate
from include.overnight.adapters.gates.test import TestGate as Gate
from include.overnight.adapters.sandbox import UnconfinedSandbox
from include.overnight.domain.gates import GateResult, GateStatus
from include.overnight.domain.orders import Commands

# Starting pytest with every plugin of this environment would take most of these tests' time.
PYTEST = Commands(test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),))
ONE = "def test_one():\n    assert 1 == 1\n"
TWO = "\n\ndef test_two():\n    assert int('2') == 2\n"
FAILING = "\n\ndef test_old():\n    assert 0\n"
SUITE = {"tests/test_x.py": ONE + TWO}


def rules(result: GateResult) -> list[str]:
    assert result.failed, result
    return sorted({finding.rule for finding in result.findings})


def test_a_suite_that_gains_a_test_passes(bench, sandbox):
    result = Gate(sandbox).judge(bench.case(SUITE, {"tests/test_y.py": ONE}, PYTEST))
    assert result.status is GateStatus.PASS, result
    assert result.reason == "3 tests ran, nothing is worse than on the base"


def test_it_works_without_confinement_as_well(bench):
    result = Gate(UnconfinedSandbox()).judge(bench.case(SUITE, {"tests/test_y.py": ONE}, PYTEST))
    assert result.reason == "3 tests ran, nothing is worse than on the base"


def test_a_failure_known_on_the_base_is_told_apart(bench, sandbox):
    before = {"tests/test_x.py": ONE + FAILING}
    result = Gate(sandbox).judge(bench.case(before, {"tests/test_y.py": ONE}, PYTEST))
    assert result.status is GateStatus.PASS
    assert "1 fail there as well" in result.reason
    case = type(bench)(bench.folder / "new").case(
        before, {"tests/test_y.py": "def test_y():\n    assert 0\n"}, PYTEST
    )
    result = Gate(sandbox).judge(case)
    assert rules(result) == ["newly_failing"]
    assert result.findings[0].message == "tests.test_y::test_y fails"


def test_a_file_that_cannot_be_collected_does_not_hide_the_others(bench, sandbox):
    case = bench.case(SUITE, {"tests/test_bad.py": "import nothing_like_this\n"}, PYTEST)
    result = Gate(sandbox).judge(case)
    assert rules(result) == ["newly_failing"]
    assert len(result.findings) == 1


def test_each_way_of_checking_less_is_found(bench, sandbox):
    tests = {
        name: f"def test_{name}():\n    assert int('{value}') == {value}\n"
        for value, name in enumerate(("kept", "removed", "skipped", "xfailed", "emptied", "made_true"))
    }
    after = tests | {
        "removed": "",
        "skipped": "import pytest\n@pytest.mark.skip\n" + tests["skipped"],
        "xfailed": "import pytest\n@pytest.mark.xfail\n" + tests["xfailed"].replace("== 3", "== 4"),
        "emptied": tests["emptied"].replace("assert int('4') == 4", "pass"),
        "made_true": tests["made_true"].replace("int('5') == 5", "True"),
    }
    before = {f"tests/test_{name}.py": text for name, text in tests.items()}
    case = bench.case(before, {f"tests/test_{name}.py": text for name, text in after.items()}, PYTEST)
    result = Gate(sandbox).judge(case)
    assert [(finding.rule, finding.message.split(" ")[0]) for finding in result.findings] == [
        ("vanished", "tests.test_removed::test_removed"),
        ("newly_skipped", "tests.test_skipped::test_skipped"),
        ("newly_skipped", "tests.test_xfailed::test_xfailed"),
        ("weakened", "test_emptied"),
        ("weakened", "test_made_true"),
    ]
    assert result.reason == "1 vanished, 2 newly skipped, 2 weakened"


def test_a_deleted_test_file_fails(bench, sandbox):
    case = bench.case(SUITE | {"tests/test_z.py": "X = 1\n"}, {"tests/test_z.py": None}, PYTEST)
    result = Gate(sandbox).judge(case)
    assert [(finding.rule, finding.path) for finding in result.findings] == [("deleted", "tests/test_z.py")]


def test_a_moved_test_file_is_the_same_suite(bench, sandbox):
    case = bench.case(SUITE, {"tests/test_x.py": None, "tests/unit/test_x.py": ONE + TWO}, PYTEST)
    assert Gate(sandbox).judge(case).status is GateStatus.PASS


def test_other_parameters_are_fine_and_fewer_are_not(bench, sandbox):
    many = "import pytest\n@pytest.mark.parametrize('x', {})\ndef test_p(x):\n    assert x\n"
    before = {"tests/test_p.py": many.format([1, 2])}
    case = bench.case(before, {"tests/test_p.py": many.format([3, 4, 5])}, PYTEST)
    assert Gate(sandbox).judge(case).status is GateStatus.PASS
    fewer = type(bench)(bench.folder / "fewer").case(before, {"tests/test_p.py": many.format([1])}, PYTEST)
    assert rules(Gate(sandbox).judge(fewer)) == ["vanished"]


def test_a_flaky_test_of_the_base_is_told_apart(bench, sandbox):
    flaky = (
        "from pathlib import Path\ndef test_flaky():\n    mark = Path('seen')\n    ran = mark.exists()\n"
        "    mark.touch()\n    assert ran or not Path('new.txt').exists()\n"
    )
    case = bench.case({"tests/test_f.py": flaky, ".gitignore": "seen\n"}, {"new.txt": "x"}, PYTEST)
    result = Gate(sandbox).judge(case)
    assert result.status is GateStatus.PASS
    assert "flaky, passed when run again: tests.test_f::test_flaky" in result.reason


def test_a_test_that_ends_the_process_with_success_does_not_pass(bench, sandbox):
    case = bench.case(SUITE, {"tests/test_a.py": "import os\ndef test_a():\n    os._exit(0)\n"}, PYTEST)
    assert "pytest left no report" in Gate(sandbox).judge(case).reason


def test_a_suite_that_swaps_files_on_disk_cannot_hide_what_it_weakened(bench, sandbox):
    back = f"import pathlib\npathlib.Path('tests/test_x.py').write_text({ONE + TWO!r})\n"
    after = {"tests/test_x.py": ONE + TWO.replace("assert int('2') == 2", "pass"), "tests/conftest.py": back}
    assert "weakened" in rules(Gate(sandbox).judge(bench.case(SUITE, after, PYTEST)))


def test_a_suite_that_does_not_end_fails(bench, sandbox):
    slow = {"tests/test_s.py": "import time\ndef test_s():\n    time.sleep(60)\n"}
    result = Gate(sandbox).judge(bench.case(SUITE, slow, PYTEST, seconds=2))
    assert result.reason == "the suite timed out after 2 seconds"


def test_no_tests_fail_with_the_setting_that_allows_it(bench, sandbox):
    case = bench.case({"a": "1"}, {"a": "2"})
    result = Gate(sandbox).judge(case)
    assert result.failed
    assert "tests_optional: true" in result.reason
    optional = replace(case, commands=Commands(tests_optional=True))
    assert Gate(sandbox).judge(optional).status is GateStatus.NOT_APPLICABLE
    none = replace(case, commands=PYTEST)
    assert "no test was collected" in Gate(sandbox).judge(none).reason
    both = replace(case, commands=replace(PYTEST, tests_optional=True))
    assert Gate(sandbox).judge(both).status is GateStatus.NOT_APPLICABLE


@pytest.mark.parametrize(("command", "status"), [("true", GateStatus.PASS), ("exit 2", GateStatus.FAIL)])
def test_a_command_without_single_tests_is_judged_by_its_exit_code(bench, sandbox, command, status):
    assert Gate(sandbox).judge(bench.case(SUITE, {"a": "1"}, Commands(test=command))).status is status


def test_a_recorded_base_is_used_and_travels_as_json(bench, sandbox):
    case = bench.case(SUITE, {"a": "1"}, replace(PYTEST, build="true"))
    recorded = json.loads(json.dumps(record_base(sandbox, case.base, case.commands)))
    assert recorded["build"] == {"exit_code": 0}
    assert recorded["test"]["tests"] == {
        "tests.test_x::test_one": "passed",
        "tests.test_x::test_two": "passed",
    }
    recorded["test"]["tests"]["tests.test_x::test_three"] = "passed"
    result = Gate(sandbox).judge(replace(case, base_results=recorded))
    assert rules(result) == ["vanished"]


def test_services_run_beside_the_tests(bench, sandbox):
    from include.overnight.adapters.overnight_file import parse_overnight_file

    file = parse_overnight_file(
        "services:\n- start: python -m http.server 8123 --bind 127.0.0.1\n"
        "  ready: python -c \"import socket; socket.create_connection(('127.0.0.1', 8123))\"\n"
    )
    test = (
        "from urllib.request import urlopen\n"
        "def test_s():\n    assert urlopen('http://127.0.0.1:8123').status == 200\n"
    )
    commands = replace(PYTEST, test=file.with_services(PYTEST.test))
    result = Gate(sandbox).judge(bench.case({"a": "1"}, {"tests/test_s.py": test}, commands))
    assert result.reason == "1 tests ran, nothing is worse than on the base", result


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("no-such-runner | cat", "exit code 127"),
        ("no-such-runner || true", "a program it needs is not installed here"),
        ("make test", "no test ran: make: 'test' is up to date: name it in .PHONY"),
        ("echo '1 failed, 2 passed in 0.1s'; true", "it says that tests fail: '1 failed"),
    ],
)
def test_exit_code_zero_alone_is_not_believed(bench, sandbox, command, told):
    case = bench.case(
        SUITE | {"Makefile": "test:\n\ttrue\n", "test/a": ""}, {"a": "1"}, Commands(test=command)
    )
    result = Gate(sandbox).judge(case)
    assert result.failed
    assert told in result.reason


def test_a_suite_that_can_run_nothing_here_proves_nothing(bench, sandbox):
    before = {"tests/test_x.py": "import no_such_module\n" + ONE}
    case = bench.case(before, {"a.py": "X = 1\n"}, PYTEST)
    known = {"exit_code": 1, "timed_out": False, "seconds": 1.0, "tests": {"::tests.test_x": "failed"}}
    case = replace(case, base_results={"sha": case.base.base.sha, "test": known})
    result = Gate(sandbox).judge(case)
    assert result.failed
    assert result.reason == ("no test could run here: ModuleNotFoundError: No module named 'no_such_module'")
    assert "setup_network" in result.hint
    optional = replace(case, commands=replace(PYTEST, tests_optional=True))
    assert Gate(sandbox).judge(optional).status is GateStatus.PASS


def test_what_a_build_made_outlives_what_it_left_behind(bench, sandbox):
    test = "from pathlib import Path\ndef test_d():\n    assert Path('dist/a').exists()\n"
    commands = replace(
        PYTEST, build="mkdir -p dist && touch dist/a stray.info && echo >> rewritten", lint="true"
    )
    case = bench.case(
        {"tests/test_d.py": test, ".gitignore": "dist/\n", "rewritten": ""}, {"a.py": "X = 1\n"}, commands
    )
    recorded = record_base(sandbox, case.base, commands)
    assert recorded["test"]["tests"] == {"tests.test_d::test_d": "passed"}
    for gate in (BuildGate, LintGate, Gate):
        result = gate(sandbox).judge(replace(case, base_results=recorded))
        assert result.status is GateStatus.PASS, result
