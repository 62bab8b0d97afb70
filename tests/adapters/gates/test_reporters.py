from __future__ import annotations

import json
from pathlib import Path

import pytest

from include.overnight.adapters.gates.suite.reporters import Places, reporter_of

AT = Places("/r/out", "/p")


def told(command: str, tree: Path | None = None) -> tuple[str, str]:
    known = reporter_of(command, tree)
    if known is None:
        return "", ""
    reporter, before, found = known
    return reporter.name, before + reporter.told(found, AT)


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "python -m pytest -q",
        "python3.11 -B -m pytest tests -k 'a or b'",
        "uv run pytest",
        "CI=1 poetry run python -m pytest",
        "coverage run -m pytest -q",
        ".venv/bin/pytest",
        "set -e\nmake build\npytest -q",
        "make && pytest",
    ],
)
def test_a_plain_start_of_pytest_is_recognized(command):
    name, with_report = told(command)
    assert name == "pytest"
    added = "--continue-on-collection-errors --junit-xml=/r/out"
    assert with_report.split() == [*command.split(), *added.split()]


@pytest.mark.parametrize(
    ("command", "name", "becomes"),
    [
        (
            "python -m unittest discover -s tests",
            "unittest",
            "python /p/unittest_report.py /r/out discover -s tests",
        ),
        (
            "node --import tsx --test test/*.js",
            "node --test",
            "node --import tsx --test --test-reporter=/p/node_report.mjs --test-reporter-destination=/r/out "
            "test/*.js",
        ),
        ("npx jest --ci", "jest", "npx jest --ci --json --outputFile=/r/out"),
        (
            "NODE_ENV=test node_modules/.bin/mocha a.js",
            "mocha",
            "NODE_ENV=test node_modules/.bin/mocha a.js --reporter json --reporter-option output=/r/out",
        ),
        ("vitest run", "vitest", "vitest run --run --reporter=json --outputFile=/r/out"),
        ("go test ./...", "go test", "go test -json ./... >/r/out"),
        ("cd x && cargo test --all", "cargo test", "cd x && cargo test --no-fail-fast --all >/r/out 2>&1"),
        ("cargo test --offline -q", "cargo test", "cargo test --no-fail-fast --offline >/r/out 2>&1"),
        ("cargo --quiet test -- -q a", "cargo test", "cargo test --no-fail-fast -- a >/r/out 2>&1"),
        ("tape test/*.js", "tape", "tape  test/*.js >/r/out"),
    ],
)
def test_each_runner_is_made_to_tell_its_tests(command, name, becomes):
    assert told(command) == (name, becomes)


@pytest.mark.parametrize(
    "command",
    [
        "make pytest",
        "npm test",
        "pytest | tee log",
        "pytest && echo done",
        "pytest --junitxml=x",
        "echo pytest",
        "jest --json",
        "node test.js",
        "go vet ./...",
    ],
)
def test_what_options_cannot_be_added_to_is_left_alone(command):
    assert told(command) == ("", "")


@pytest.mark.parametrize("command", ["npm test", "npm run test", "yarn test", "pnpm run -s test"])
def test_npm_test_is_what_package_json_says(tmp_path, command):
    scripts = {"test": "NODE_ENV=test mocha", "pretest": "tsc"}
    (tmp_path / "package.json").write_text(json.dumps({"scripts": scripts}))
    assert told(command, tmp_path) == (
        "mocha",
        'npm run --silent pretest && export PATH="$PWD/node_modules/.bin:$PATH" && '
        "NODE_ENV=test mocha --reporter json --reporter-option output=/r/out",
    )


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"scripts": {"test": 1}}', '{"scripts": {"test": "x | y"}}']
)
def test_a_package_json_that_tells_nothing_leaves_npm_test_alone(tmp_path, content):
    (tmp_path / "package.json").write_text(content)
    assert told("npm test", tmp_path) == ("", "")


def test_hostile_scripts_are_matched_in_no_time(tmp_path):
    for text in ("npx " * 400 + "!", "node " + "-a " * 600 + "!", "A=1 " * 400 + "!", "python -a " * 190):
        (tmp_path / "package.json").write_text(json.dumps({"scripts": {"test": text}}))
        assert told("npm test", tmp_path) == ("", "")
