"""How toolchains are set up, tested and linted when a repository does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from include.overnight.adapters.commands import RepositoryCommands
from include.overnight.adapters.dependencies.manifests import MANIFESTS
from include.overnight.adapters.detection import detect
from include.overnight.domain.orders import Commands, NightOrder

PIP = "python3 -m venv .venv && .venv/bin/python -m pip install --quiet --disable-pip-version-check"
CODE = {"app/__init__.py": "", "tests/test_app.py": "import pytest\n"}
SCRIPTS = '{"scripts": {"test": "jest", "build": "tsc"}, "devDependencies": {"jest": "1"}}'


def found(files: Mapping[str, str]) -> Commands:
    return detect(tuple(files), files.get, setup=True)


@pytest.mark.parametrize(
    ("files", "setup", "source"),
    [
        ({"pyproject.toml": "", "uv.lock": ""} | CODE, "uv sync --frozen --quiet", "pyproject.toml, uv.lock"),
        (
            {"pyproject.toml": "[tool.pytest]\n", "requirements.txt": "x", "requirements-dev.txt": "y"}
            | CODE,
            f"{PIP} -r requirements-dev.txt -r requirements.txt pytest",
            "pyproject.toml, requirements-dev.txt",
        ),
        (
            {
                "pyproject.toml": "[project]\n[project.optional-dependencies]\ntest=['a']\ndocs=['b']\n"
                "[dependency-groups]\ndev=['ruff>=1', {include-group='x'}, '-r evil', '; rm -rf x']\n"
            }
            | CODE,
            f"{PIP} -e '.[test]' 'ruff>=1'",
            "pyproject.toml",
        ),
        ({"setup.py": "", "conftest.py": ""} | CODE, f"{PIP} -e . pytest", "setup.py"),
        ({"tox.ini": "[testenv]\ndeps = pytest"} | CODE, "", "tox.ini"),
        (
            {"package.json": SCRIPTS, "package-lock.json": ""},
            "npm ci --no-audit --no-fund",
            "package.json, package-lock.json",
        ),
        (
            {"package.json": SCRIPTS, "pnpm-lock.yaml": ""},
            "pnpm install --frozen-lockfile",
            "package.json, pnpm-lock.yaml",
        ),
        (
            {"package.json": SCRIPTS, "yarn.lock": "", ".yarnrc.yml": ""},
            "yarn install --immutable",
            "package.json, yarn.lock",
        ),
        (
            {"package.json": SCRIPTS},
            "npm install --no-audit --no-fund --no-package-lock",
            "package.json",
        ),
        ({"package.json": '{"scripts": {"test": "node --test"}}'}, "", "package.json"),
        ({"go.mod": "", "go.sum": "", "a_test.go": ""}, "go mod vendor", "go.mod, go.sum"),
        ({"go.mod": "", "go.sum": "", "vendor/modules.txt": ""}, "", "go.mod"),
        ({"Cargo.toml": "", "Cargo.lock": ""}, "cargo fetch --quiet --locked", "Cargo.toml, Cargo.lock"),
        ({"pom.xml": ""}, "mvn --batch-mode --quiet dependency:go-offline", "pom.xml"),
        (
            {"build.gradle": "", "gradlew": ""},
            "sh ./gradlew --quiet --no-daemon dependencies",
            "build.gradle",
        ),
        ({"Makefile": "test:\n"}, "", "Makefile"),
    ],
)
def test_what_a_toolchain_needs_is_installed_from_its_lock_file(files, setup, source):
    commands = found(files)
    assert (commands.setup, commands.source) == (setup, f"detected: {source}")


def test_nothing_is_installed_where_setup_has_no_network():
    files = {"package.json": SCRIPTS, "package-lock.json": ""}
    order = NightOrder("night-1", "octo", "pantry")
    assert RepositoryCommands().read(order, tuple(files), files.get).setup == ""
    assert detect(tuple(files), files.get).setup == ""


def test_toolchains_that_share_the_work_are_all_set_up():
    files = {"setup.py": "", "app/__init__.py": "", "package.json": SCRIPTS, "yarn.lock": ""}
    assert found(files).setup == f"set -e\n{PIP} -e .\nyarn install --frozen-lockfile"


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"Cargo.toml": ""}, "CARGO_HOME"),
        ({"pom.xml": "", "src/test/A.java": ""}, "MAVEN_OPTS"),
        ({"build.gradle": "", "src/test/A.java": ""}, "GRADLE_USER_HOME"),
    ],
)
def test_what_is_fetched_stays_in_the_tree_for_later_commands(files, name):
    assert ".overnight-cache/" in dict(found(files).environment)[name]
    assert name not in dict(detect(tuple(files), files.get).environment)


@pytest.mark.parametrize(
    ("manifest", "variable"),
    [
        (
            "[build-system]\nrequires = ['setuptools-scm']\n[project]\nname = 'My.box'\n",
            "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_BOX",
        ),
        ("[tool.setuptools_scm]\n", "SETUPTOOLS_SCM_PRETEND_VERSION"),
        (
            "[build-system]\nrequires = ['hatch-vcs']\n[project]\nname = 'box'\n",
            "SETUPTOOLS_SCM_PRETEND_VERSION",
        ),
        ("[tool.pdm.version]\nsource = 'scm'\n", "PDM_BUILD_SCM_VERSION"),
        ("[build-system]\nrequires = ['poetry-dynamic-versioning']\n", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    ],
)
def test_a_project_versioned_by_git_is_given_a_version_where_there_is_no_git(manifest, variable):
    assert dict(found({"pyproject.toml": manifest} | CODE).environment) == {variable: "9999.0.0"}


def test_a_project_with_a_version_of_its_own_keeps_it():
    assert found({"pyproject.toml": "[project]\nversion = '1'\n"} | CODE).environment == ()


@pytest.mark.parametrize(
    ("package", "more", "build", "lint", "test"),
    [
        ('{"devDependencies": {"vitest": "1"}}', ["src/a.test.ts"], "", "", "npx --no-install vitest run"),
        ('{"devDependencies": {"jest": "1"}}', ["__tests__/a.js"], "", "", "npx --no-install jest"),
        ('{"devDependencies": {"mocha": "1"}}', ["test/a.js"], "", "", "npx --no-install mocha"),
        ("{}", ["test/a.js"], "", "", "node --test"),
        ('{"devDependencies": {"jest": "1"}}', ["src/a.js"], "", "", ""),
        (
            '{"devDependencies": {"typescript": "1", "eslint": "1"}}',
            ["tsconfig.json", "eslint.config.mjs"],
            "npx --no-install tsc --noEmit",
            "npx --no-install eslint .",
            "",
        ),
        (SCRIPTS, ["pnpm-lock.yaml"], "pnpm run build", "", "pnpm test"),
        (SCRIPTS, ["yarn.lock"], "yarn run build", "", "yarn test"),
        ('{"devDependencies": []}', ["spec/a.spec.js"], "", "", "node --test"),
    ],
)
def test_a_javascript_project_is_understood_without_scripts(package, more, build, lint, test):
    commands = found({"package.json": package, **dict.fromkeys(more, "")})
    assert (commands.build, commands.lint, commands.test) == (build, lint, test)


def test_every_file_that_decides_what_is_installed_keys_the_cache():
    names = [re.compile(name) for group in MANIFESTS.values() for name in group]
    for name in (
        *(
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "Pipfile.lock",
            "requirements-dev.txt",
            "setup.cfg",
            "tox.ini",
        ),
        *(
            "package-lock.json",
            "npm-shrinkwrap.json",
            "pnpm-lock.yaml",
            "yarn.lock",
            "bun.lockb",
            ".yarnrc.yml",
        ),
        *("go.sum", "Cargo.lock", "pom.xml", "build.gradle", "build.gradle.kts", "Makefile", "Gemfile.lock"),
    ):
        assert any(pattern.fullmatch(name) for pattern in names), name


@pytest.mark.parametrize(
    ("makefile", "test"),
    [
        ("test:\n\tpytest\n", ""),
        (".PHONY: test\ntest:\n\tpytest\n", "make test"),
        ("test: build\n\tpytest\n", "make test"),
        ("test:\n\tpytest\ncheck:\n\tpytest\n", "make check"),
    ],
)
def test_a_target_that_make_takes_for_a_folder_is_not_offered(makefile, test):
    assert found({"Makefile": makefile, "test/a.txt": ""}).test == test


def test_cargo_is_asked_for_the_names_of_its_tests():
    assert found({"Cargo.toml": ""}).test == "cargo test --offline"
