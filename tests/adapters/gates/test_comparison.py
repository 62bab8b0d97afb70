from __future__ import annotations

import pytest

from include.overnight.adapters.gates.suite.comparison import no_longer_there
from include.overnight.adapters.gates.suite.results import SuiteRun, TestStatus
from include.overnight.ports import Ran


def suite(*tests: str) -> SuiteRun:
    return SuiteRun(Ran(0, "", ""), dict.fromkeys(tests, TestStatus.PASSED))


@pytest.mark.parametrize(
    ("paths", "before", "after"),
    [
        (("test/a.test.js", "test/b.test.js"), "test/a.test.js::box > big", "test/b.test.js::box > big"),
        (("tests/it.rs", "tests/box.rs"), "tests/it.rs::big", "tests/box.rs::big"),
        (("tests/test_a.py", "tests/test_b.py"), "tests.test_a.Box::big", "tests.test_b.Box::big"),
        (("tests/test_a.py", "tests/test_b.py"), "test_a.BoxTest.test_big", "test_b.BoxTest.test_big"),
        (("tests/test_a.py", "tests/x/test_a.py"), "test_a.Box.big", "x.test_a.Box.big"),
    ],
)
def test_a_moved_file_takes_its_tests_along_whatever_the_runner(paths, before, after):
    assert no_longer_there(suite(before), suite(after), dict([paths])) == []
    assert no_longer_there(suite(before), suite("other"), dict([paths])) == [before]


def test_another_file_of_the_same_name_stays_where_it_is():
    run = suite("test_a::one", "tests.test_a::one")
    moved = suite("test_a::one", "tests.test_b::one")
    assert no_longer_there(run, moved, {"tests/test_a.py": "tests/test_b.py"}) == []
