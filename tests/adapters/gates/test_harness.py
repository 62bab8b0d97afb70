from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.tampering.harness import settings_changed, tampering


def file(path: str, after: str) -> FileDiff:
    return FileDiff(path, path, added=[(n, line) for n, line in enumerate(after.splitlines(), 1)])


def tampered(path: str, before: str, after: str) -> list[str]:
    findings = tampering([file(path, after)], lambda _: before.encode(), lambda _: after.encode())
    return [finding.message for finding in findings]


GREEN = "def pytest_runtest_makereport(item, call):\n    item.outcome = 'passed'\n"


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        ("conftest.py", GREEN, "pytest_runtest_makereport decides"),
        (
            "tests/conftest.py",
            "import pytest\n@pytest.hookimpl\n" + GREEN,
            "pytest_runtest_makereport decides",
        ),
        (
            "conftest.py",
            "class P:\n    def pytest_sessionfinish(self): ...\n",
            "pytest_sessionfinish decides",
        ),
        ("conftest.py", "collect_ignore = ['test_a.py']\n", "collect_ignore decides"),
        ("sitecustomize.py", "import os\n", "every Python process"),
        ("src/usercustomize.py", "import os\n", "every Python process"),
        ("src/x.pth", "import os\n", "every Python process"),
        ("tests/test_a.py", "import os\nos._exit(0)\n", "os._exit"),
        ("tests/test_a.py", "def test_a(request):\n    request.config.option.xmlpath\n", "xmlpath"),
        ("test/a.js", "process.exit(0)\n", "process.exit"),
    ],
)
def test_what_takes_the_decision_from_the_tests_is_found(path, text, why):
    (message,) = tampered(path, "", text)
    assert why in message


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("conftest.py", "", "import pytest\n@pytest.fixture\ndef box():\n    return 1\n"),
        ("conftest.py", "", "def pytest_addoption(parser):\n    parser.addoption('--slow')\n"),
        ("conftest.py", GREEN, f"import pytest\n{GREEN}"),
        ("src/box/exit.py", "", "import os\nos._exit(0)\n"),
        ("conftest.py", "", "def broken(\n"),
    ],
)
def test_honest_support_of_tests_is_no_finding(path, before, after):
    assert tampered(path, before, after) == []


@pytest.mark.parametrize(
    ("path", "before", "after", "changed"),
    [
        ("pytest.ini", "[pytest]\n", "[pytest]\naddopts = -k nothing\n", True),
        ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n", False),
        ("setup.cfg", "[tool:pytest]\ntestpaths = tests\n", "[tool:pytest]\ntestpaths = some\n", True),
        ("pyproject.toml", "[project]\nname = 'a'\n", "[project]\nname = 'b'\n", False),
        ("pyproject.toml", "", "[tool.pytest.ini_options]\naddopts = '--ignore=tests'\n", True),
        ("package.json", '{"version": "1"}', '{"version": "2"}', False),
        ("package.json", '{"scripts": {"test": "mocha"}}', '{"scripts": {"test": "true"}}', True),
        ("package.json", "{}", '{"jest": {"testPathIgnorePatterns": ["a"]}}', True),
        ("package.json", "{}", "{broken", True),
        ("jest.config.js", "a", "b", True),
        ("src/config.js", "a", "b", False),
    ],
)
def test_settings_of_the_test_run_are_compared(path, before, after, changed):
    found = settings_changed([FileDiff(path, path)], lambda _: before.encode(), lambda _: after.encode())
    assert found == ([path] if changed else [])


def test_hooks_in_a_module_that_a_conftest_may_import_are_found_unless_the_project_is_a_plugin():
    assert "makereport" in tampered("helping.py", "", GREEN)[0]
    plugin = '[project.entry-points.pytest11]\nbox = "box"\n'
    read = {"pyproject.toml": plugin.encode(), "box.py": GREEN.encode()}.get
    assert tampering([file("box.py", GREEN)], read, read) == []
