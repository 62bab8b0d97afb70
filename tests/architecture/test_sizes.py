"""Files and functions stay small enough to be read in one go, and are named after what they are."""

import ast
from statistics import median

import pytest

from .sources import PROJECT, python_files

WHOLE_HOUSE = ("include", "demo", "dags", "plugins", "bench", "tests")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "base", "misc"}


def _lines(file) -> int:
    return len(file.read_text().splitlines())


def _function_lengths(*folders):
    for file in python_files(*folders):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                yield f"{file.relative_to(PROJECT)}:{node.name}", (node.end_lineno or first) - first + 1


def test_no_file_is_too_long_to_be_read_in_one_go():
    long = {str(file.relative_to(PROJECT)): _lines(file) for file in python_files(*WHOLE_HOUSE)}
    assert not {name: lines for name, lines in long.items() if lines > _most(name)}


def _most(name: str) -> int:
    """A test file mirrors its module, so it cannot be parted where the module is one."""
    return 400 if name.startswith("tests/") else 300


def test_no_function_is_longer_than_50_lines():
    assert not {name: lines for name, lines in _function_lengths("include", "demo", "dags") if lines > 50}


def test_the_median_file_and_function_are_small():
    files = python_files("include")
    assert median(map(_lines, files)) <= 90
    assert median([lines for _, lines in _function_lengths("include")] or [0]) <= 8


def test_a_dag_file_is_a_table_of_contents():
    assert not {file.name: _lines(file) for file in python_files("dags") if _lines(file) > 90}


def test_a_dag_file_says_what_to_do_when_it_fails():
    silent = [
        file.name
        for file in python_files("dags")
        if "When it fails" not in (ast.get_docstring(ast.parse(file.read_text())) or "")
    ]
    assert not silent


def test_every_module_says_what_it_is():
    silent = [
        str(file.relative_to(PROJECT))
        for file in python_files("include", "demo", "dags", "plugins", "bench")
        if file.read_text().strip() and not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert not silent


@pytest.mark.parametrize("folder", WHOLE_HOUSE)
def test_no_module_is_named_after_nothing(folder):
    paths = [file.relative_to(PROJECT) for file in python_files(folder)]
    assert not [str(path) for path in paths if NAMELESS & {*path.parts, path.stem}]
