"""A module that turns failures into passes in the suite's own process is found by a test that must fail."""

from dataclasses import replace

import pytest

from include.overnight.adapters.gates.suite.canary import modules_of
from include.overnight.adapters.gates.test import TestGate
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.orders import Commands
from include.overnight.ports import Stage

PYTEST = Commands(
    test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"), ("PYTHONPATH", "."))
)
UNITTEST = Commands(test="python -m unittest -q")
SWALLOWS = """
import unittest

unittest.TestCase.assertEqual = lambda *values: None
"""
PATCHES = """
import sys

runner = sys.modules.get("_pytest.runner")
if runner:
    honest = runner.CallInfo.from_call.__func__

    def from_call(cls, func, when, reraise=None):
        call = honest(cls, func, when, reraise)
        call.excinfo = None
        return call

    runner.CallInfo.from_call = classmethod(from_call)
"""
LEAVES = "import os, sys\nif any('unittest' in word for word in sys.argv):\n    os._exit(0)\n"
OF_PYTEST = "import box\n\ndef test_size():\n    assert box.size(2, 3) == 6\n"
OF_UNITTEST = (
    "import unittest\nimport box\n\nclass BoxTest(unittest.TestCase):\n"
    "    def test_size(self):\n        self.assertEqual(box.size(2, 3), 6)\n"
)
RIGHT, WRONG = "def size(a, b):\n    return a * b\n", "def size(a, b):\n    return 0\n"


def case(bench, commands, head, test):
    return bench.case({"box.py": RIGHT, "test_box.py": test}, {"box.py": head}, commands)


@pytest.mark.parametrize(
    ("commands", "test", "forgery"),
    [(PYTEST, OF_PYTEST, PATCHES), (UNITTEST, OF_UNITTEST, SWALLOWS)],
    ids=["pytest", "unittest"],
)
def test_a_module_that_turns_failures_into_passes_fails_the_gate(bench, sandbox, commands, test, forgery):
    hostile = case(bench, commands, forgery + WRONG, test)
    result = TestGate(sandbox).judge(hostile)
    assert result.failed
    assert "cannot be trusted: a test of ours that must fail was told as passed" in result.reason
    inner = TestGate(sandbox).judge(replace(hostile, stage=Stage.BUILD))
    assert "cannot be trusted" not in inner.reason


def test_a_module_that_ends_the_process_with_success_fails_the_gate(bench, sandbox):
    result = TestGate(sandbox).judge(case(bench, UNITTEST, LEAVES + WRONG, OF_UNITTEST))
    assert result.failed


@pytest.mark.parametrize(
    ("commands", "test"), [(PYTEST, OF_PYTEST), (UNITTEST, OF_UNITTEST)], ids=["pytest", "unittest"]
)
def test_an_honest_module_passes(bench, sandbox, commands, test):
    honest = case(bench, commands, f"import sys\n\n{RIGHT}\n\ndef area(a, b):\n    return size(a, b)\n", test)
    result = TestGate(sandbox).judge(honest)
    assert result.status is GateStatus.PASS, result


def test_sources_are_imported_by_their_names_and_tests_are_not():
    paths = (
        "src/shop/cart.py",
        "shop/__init__.py",
        "tests/test_cart.py",
        "conftest.py",
        "docs/x.md",
        "a-b.py",
    )
    assert modules_of(paths) == ("shop.cart", "shop")
