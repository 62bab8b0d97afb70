from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.tampering.impostors import impostors, knowing_code


def file(path: str, after: str = "x = 1\n", old: str = "") -> FileDiff:
    return FileDiff(path, old, added=[(n, line) for n, line in enumerate(after.splitlines(), 1)])


@pytest.mark.parametrize(
    "path", ["json.py", "json/__init__.py", "src/random.py", "pytest.py", "ruff/__init__.py"]
)
def test_a_new_module_at_the_top_that_python_would_take_for_its_own_is_found(path):
    (finding,) = impostors([file(path)])
    assert finding.path == path
    assert "takes the place of the module" in finding.message


@pytest.mark.parametrize("path", ["box/json.py", "tests/random.py", "jsonic.py", "json.md"])
def test_a_module_in_a_package_or_with_a_name_of_its_own_is_no_impostor(path):
    assert list(impostors([file(path)])) == []


def test_a_module_that_was_there_before_may_change():
    assert list(impostors([file("calendar.py", old="calendar.py")])) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("box.py", 'if "pytest" in sys.modules:'),
        ("box.py", "if os.environ.get('PYTEST_CURRENT_TEST'):"),
        ("box.py", "x = sys.modules.get('unittest')"),
        ("box.ts", "if (process.env.JEST_WORKER_ID) return 1;"),
    ],
)
def test_code_that_asks_whether_it_is_tested_is_found_unless_the_file_did_so_before(path, line):
    (finding,) = knowing_code(file(path, f"import os\n{line}\n"), lambda _: None)
    assert finding.line == 2
    assert list(knowing_code(file(path, f"a\n{line}\n", old=path), lambda _: line.encode())) == []


def test_words_about_tests_are_no_finding():
    assert list(knowing_code(file("docs/a.md", "PYTEST_CURRENT_TEST\n"), lambda _: None)) == []
    assert list(knowing_code(file("box.py", "# run it with pytest\n"), lambda _: None)) == []
