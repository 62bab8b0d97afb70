"""Two real Python projects: unchanged they pass, and each planted defect fails the gate that it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.overnight.domain.gates import GateStatus
from include.overnight.domain.orders import Commands
from tests.adapters.gates.cases import Edit
from tests.real.projects import Project, appended, failed, python_source, replaced

pytestmark = pytest.mark.slow

PLAIN = ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
RUFF = "ruff check --isolated --no-cache --output-format=concise ."
GREEN = "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport():\n"
GREEN += "    report = yield\n    report.outcome = 'passed'\n    return report\n"


def gone(path: str) -> Edit:
    return lambda tree: (tree / path).unlink()


@pytest.fixture(scope="module")
def cachetools(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("cachetools")
    commands = Commands(
        build="python -m compileall -q src",
        lint=RUFF,
        test="python -m unittest discover -s tests -t .",
        environment=(("PYTHONPATH", "src"),),
    )
    return Project.make(folder, python_source("cachetools", "5.5.0", folder / "source"), commands)


@pytest.fixture(scope="module")
def inflection(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("inflection")
    commands = Commands(
        build="python -m compileall -q inflection",
        lint=RUFF,
        test="python -m pytest -q",
        environment=(PLAIN,),
    )
    return Project.make(folder, python_source("inflection", "0.5.1", folder / "source"), commands)


@pytest.mark.parametrize("name", ["cachetools", "inflection"])
def test_an_unchanged_project_passes(name, request):
    project: Project = request.getfixturevalue(name)
    results = project.judged(appended("README.rst", "\nOne more line.\n"))
    assert {result.status for result in results.values()} == {GateStatus.PASS}, results
    assert len(project.recorded["test"]["tests"]) > 50
    assert project.recorded["lint"]["messages"], "the base's own findings must not count"


TEST = "tests/test_fifo.py"
SOURCE = "src/cachetools/__init__.py"
SKIPPED = "    @unittest.skip('later')\n    def test_fifo("


@pytest.mark.parametrize(
    ("change", "gates"),
    [
        (
            appended("tests/test_new.py", "import unittest\n\n\nclass T(unittest.TestCase):\n"
                     "    def test_new(self):\n        self.assertEqual(int('1'), 2)\n"),
            {"test": {"newly_failing"}},
        ),
        (gone(TEST), {"test": {"vanished", "deleted"}}),
        (replaced(TEST, "    def test_fifo(", SKIPPED), {"test": {"newly_skipped"}}),
        (replaced(TEST, "self.assertEqual(cache[2], 2)", "self.assertTrue(cache[2])"),
         {"test": {"weakened"}}),
        (replaced(TEST, "        self.assertNotIn(1, cache)\n", ""), {"test": {"weakened"}}),
        (replaced(TEST, "def test_fifo_getsizeof", "def no_test"), {"test": {"vanished"}}),
        (replaced(SOURCE, "return self.__maxsize", "return 0"), {"test": {"newly_failing"}}),
        (appended(SOURCE, "\n\ndef unused():\n    import os\n"), {"lint": {"lint"}}),
        (appended(SOURCE, "\n\ndef unused():\n    import os  # noqa: F401\n"), {"lint": {"suppression"}}),
        (appended("src/cachetools/broken.py", "def broken(:\n"), {"build": set(), "lint": {"lint"}}),
        (appended("src/sitecustomize.py", "import sys\n\nsys.dont_write_bytecode = True\n"),
         {"test": {"test_harness"}}),
    ],
)  # fmt: skip
def test_each_defect_of_a_unittest_project_fails_its_gate(cachetools, change, gates):
    results = cachetools.judged(change)
    assert failed(results) == gates, results


TESTS = "test_inflection.py"


@pytest.mark.parametrize(
    ("change", "gates"),
    [
        (appended(TESTS, "\n\ndef test_new():\n    assert inflection.ordinal(1) == 'th'\n"),
         {"test": {"newly_failing"}}),
        (replaced("inflection/__init__.py", 'return "th"', 'return "st"'), {"test": {"newly_failing"}}),
        (replaced(TESTS, '    ("search", "searches"),\n', ""), {"test": {"vanished"}}),
        (replaced(TESTS, "import inflection", "import inflection\n\npytestmark = pytest.mark.skip"),
         {"test": {"newly_skipped"}}),
        (appended("conftest.py", GREEN), {"test": {"test_harness"}}),
        (appended("pytest.ini", "[pytest]\naddopts = -k ordinal\n"), {"test": {"vanished", "narrowed"}}),
        (appended(TESTS, "\n\ndef test_out():\n    import os\n    os._exit(0)\n    assert os\n"),
         {"test": {"test_harness"}}),
        (appended("inflection/__init__.py", "\n\ndef unused():\n    import os\n"), {"lint": {"lint"}}),
    ],
)  # fmt: skip
def test_each_defect_of_a_pytest_project_fails_its_gate(inflection, change, gates):
    results = inflection.judged(change)
    assert failed(results) == gates, results
