from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.gates import record_base
from include.overnight.adapters.gates.build import BuildGate
from include.overnight.adapters.gates.suite.regression import is_bug
from include.overnight.adapters.gates.test import TestGate
from include.overnight.adapters.git import GitWorkspace, RemoteAccess
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.issues import Issue
from include.overnight.domain.orders import Commands, GateRules
from include.overnight.ports import Case, Tree
from tests.adapters.gates.cases import Bench
from tests.adapters.git.remotes import MemoryStorage

PYTEST = Commands(test="python -m pytest -q", environment=(("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"),))
BASE = {
    "box.py": "def size(a):\n    return a + 1\n",
    "tests/test_box.py": "def test_old():\n    assert int('1') == 1\n",
    "conftest.py": "",
}
FIX = "def size(a):\n    return a\n\n\ndef half(a):\n    return a / 2\n"
TEST = "from box import size\n\n\ndef test_size():\n    assert size(2) == 2\n"
BUG = Issue(1, "Wrong size", labels=("Kind/Bug",))


def judged(bench: Bench, sandbox, after, commands=PYTEST, *, required: bool = True):
    case = bench.case(BASE, after, commands)
    order = replace(case.order, gates=GateRules(require_regression_test=required))
    return TestGate(sandbox).judge(replace(case, issue=BUG, order=order))


def test_a_bug_fix_with_a_test_that_failed_before_proves_itself(bench, sandbox):
    result = judged(bench, sandbox, {"box.py": FIX, "tests/test_size.py": TEST})
    assert result.status is GateStatus.PASS, result
    assert "1 test fails without the fix and pass with it (tests.test_size::test_size)" in result.reason


def test_a_test_that_cannot_even_be_imported_without_the_fix_proves_it(bench, sandbox):
    test = "from box import half\n\n\ndef test_half():\n    assert half(2) == 1\n"
    result = judged(bench, sandbox, {"box.py": FIX, "tests/test_half.py": test})
    assert result.status is GateStatus.PASS, result
    assert "tests.test_half::test_half" in result.reason


def test_a_bug_fix_without_such_a_test_is_told_and_fails_where_settings_say_so(bench, sandbox):
    passing = TEST.replace("size(2) == 2", "size(2) > 0")
    after = {"box.py": FIX, "tests/test_size.py": passing}
    result = judged(bench, sandbox, after)
    assert [finding.rule for finding in result.findings] == ["no_regression_test"]
    other = judged(Bench(bench.folder / "other"), sandbox, {"box.py": FIX}, required=False)
    assert other.status is GateStatus.PASS
    assert other.reason.endswith("no test of this bug fix fails without it")


def test_without_single_tests_the_exit_codes_prove_it(bench, sandbox):
    commands = Commands(test="python tests/test_size.py 2>&1 | grep -q nothing || python tests/test_size.py")
    before = TEST.replace("def test_size():\n    ", "").replace("2) == 2", "2) > 0")
    bench_case = bench.case(
        {**BASE, "tests/test_size.py": before},
        {"box.py": FIX, "tests/test_size.py": before.replace("> 0", "== 2")},
        replace(commands, environment=(("PYTHONPATH", "."),)),
    )
    result = TestGate(sandbox).judge(replace(bench_case, issue=BUG))
    assert result.status is GateStatus.PASS, result
    assert "fails without the fix" in result.reason


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        (Issue(1, "x", labels=("bug",)), True),
        (Issue(1, "x", issue_type="Bug"), True),
        (Issue(1, "x", labels=("type: regression",)), True),
        (Issue(1, "a bug"), False),
        (Issue(1, "x", labels=("debugging", "enhancement")), False),
    ],
)
def test_bugs_are_known_by_label_or_type(issue, told):
    assert is_bug(issue) is told


def test_the_base_is_built_before_a_test_fails_on_it(bench, sandbox):
    commands = replace(PYTEST, build="mkdir -p dist && cp box.py dist/box.py && touch stray.txt")
    base = {name: text for name, text in BASE.items() if name != "conftest.py"} | {
        ".gitignore": "dist/\n",
        "tests/conftest.py": "import sys\nsys.path.insert(0, 'dist')\n",
    }
    after = {"box.py": FIX, "tests/test_size.py": TEST.replace("size(2) == 2", "size(2) > 0")}
    case = bench.case(base, after, commands)
    order = replace(case.order, gates=GateRules(require_regression_test=True))
    case = replace(case, issue=BUG, order=order)
    case = replace(case, base_results=record_base(sandbox, case.base, commands))
    assert not BuildGate(sandbox).judge(case).failed
    result = TestGate(sandbox).judge(replace(case, base=bench_base(bench, case)))
    assert [finding.rule for finding in result.findings] == ["no_regression_test"], result


def bench_base(bench: Bench, case: Case) -> Tree:
    """Return the base as the judge opens it: checked out, never built."""
    workspace = GitWorkspace(bench.folder / "home", MemoryStorage(), RemoteAccess())
    return workspace.open_tree(case.repository, case.base.base, "fresh")
