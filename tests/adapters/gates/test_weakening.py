from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.tampering.weakening import is_test_file, weakened_tests


def weakened(before: str, after: str, path: str = "tests/test_x.py") -> list[str]:
    file = FileDiff(path, path)
    findings = weakened_tests([file], lambda _: before.encode(), lambda _: after.encode())
    return [finding.message for finding in findings]


def body(*lines: str, decorated: str = "") -> str:
    return f"{decorated}def test_x():\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("assert f(1) == 2", "assert f(1)", "less strictly"),
        ("assert f(1) == 2", "assert f(1) is not None", "less strictly"),
        ("assert f(1) == 2", "assert isinstance(f(1), int)", "less strictly"),
        ("assert f(1) == 2", "assert f(1) in (2, 3)", "less strictly"),
        ("assert f(1) == 2", "assert f(1) == 2 or True", "asserts less"),
        ("assert f(1) == 2", "assert True", "asserts less"),
        ("assert f(1) == 2", "assert 2 == 2", "asserts less"),
        ("assert f(1) == 2", "assert x == x", "asserts less"),
        ("assert f(1) == 2", "return\n    assert f(1) == 2", "asserts less"),
        ("assert f(1) == 2", "if False:\n        assert f(1) == 2", "asserts less"),
        ("self.assertEqual(f(1), 2)", "self.assertTrue(f(1))", "less strictly"),
        ("self.assertEqual(f(1), 2)", "self.assertIsNotNone(f(1))", "less strictly"),
        ("assert f(1) == approx(2, rel=0.1)", "assert f(1) == approx(2, rel=0.5)", "off by more"),
        ("assert f(1) == 2", "assert f(1) == approx(2, abs=9)", "less strictly"),
        (
            "self.assertAlmostEqual(f(1), 2, places=5)",
            "self.assertAlmostEqual(f(1), 2, places=1)",
            "off by more",
        ),
        ("with raises(ValueError):\n        f(1)", "with raises(Exception):\n        f(1)", "any exception"),
        ("with raises(E, match='x'):\n        f(1)", "with raises(E):\n        f(1)", "less strictly"),
        (
            "assert f(1) == 2",
            "try:\n        assert f(1) == 2\n    except AssertionError:\n        pass",
            "catches its own",
        ),
        ("assert f(1) == 2", "with suppress(Exception):\n        assert f(1) == 2", "catches its own"),
        ("assert f(1) == 2", "with patch('pkg.f', return_value=2):\n        assert f(1) == 2", "by a mock"),
        ("assert f(1) == 2", "monkeypatch.setattr(pkg, 'f', fake)\n    assert f(1) == 2", "by a mock"),
    ],
)
def test_each_way_of_weakening_a_test_is_found(before, after, why):
    (message,) = weakened(body(before), body(after))
    assert why in message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("assert f(1) == 2", "assert f(1) == 3"),
        ("assert f(1) == 2", "assert f(1) == 2\n    assert f(2) == 4"),
        ("assert f(1)", "assert f(1) == 2"),
        ("assert f(1) == 2", "assert g(1) == 2"),
        ("x = f(1)\n    assert x == 2", "x = f(1, 2)\n    assert x == 4"),
        ("with raises(ValueError):\n        f(1)", "with raises(TypeError, match='x'):\n        f(1)"),
        ("assert f(1) == 2", "with patch('pkg.clock'):\n        assert f(1) == 2"),
        ("assert f(1) == 2", "try:\n        assert f(1) == 2\n    except OSError:\n        raise"),
        ("assert f(1) == approx(2, rel=0.1)", "assert f(1) == approx(2, rel=0.01)"),
    ],
)
def test_an_honest_edit_of_a_test_is_none(before, after):
    assert weakened(body(before), body(after)) == []


def test_assertions_that_move_to_a_test_of_their_own_are_not_lost():
    after = body("assert f(1) == 2") + "\n\ndef test_y():\n    assert f(2) == 4\n"
    assert weakened(body("assert f(1) == 2", "assert f(2) == 4"), after) == []


def test_trivial_assertions_do_not_make_up_for_real_ones():
    after = body("pass") + "\n\ndef test_y():\n    assert 1 == 1\n    assert True\n"
    assert weakened(body("assert f(1) == 2"), after) == ["test_x asserts less than before (1 → 0)"]


@pytest.mark.parametrize(
    ("path", "before", "after", "why"),
    [
        ("a.test.js", "expect(f(1)).toBe(2)", "", "asserts less"),
        ("a.test.js", "expect(f(1)).toBe(2)", "// expect(f(1)).toBe(2)", "asserts less"),
        ("a.test.js", "expect(f(1)).toBe(2)", "expect(true).toBe(true)", "asserts less"),
        ("test/a.mjs", "assert.strictEqual(f(1), 2)", "assert.ok(f(1))", "less strictly"),
        ("a.spec.ts", "expect(f(1)).toEqual(2)", "expect(f(1)).toBeDefined()", "less strictly"),
        ("a.test.js", "it('x', () => {})", "it.skip('x', () => {})", "aside"),
        ("a.test.js", "it('x', () => {})", "it.only('x', () => {})", "only some"),
        ("a_test.go", "t.Fatal(x)", "t.Skip()\nt.Fatal(x)", "aside"),
        ("tests/a.rs", "assert_eq!(f(1), 2);", "assert!(f(1) > 0);", "less strictly"),
        ("ATest.java", "assertEquals(2, f(1));", "", "asserts less"),
        ("tests/a.sh", 'test "$(f)" = 2', '# test "$(f)" = 2', "asserts less"),
        ("tests/a.sh", 'test "$(f)" = 2', 'test "$(f)" = 2 || true', "asserts less"),
        ("tests/a.sh", "set -e\n[ -f x ]", "[ -f x ]", "asserts less"),
        ("test_a.sh", "grep x y", "exit 0\ngrep x y", "aside"),
    ],
)
def test_other_languages_are_read_by_their_words(path, before, after, why):
    (message,) = weakened(before, after, path)
    assert why in message


def test_broken_and_foreign_files_are_no_trouble():
    assert weakened("def test_x(", body("assert f(1) == 2")) == []
    assert weakened(body("assert f(1) == 2"), "def test_x(") == []
    assert weakened("assert(1)", "", "src/a.js") == []


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("tests/test_a.py", True),
        ("pkg/tests.py", True),
        ("test.js", False),
        ("test/box.js", True),
        ("src/__tests__/box.tsx", True),
        ("src/box-test.js", True),
        ("test/fixtures/box.js", False),
        ("src/testing.py", False),
        ("tests/conftest.py", False),
        ("pkg/box_test.go", True),
        ("tests/run.sh", True),
        ("tools/run.sh", False),
    ],
)
def test_files_of_tests_are_known_by_their_paths(path, is_one):
    assert is_test_file(path) is is_one
