from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from include.overnight.adapters.gates.test import TestGate
from include.overnight.adapters.sandbox import UnconfinedSandbox
from include.overnight.domain.gates import GateResult, GateStatus
from include.overnight.domain.orders import Commands

UNITTEST = Commands(test="python -m unittest discover -s tests")
CASES = """\
import unittest


class BoxTest(unittest.TestCase):
    def test_big(self):
        self.assertEqual(int("2"), 2)

    def test_red(self):
        self.assertEqual(int("3"), 3)
"""
NODE = Commands(test="npm test")
PACKAGE = '{"name": "box", "scripts": {"test": "node --test"}}'
SCRIPT = """\
const test = require("node:test");
const assert = require("node:assert");
test("big", () => assert.equal(Number("2"), 2));
test("red", async (t) => {
  await t.test("inner", () => assert.equal(Number("3"), 3));
});
"""
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here")


def told(result: GateResult) -> list[tuple[str, str]]:
    return [(finding.rule, finding.message) for finding in result.findings]


def test_unittest_tells_its_tests_one_by_one(bench, sandbox):
    after = CASES.replace("def test_red", "@unittest.skip('x')\n    def test_red").replace(
        '"2"), 2', '"2"), 9'
    )
    case = bench.case({"tests/test_box.py": CASES}, {"tests/test_box.py": after}, UNITTEST)
    assert told(TestGate(sandbox).judge(case)) == [
        ("newly_failing", "test_box.BoxTest.test_big fails"),
        ("newly_skipped", "test_box.BoxTest.test_red is skipped"),
    ]


def test_unittest_is_told_without_confinement_as_well(bench):
    case = bench.case({"tests/test_box.py": CASES}, {"a": "1"}, UNITTEST)
    assert TestGate(UnconfinedSandbox()).judge(case).reason.startswith("2 tests ran")


def test_a_unittest_run_without_any_test_is_no_success(bench, sandbox):
    case = bench.case({"tests/__init__.py": ""}, {"a": "1"}, UNITTEST)
    assert "no test was collected" in TestGate(sandbox).judge(case).reason


def test_a_unittest_that_ends_the_process_leaves_no_report(bench, sandbox):
    after = CASES.replace('self.assertEqual(int("2"), 2)', "import posix; posix._exit(0)")
    case = bench.case({"tests/test_box.py": CASES}, {"tests/test_box.py": after}, UNITTEST)
    result = TestGate(sandbox).judge(case)
    assert "unittest left no report: it was ended early (exit code 0)" in result.reason


@needs_node
def test_node_tells_its_tests_through_npm(bench, sandbox):
    before = {"package.json": PACKAGE, "test/box.js": SCRIPT, "test/gone.js": SCRIPT}
    broken = SCRIPT.replace('Number("3"), 3', 'Number("3"), 4').replace('test("big"', 'test.skip("big"')
    case = bench.case(before, {"test/box.js": broken, "test/gone.js": None}, NODE)
    findings = told(TestGate(sandbox).judge(case))
    assert findings == [
        ("newly_failing", "test/box.js::red fails"),
        ("newly_failing", "test/box.js::red > inner fails"),
        ("vanished", "test/gone.js::big is gone"),
        ("vanished", "test/gone.js::red is gone"),
        ("vanished", "test/gone.js::red > inner is gone"),
        ("newly_skipped", "test/box.js::big is skipped"),
        ("deleted", "this test file is deleted"),
        ("newly_skipped", "sets tests aside that ran before"),
    ]


@needs_node
def test_a_narrowed_npm_script_is_found(bench, sandbox):
    before = {"package.json": PACKAGE, "test/box.js": SCRIPT, "test/more.js": SCRIPT}
    narrow = PACKAGE.replace("--test", "--test test/box.js")
    result = TestGate(sandbox).judge(bench.case(before, {"package.json": narrow}, NODE))
    assert {rule for rule, _ in told(result)} == {"vanished", "narrowed"}
    silent = PACKAGE.replace("node --test", "true")
    result = TestGate(sandbox).judge(
        type(bench)(bench.folder / "b").case(before, {"package.json": silent}, NODE)
    )
    assert told(result) == [("narrowed", "decides which tests run, and fewer of them can be seen")]


def test_a_runner_that_hides_its_failures_behind_exit_code_zero_fails(bench, sandbox):
    hidden = "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
    failing = "def test_a():\n    assert int('1') == 2\n"
    commands = Commands(test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),))
    case = bench.case({"tests/test_a.py": failing}, {"conftest.py": hidden}, commands)
    result = TestGate(sandbox).judge(case)
    assert {rule for rule, _ in told(result)} == {"test_harness"}
    only = replace(case, diff="")
    assert "although tests fail: something hides them" in TestGate(sandbox).judge(only).reason


FORGER = """
import atexit, os, sys

def forge():
    path = next(word for word in sys.argv if word.startswith("--jun")).partition("=")[2]
    with open(path, "w") as file:
        file.write("<testsuites><testcase classname='tests.test_a' name='test_a'/></testsuites>")
    os._exit(0)

atexit.register(forge)
"""


def test_a_report_rewritten_after_the_run_contradicts_the_runners_last_line(bench, sandbox):
    commands = Commands(test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),))
    before = {
        "box.py": "SIZE = 1\n",
        "tests/test_a.py": "import box\ndef test_a():\n    assert box.SIZE == 1\n",
    }
    case = bench.case(
        before,
        {"box.py": f"{FORGER}SIZE = 2\n"},
        replace(commands, environment=(*commands.environment, ("PYTHONPATH", "."))),
    )
    result = TestGate(sandbox).judge(case)
    assert result.failed
    assert "something rewrote it" in result.reason


def test_a_test_known_to_be_flaky_on_the_base_does_not_count_as_known_to_fail(bench, sandbox):
    from include.overnight.adapters.gates import record_base

    flaky = (
        "from pathlib import Path\ndef test_flaky():\n    ran = Path('seen').exists()\n"
        "    Path('seen').touch()\n    assert ran\n"
    )
    commands = Commands(test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),))
    case = bench.case({"tests/test_f.py": flaky, ".gitignore": "seen\n"}, {"a": "1"}, commands)
    recorded = record_base(sandbox, case.base, commands)
    assert recorded["test"]["flaky"] == ["tests.test_f::test_flaky"]
    assert recorded["test"]["tests"] == {"tests.test_f::test_flaky": "passed"}
    result = TestGate(sandbox).judge(replace(case, base_results=recorded))
    assert result.status is GateStatus.PASS, result
    assert "flaky" in result.reason
