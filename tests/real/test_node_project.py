"""A real JavaScript project: unchanged it passes, and each planted defect fails the gate that it should."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from include.overnight.domain.gates import GateStatus
from include.overnight.domain.orders import Commands
from tests.real.projects import Project, appended, failed, node_source, node_tools, replaced

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("node") is None or shutil.which("npm") is None,
        reason="node and npm are not installed here: a JavaScript project cannot be judged without them",
    ),
]

ESLINT = (
    "eslint --no-eslintrc --env node,es6 --parser-options ecmaVersion:2020 "
    "--rule 'no-unused-vars: error' --rule 'eqeqeq: error' ."
)
TEST = "test/bool.js"
NEW = """\
'use strict';
var test = require('tape');

test('new', function (t) {
    t.equal(1, Number('2'));
    t.end();
});
"""


@pytest.fixture(scope="module")
def minimist(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder: Path = tmp_path_factory.mktemp("minimist")
    tools = node_tools(["tape@5.9.0", "eslint@8.57.1"], folder / "tools")
    commands = Commands(
        build="node --check index.js",
        lint=ESLINT,
        test="tape 'test/**/*.js'",
        environment=(("NODE_PATH", str(tools / "lib" / "node_modules")),),
    )
    source = node_source("minimist", "1.2.8", folder / "source")
    return Project.make(folder, source, commands, [tools])


def test_an_unchanged_project_passes(minimist):
    results = minimist.judged(appended("README.md", "\nOne more line.\n"))
    assert {result.status for result in results.values()} == {GateStatus.PASS}, results
    assert len(minimist.recorded["test"]["tests"]) > 100


@pytest.mark.parametrize(
    ("change", "gates"),
    [
        (appended("test/new.js", NEW), {"test": {"newly_failing"}}),
        ({TEST: None}, {"test": {"vanished", "deleted"}}),
        (replaced(TEST, "test('boolean groups'", "test.skip('boolean groups'"),
         {"test": {"vanished", "newly_skipped"}}),
        (replaced(TEST, "test('boolean groups'", "test.only('boolean groups'"),
         {"test": {"vanished", "narrowed"}}),
        (replaced(TEST, "\tt.deepEqual(typeof argv.t, 'boolean');\n", ""),
         {"test": {"vanished", "weakened"}}),
        (replaced("index.js", "'use strict';", "'use strict';\nprocess.exit(0);"), {"test": set()}),
        (replaced("index.js", "(/^--no-.+/)", "(/^--never-.+/)"), {"test": {"newly_failing"}}),
        (appended("index.js", "\nvar unused = 1;\n"), {"lint": {"lint"}}),
        (appended("index.js", "\n// eslint-disable-next-line no-unused-vars\nvar unused = 1;\n"),
         {"lint": {"suppression"}}),
        (appended("index.js", "\nvar = 1;\n"), {"build": set(), "lint": {"lint"}, "test": set()}),
    ],
)  # fmt: skip
def test_each_defect_fails_its_gate(minimist, change, gates):
    results = minimist.judged(change)
    assert failed(results) == gates, results
