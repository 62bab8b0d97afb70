from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from include.overnight.adapters.commands import RepositoryCommands
from include.overnight.adapters.overnight_file import parse_overnight_file
from include.overnight.domain.errors import SettingsError
from include.overnight.domain.orders import Commands, Limits, NightOrder

ORDER = NightOrder("night-1", "octo", "pantry")


def read(files: Mapping[str, str], order: NightOrder = ORDER) -> Commands:
    return RepositoryCommands().read(order, tuple(files), files.get)


PYTHON = {"pyproject.toml": "[tool.pytest]\n[tool.ruff]\n", "pantry/__init__.py": "", "tests/test_x.py": ""}
SCRIPTS = '{"scripts": {"test": "jest", "build": "tsc", "lint": "eslint ."}}'


@pytest.mark.parametrize(
    ("files", "build", "lint", "test", "source"),
    [
        (
            PYTHON,
            "python -m compileall -q pantry",
            "ruff check --no-cache --output-format=concise .",
            "python -m pytest -q",
            "detected: pyproject.toml",
        ),
        (
            {"setup.cfg": "[flake8]\n", "one.py": "", "tests/test_x.py": ""},
            "python -m compileall -q one.py",
            "python -m flake8",
            "python -m unittest discover -s tests",
            "detected: setup.cfg",
        ),
        (
            {"tox.ini": "deps = pytest", "one.py": "", "test_one.py": ""},
            "python -m compileall -q one.py test_one.py",
            "",
            "python -m pytest -q",
            "detected: tox.ini",
        ),
        ({"package.json": SCRIPTS}, "npm run build", "npm run lint", "npm test", "detected: package.json"),
        (
            {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
            "",
            "",
            "",
            "detected: nothing known",
        ),
        ({"package.json": "{"}, "", "", "", "detected: nothing known"),
        ({"package.json": "[]"}, "", "", "", "detected: nothing known"),
        (
            {"Makefile": "X := 1\nbuild: x\n\techo\nlint:\ncheck :\n\techo\n"},
            "make build",
            "make lint",
            "make check",
            "detected: Makefile",
        ),
        (
            {"go.mod": "module x", "a_test.go": ""},
            "go build ./...",
            "go vet ./...",
            "go test ./...",
            "detected: go.mod",
        ),
        (
            {"Cargo.toml": ""},
            "cargo build --offline --quiet",
            "",
            "cargo test --offline",
            "detected: Cargo.toml",
        ),
        (
            {"pom.xml": "", "src/test/java/X.java": ""},
            "mvn --offline --batch-mode compile",
            "",
            "mvn --offline --batch-mode test",
            "detected: pom.xml",
        ),
        (
            {"build.gradle": "", "gradlew": ""},
            "sh ./gradlew --offline classes",
            "",
            "",
            "detected: build.gradle",
        ),
        ({"README.md": ""}, "", "", "", "detected: nothing known"),
        ({}, "", "", "", "detected: nothing known"),
        (
            {"pyproject.toml": "", "x/__init__.py": "", "Makefile": "test:\n"},
            "python -m compileall -q x",
            "",
            "make test",
            "detected: pyproject.toml, Makefile",
        ),
    ],
)
def test_commands_are_detected_from_what_is_there(files, build, lint, test, source):
    found = read(files)
    assert (found.build, found.lint, found.test, found.source) == (build, lint, test, source)


def test_a_src_layout_gets_its_path_unless_pytest_knows_it():
    files = {"pyproject.toml": "", "src/x/__init__.py": "", "tests/test_x.py": "", "conftest.py": ""}
    assert read(files).environment == (("PYTHONPATH", "src"),)
    assert read(files).build == "python -m compileall -q conftest.py src"
    files["pyproject.toml"] = '[tool.pytest.ini_options]\npythonpath = ["src"]\n'
    assert read(files).environment == ()


def test_names_of_folders_cannot_become_commands():
    files = {"setup.py": "", "a; rm -rf x/__init__.py": "", "-evil/__init__.py": "", "$(x)/test_x.py": ""}
    found = read(files)
    assert (found.build, found.test) == ("python -m compileall -q setup.py", "")


def test_the_file_wins_over_detection_key_by_key():
    files = PYTHON | {".overnight.yml": "test: make fast\nlint: ''\nprotected_paths: [legal/**]\n"}
    found = read(files)
    assert (found.test, found.lint) == ("make fast", "")
    assert found.build == "python -m compileall -q pantry"
    assert found.protected_paths == ("legal/**",)
    assert found.source == ".overnight.yml; build detected: pyproject.toml"


def test_a_full_file_is_read():
    text = (
        "setup: pip install -e .\nbuild: [make one, make two]\nlint: ~\ntest: pytest -q\n"
        "environment: {DEBUG: true, PORT: 80, NAME: x}\ntests_optional: true\nlabels: [night]\n"
        "services: [redis-server, {start: db, ready: ping}]\n"
    )
    found = read({".overnight.yml": text})
    assert found.setup == "pip install -e ."
    assert found.build == "set -e\nmake one\nmake two"
    assert found.lint == ""
    assert found.environment == (("DEBUG", "true"), ("PORT", "80"), ("NAME", "x"))
    assert found.tests_optional
    assert found.source == ".overnight.yml"
    assert found.test.startswith("(redis-server) >/dev/null 2>&1 &\n(db) >/dev/null 2>&1 &\ntimeout 60 sh -c")
    assert found.test.endswith("\npytest -q")
    assert parse_overnight_file(text).labels == ("night",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("build: x\ntets: pytest\n", r"\.overnight\.yml:2: tets: unknown key; known are setup, build"),
        ("build: {a: b}", r"\.overnight\.yml:1: build: must be a command or a list"),
        ("\n\nlint: [1]", r"\.overnight\.yml:3: lint: must be"),
        ("environment: [A]", "environment: must be a mapping"),
        ("environment: {'A B': 1}", "'A B' is not a name for a variable"),
        ("environment: {A: [1]}", "A must be a plain value"),
        ("tests_optional: yes please", "must be true or false"),
        ("protected_paths: 3", "must be a text or a list of texts"),
        ("test: x\nlabels: [" + "x" * 51 + "]", r":2: labels: GitHub takes no label of more than 50"),
        ("limits: {speed: 3}", "unknown limit 'speed'; known are attempt_seconds"),
        ("limits: {night_usd: 3}", "unknown limit 'night_usd'"),
        ("limits: {max_changed_files: -1}", "must be a number above 0"),
        ("limits: {max_changed_files: true}", "must be a number above 0"),
        ("services: redis", "must be a list"),
        ("services: [{run: x}]", "a mapping with start and ready"),
        ("build: x\nbuild: y\n", r":2: key 'build' is there twice"),
        ("- build", r":1: must be a mapping"),
        ("build: 'x", "not readable as YAML"),
        ("a: &a [x]\nbuild: *a\n", "YAML alias"),
        ("build: !!python/object/apply:os.system [id]", "not readable as YAML"),
        ("x: " + "[" * 60_000, "nested too deeply"),
        ("build: " + "x" * 70_000, "larger than 64 KiB"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_key(text, told):
    with pytest.raises(SettingsError, match=told):
        read({".overnight.yml": text})


def test_an_empty_file_leaves_everything_to_detection():
    assert read(PYTHON | {".overnight.yml": "# nothing\n"}).test == "python -m pytest -q"


def test_the_orders_commands_win_and_protection_adds_up():
    ordered = Commands(test="tox", protected_paths=("a",), environment=(("X", "1"),))
    files = PYTHON | {".overnight.yml": "protected_paths: [b]\nenvironment: {X: 0, Y: 2}\n"}
    found = read(files, replace(ORDER, commands=ordered))
    assert (found.test, found.build) == ("tox", "python -m compileall -q pantry")
    assert found.protected_paths == ("b", "a")
    assert found.environment == (("X", "1"), ("Y", "2"))
    assert found.source.startswith("settings; else .overnight.yml")


def test_a_repository_can_lower_its_limits_and_not_raise_them():
    file = parse_overnight_file(
        "limits: {max_changed_files: 20, max_changed_lines: 999999, attempt_usd: 0.5}"
    )
    lowered = Limits().lowered(file.limits)
    assert (lowered.max_changed_files, lowered.max_changed_lines) == (20, 5000)
    assert lowered.attempt_usd == Decimal("0.5")
