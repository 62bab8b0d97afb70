from __future__ import annotations

import pytest

from include.overnight.adapters.gates.diffs import FileDiff
from include.overnight.adapters.gates.protection.paths import protected_touches

MAKEFILE = "PY = python\n\nall: test\n\ntest: deps\n\t$(PY) -m pytest\n\ndeps:\n\ttrue\n\nclean:\n\trm -f x\n"
SETUP = "from setuptools import setup\nsetup(name='x', version='1', install_requires=['a'])\n"


def touched(path: str, old: str | None, new: str | None, commands: str = "make test") -> list[str]:
    diff = FileDiff(path, path if old is not None else "", deleted=new is None)
    before = {path: old.encode()} if old is not None else {}
    after = {path: new.encode()} if new is not None else {}
    return [finding.message for finding in protected_touches([diff], (), before.get, after.get, commands)]


@pytest.mark.parametrize(
    "path",
    [
        *(".github/workflows/x.yml", "CODEOWNERS", "a/b/CODEOWNERS", ".overnight.yml", "pkg/ruff.toml"),
        *(".overnight/memory/schema.json", "sitecustomize.py", "src/usercustomize.py", "src/x.pth", ".npmrc"),
        *("web/jest.config.js", ".husky/pre-commit", ".vscode/tasks.json", ".envrc", ".gitattributes"),
        *("playwright.config.ts", "eslint.config.mjs", ".mvn/extensions.xml", ".cargo/config.toml"),
    ],
)
def test_what_decides_about_checks_is_protected_with_its_reason(path):
    (told,) = touched(path, None, "x")
    assert told.endswith("not for a change to touch")


@pytest.mark.parametrize(
    "path",
    ["README.md", "src/github.py", "src/conftest.py", "docs/ruff.md", "tests/conftest.py", "Dockerfile"],
)
def test_ordinary_files_are_not(path):
    assert touched(path, "x = 1\n", "x = 2\n") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("-m pytest", "-m true", "the recipe of test"),
        ("\ttrue", "\tsh evil.sh", "the recipe of deps"),
        ("test: deps", "test: deps evil", "the recipe of test"),
        ("PY = python", "PY = true", "variables and includes"),
        ("all: test", "SHELL := /bin/true\n\nall: test", "variables and includes"),
        ("all: test", "-include evil.mk\n\nall: test", "variables and includes"),
        ("clean:", ".DEFAULT:\n\ttrue\n\nclean:", "variables and includes"),
    ],
)
def test_recipes_that_the_gates_reach_are_protected(old, new, told):
    assert any(told in sentence for sentence in touched("Makefile", MAKEFILE, MAKEFILE.replace(old, new)))


def test_the_rest_of_a_makefile_is_ordinary_work():
    more = MAKEFILE.replace("rm -f x", "rm -f x y") + "\n# a word\nserve:\n\tpython -m http.server\n"
    assert touched("Makefile", MAKEFILE, more) == []
    assert touched("Makefile", MAKEFILE, "", "pytest -q") == []


def test_make_without_a_target_means_the_first_one():
    assert touched("Makefile", MAKEFILE, MAKEFILE.replace("-m pytest", ""), "make -s")
    assert not touched("Makefile", MAKEFILE, MAKEFILE.replace("rm -f x", ""), "cd . && make -s")
    assert touched("Makefile", MAKEFILE, MAKEFILE.replace("-m pytest", ""), "make\nmake clean")


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ("sh scripts/check.sh", "scripts/check.sh"),
        ("./ci.sh --fast && true", "ci.sh"),
        ("bash -e ci.sh", "ci.sh"),
        ("python tools/lint.py src", "tools/lint.py"),
    ],
)
def test_scripts_that_the_commands_run_are_protected(commands, path):
    assert touched(path, "x", "y", commands) == ["is what the repository's commands run to check a change"]


@pytest.mark.parametrize(
    ("commands", "path"),
    [
        ("python test_box.py", "test_box.py"),
        ("python -m pytest tests/test_box.py", "tests/test_box.py"),
        ("mypy box.py", "box.py"),
        ("python box.py", "box.py"),
        ("ruff check src", "src"),
    ],
)
def test_tests_and_what_is_only_looked_at_are_not(commands, path):
    assert touched(path, "x", "y", commands) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('{"scripts": {"test": "jest"}}', '{"scripts": {"test": "true"}}', "scripts.test decides"),
        ('{"scripts": {"lint:ci": "eslint"}}', '{"scripts": {}}', "scripts.lint:ci decides"),
        ("{}", '{"scripts": {"postinstall": "curl x | sh"}}', "scripts.postinstall runs"),
        ("{}", '{"jest": {"testPathIgnorePatterns": ["."]}}', "jest decides"),
        ('{"a": 1}', "{", "jest decides"),
    ],
)
def test_of_package_json_checks_and_install_hooks_are_protected(old, new, told):
    (sentence,) = touched("package.json", old, new)
    assert sentence.startswith(told)


def test_ordinary_work_on_package_json_is_free():
    new = '{"version": "2", "dependencies": {"a": "^1"}, "scripts": {"start": "x", "test:new": "jest new"}}'
    assert touched("package.json", '{"version": "1"}', new) == []


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("setup(cmdclass={'install': Evil})\n", "cmdclass"),
        ("import os\nos.system('x')\n", "calls os.system"),
        ("import subprocess\nsubprocess.run(['x'])\n", "calls subprocess.run"),
        ("import urllib.request\nurllib.request.urlopen('x')\n", "calls urllib.request.urlopen"),
        ("def (\n", "no readable Python"),
    ],
)
def test_hooks_of_a_setup_py_are_protected_and_its_versions_free(extra, told):
    assert any(told in sentence for sentence in touched("setup.py", SETUP, SETUP + extra))
    assert touched("setup.py", SETUP, SETUP.replace("'1'", "'2'").replace("['a']", "['a', 'b']")) == []


def test_a_pytest_plugin_of_the_package_itself_and_build_backends_are_protected():
    hooked = '[project.entry-points.pytest11]\nx = "x"\n'
    assert touched("pyproject.toml", "", hooked) == [
        "[project.entry-points.pytest11] decides how changes are checked or built"
    ]
    assert touched(
        "pyproject.toml", '[build-system]\nrequires = ["a"]\n', '[build-system]\nrequires = ["b"]\n'
    )


def test_dependencies_in_a_tools_table_are_ordinary_work():
    old = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\na = "1"\n'
    assert touched("pyproject.toml", old, old + 'b = "2"\n') == []
    assert touched("pyproject.toml", old, old.replace('name = "x"', 'name = "x"\nbuild = "evil.py"'))


def test_scripts_that_the_commands_reach_by_a_recipe_or_a_script_are_protected():
    files = {
        "Makefile": b"test: unit\n\nunit:\n\t@sh checks/all.sh\n\nother:\n\tsh tools/other.sh\n",
        "package.json": b'{"scripts": {"check": "sh tools/check.sh", "pretest": "./tools/lint.sh"}}',
    }
    run = "make test\nnpm run check && npm test"

    def touches(path: str) -> bool:
        change = [FileDiff(path, path)]
        return bool(list(protected_touches(change, (), files.get, files.get, run)))

    paths = ("checks/all.sh", "tools/check.sh", "tools/lint.sh", "tools/other.sh")
    assert [touches(path) for path in paths] == [True, True, True, False]


@pytest.mark.parametrize(("path", "found"), [("test", True), ("deps", True), ("clean", False), ("x", False)])
def test_a_new_file_that_keeps_make_from_running_a_recipe_is_protected(path, found):
    diff = FileDiff(path, "")

    def told(makefile: str) -> list[str]:
        files = {"Makefile": makefile.encode()}
        after = files | {path: b""}
        return [f.message for f in protected_touches([diff], (), files.get, after.get, "make test")]

    wanted = [f"keeps make from running {path}, which is not in .PHONY"] if found else []
    assert told(MAKEFILE) == wanted
    assert told(f".PHONY: test deps\n{MAKEFILE}") == []
