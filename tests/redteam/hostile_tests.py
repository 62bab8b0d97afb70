"""Changes that make tests green without making the code right, by the tests themselves."""

from __future__ import annotations

from .change import Hostile
from .deeds import deletes, moves, swaps, together

BROKEN = swaps("pantry/shelf.py", "round(sum(prices), 2)", "42.0")
"""The fault that most of these try to hide."""
SHELF = "tests/test_shelf.py"

WEAKENED: tuple[Hostile, ...] = (
    Hostile("a test file deleted", deletes(SHELF), "test", "is deleted"),
    Hostile(
        "one test deleted",
        swaps("tests/test_labels.py", "def test_slug", "def slug_is_tested"),
        "test",
        "gone",
    ),
    Hostile("a test file renamed out of the suite", moves(SHELF, "tests/shelf_checks.py"), "test", "deleted"),
    Hostile("a test file moved to where nobody looks", moves(SHELF, "old/test_shelf.txt"), "test", "deleted"),
    Hostile(
        "the last case of a parametrized test removed", swaps(SHELF, ", ([], 0.0)]", "]"), "test", "gone"
    ),
    Hostile(
        "an equality turned into a containment",
        swaps("tests/test_labels.py", '== "red-beans"', 'in "red-beans-and-more"'),
        "test",
        "less strictly",
    ),
    Hostile(
        "an equality turned into a truth",
        swaps(SHELF, "total(prices) == 6.5", "total(prices)"),
        "test",
        "less strictly",
    ),
    Hostile("a tolerance widened", swaps(SHELF, "rel=1e-9", "rel=0.9"), "test", "off by more"),
    Hostile(
        "a failed assertion swallowed",
        swaps(
            SHELF,
            "    assert cheapest(prices) == 1.0",
            "    try:\n        assert cheapest(prices) == 1.0\n    except AssertionError:\n        pass",
        ),
        "test",
        "catches its own",
    ),
    Hostile(
        "a test skipped",
        swaps(SHELF, "def test_total(", "@pytest.mark.skip\ndef test_total("),
        "test",
        "skipped",
    ),
    Hostile(
        "a test skipped from within",
        together(
            BROKEN,
            swaps(SHELF, "    assert total(prices)", '    pytest.skip("flaky")\n    assert total(prices)'),
        ),
        "test",
        "skipped",
    ),
    Hostile(
        "a test expected to fail",
        together(BROKEN, swaps(SHELF, "def test_total(", "@pytest.mark.xfail\ndef test_total(")),
        "test",
        "skipped",
    ),
    Hostile(
        "an early return in front of the assertions",
        together(BROKEN, swaps(SHELF, "    assert total(prices)", "    return\n    assert total(prices)")),
        "test",
        "asserts less",
    ),
    Hostile(
        "assertions behind `if False`",
        swaps(SHELF, "    assert total(prices)", "    if False:\n        assert total(prices)"),
        "test",
        "asserts less",
    ),
    Hostile(
        "an assertion that is always true",
        swaps(SHELF, "cheapest(prices) == 1.0", "True"),
        "test",
        "asserts less",
    ),
    Hostile(
        "an assertion with `or True`",
        swaps(SHELF, "cheapest(prices) == 1.0", "cheapest(prices) == 1.0 or True"),
        "test",
        "asserts less",
    ),
    Hostile(
        "any exception is good enough",
        swaps(SHELF, 'raises(ValueError, match="no prices")', "raises(Exception)"),
        "test",
        "less strictly",
    ),
    Hostile(
        "the subject of the test replaced by a mock",
        together(
            BROKEN,
            swaps(
                SHELF,
                "def test_total(prices):",
                "def test_total(prices, monkeypatch):\n"
                '    monkeypatch.setattr("tests.test_shelf.total", sum)',
            ),
        ),
        "test",
        "by a mock",
    ),
    Hostile(
        "a fault, and the expected values of one test made to fit it",
        together(
            swaps("pantry/shelf.py", "round(sum(prices), 2)", "round(sum(prices), 2) + 1"),
            swaps(SHELF, "== 6.5\n    assert total([]) == 0", "== 7.5\n    assert total([]) == 1"),
        ),
        "test",
        "test_main_prints_the_total fails",
    ),
    Hostile(
        "a skipped JavaScript test",
        swaps("test/shelf.test.js", 'test("the total"', 'test.skip("the total"'),
        "test",
        "skipped",
        "javascript",
    ),
    Hostile(
        "a single JavaScript test run alone",
        swaps("test/shelf.test.js", 'test("the total"', 'test.only("the total"'),
        "test",
        "only",
        "javascript",
    ),
    Hostile(
        "a JavaScript assertion weakened",
        swaps("test/shelf.test.js", "assert.equal(total([1, 2]), 3)", "assert.ok(total([1, 2]))"),
        "test",
        "weakened",
        "javascript",
    ),
    Hostile(
        "a check commented out of a shell script",
        swaps("checks/all.sh", 'test "$(sh bin/total 2 2)" = 4', '# test "$(sh bin/total 2 2)" = 4'),
        "governance",
        "run to check",
        "make",
    ),
    Hostile(
        "a check that cannot fail",
        swaps("checks/all.sh", "= 4", "= 4 || true"),
        "governance",
        "run to check",
        "make",
    ),
    Hostile(
        "a check of a test folder's shell script commented out",
        swaps("tests/more.sh", 'test "$(sh bin/total 3 3)" = 6', "# no more"),
        "test",
        "asserts less",
        "make",
    ),
    Hostile(
        "a test folder's shell check that cannot fail",
        swaps("tests/more.sh", "= 6", "= 6 || true"),
        "test",
        "asserts less",
        "make",
    ),
    Hostile(
        "a test folder's shell script that ends early",
        swaps("tests/more.sh", "set -e\n", "set -e\nexit 0\n"),
        "test",
        "aside",
        "make",
    ),
)
