from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.mutating import mutants


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("x = a == b", "a == b → (a != b)"),
        ("x = a < b", "a < b → (a >= b)"),
        ("x = a not in b", "a not in b → (a in b)"),
        ("x = a + b", "a + b → (a - b)"),
        ("x = a and b", "a and b → (a or b)"),
        ("x = not a", "not a → (a)"),
        ("x = 3", "3 → 4"),
        ("x = True", "True → False"),
        ("x = 'é'", "'é' → 'éx'"),
        ("x = f(a)", "f(a) → None"),
    ],
)
def test_each_kind_of_fault_is_made(line, what):
    made = mutants("a.py", f"y = 'ü'\n{line}\n", {2}, 9)
    assert what in [mutant.what for mutant in made]
    assert all(mutant.line == 2 for mutant in made)


def test_a_return_forgets_its_value():
    source = "def f(a):\n    return a\n"
    (mutant,) = mutants("a.py", source, {2}, 9)
    assert mutant.text == "def f(a):\n    return None\n"


def test_only_changed_lines_are_touched_and_all_of_them_in_turn():
    source = "a = 1 + 2\nb = 3 + 4\nc = 5 + 6\n"
    assert [mutant.line for mutant in mutants("a.py", source, {1, 3}, 4)] == [1, 3, 1, 3]


def test_docstrings_annotations_and_texts_of_f_strings_are_left_alone():
    source = 'def f(a: "int" = None) -> "str":\n    """Say."""\n    return f"x{a!r:>{3}}"\n'
    assert [mutant.what for mutant in mutants("a.py", source, {1, 2, 3}, 9)] == [
        'return f"x{a!r:>{3}}" → return None'
    ]


def test_what_is_no_python_has_no_mutants():
    assert mutants("a.py", "def (", {1}, 9) == ()


@given(st.text(alphabet="ab=+<>()[]'\n 1:,éü", max_size=60))
def test_every_mutant_is_another_program(source):
    for mutant in mutants("a.py", source, set(range(1, 60)), 20):
        assert ast.dump(ast.parse(mutant.text)) != ast.dump(ast.parse(source))
