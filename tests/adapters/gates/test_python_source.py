from __future__ import annotations

from include.overnight.adapters.gates.python_source import is_program, parsed


def test_statements_are_a_program_and_prose_is_none():
    assert is_program(["x = f(1)", "return_it(x)"])
    assert is_program(["    if x:", "        y = 1"])
    assert not is_program(["size", "width, height"])
    assert not is_program(["the size of it"])


def test_what_does_not_parse_or_nests_too_deep_is_nothing():
    assert parsed("def (:") is None
    assert parsed("") is None
    assert parsed("x = " + "(" * 5000) is None
    assert parsed("x = '\0'") is None
