from __future__ import annotations

import json
from dataclasses import replace

import pytest

from include.overnight.adapters.gates import record_base
from include.overnight.adapters.gates.lint import LintGate
from include.overnight.domain.gates import GateStatus
from include.overnight.domain.orders import Commands

RUFF = Commands(lint="ruff check --no-cache --isolated .")
OLD = "import os\n\n\ndef f():\n    return 1\n"


def test_only_what_is_new_is_found(bench, sandbox):
    case = bench.case({"a.py": OLD}, {"a.py": "# moved down\n" + OLD, "b.py": "import sys\n"}, RUFF)
    result = LintGate(sandbox).judge(case)
    assert result.reason == "1 new message against the base"
    assert [(finding.path, finding.line) for finding in result.findings] == [("b.py", 1)]
    assert "F401" in result.findings[0].message


def test_what_the_base_has_as_well_passes(bench, sandbox):
    result = LintGate(sandbox).judge(bench.case({"a.py": OLD}, {"a.py": OLD + "\n\nx = 1\n"}, RUFF))
    assert result.status is GateStatus.PASS
    assert result.reason == "nothing new; the base has the same 1 message"


def test_a_clean_change_passes_without_a_look_at_the_base(bench, sandbox):
    case = bench.case({"a.py": OLD}, {"a.py": "x = 1\n"}, RUFF)
    assert LintGate(sandbox).judge(case).status is GateStatus.PASS


def test_a_recorded_base_run_is_used_when_it_is_of_this_base(bench, sandbox):
    case = bench.case({"a.py": OLD}, {"b.py": "import sys\n"}, RUFF)
    recorded = json.loads(json.dumps(record_base(sandbox, case.base, RUFF)))
    assert recorded["lint"]["messages"][0][0] == "a.py"
    recorded["lint"]["messages"].append(["b.py", 1, "F401 [*] `sys` imported but unused"])
    assert not LintGate(sandbox).judge(replace(case, base_results=recorded)).failed
    stale = recorded | {"sha": "0" * 40}
    assert LintGate(sandbox).judge(replace(case, base_results=stale)).failed


def test_unreadable_complaints_fail_when_the_base_succeeds(bench, sandbox):
    commands = Commands(lint="if grep -q bad *.txt; then echo 'it is bad'; exit 1; fi")
    result = LintGate(sandbox).judge(bench.case({"a.txt": "good"}, {"a.txt": "bad"}, commands))
    assert result.failed
    assert "without a readable new message" in result.reason


def test_a_missing_linter_and_an_endless_one_fail(bench, sandbox):
    case = bench.case({"a.txt": "1"}, {"a.txt": "2"}, Commands(lint="no-such-linter"))
    assert LintGate(sandbox).judge(case).failed
    hurried = replace(case.order, limits=replace(case.order.limits, gate_seconds=0.5))
    slow = replace(case, commands=Commands(lint="sleep 60"), order=hurried)
    assert "timed out" in LintGate(sandbox).judge(slow).reason


def test_without_a_lint_command_the_gate_does_not_apply(bench, sandbox):
    result = LintGate(sandbox).judge(bench.case({"a": "1"}, {"a": "2"}))
    assert result.status is GateStatus.NOT_APPLICABLE
    assert result.findings == ()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("detected: tox.ini", True),
        (".overnight.yml; lint detected: tox.ini", True),
        (".overnight.yml; build detected: tox.ini", False),
        (".overnight.yml", False),
    ],
)
def test_a_missing_linter_fails_and_the_fix_is_named_when_nobody_asked_for_it(bench, sandbox, source, told):
    commands = Commands(lint="no-such-linter .", source=source)
    result = LintGate(sandbox).judge(bench.case({"a.py": OLD}, {"a.py": "x = 1\n"}, commands))
    assert result.status is GateStatus.FAIL
    assert ("lint: false" in result.reason) is told


def test_findings_of_a_linter_that_exits_with_zero_are_read(bench, sandbox):
    commands = Commands(lint="grep -n bad *.txt | sed 's/^/a.txt:/; s/:bad.*/: warning it is bad/'; true")
    result = LintGate(sandbox).judge(bench.case({"a.txt": "good\n"}, {"a.txt": "good\nbad\n"}, commands))
    assert [(finding.rule, finding.path, finding.line) for finding in result.findings] == [
        ("lint", "a.txt", 2)
    ]
    assert (
        not LintGate(sandbox)
        .judge(type(bench)(bench.folder / "old").case({"a.txt": "bad\n"}, {"b.py": "x = 1\n"}, commands))
        .failed
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.py", "import os  # noqa: F401"),
        ("a.py", "x: int = 'a'  # type: ignore[assignment]"),
        ("a.js", "// eslint-disable-next-line semi"),
        ("a.ts", "// @ts-ignore"),
        ("a.rs", "#[allow(dead_code)]"),
        ("a.go", "var x = 1 //nolint:unused"),
        ("a.sh", "# shellcheck disable=SC2086"),
    ],
)
def test_silencing_a_tool_is_a_finding_unless_instructions_allow_it(bench, sandbox, name, line):
    case = bench.case({name: "\n"}, {name: f"\n{line}\n"}, Commands(lint="true"))
    result = LintGate(sandbox).judge(case)
    assert [(finding.rule, finding.path, finding.line) for finding in result.findings] == [
        ("suppression", name, 2)
    ]
    word = {"py": "noqa or type: ignore", "js": "eslint-disable", "ts": "@ts-ignore", "rs": "#[allow]"}
    text = f"You may use `{word.get(name[2:], 'nolint and shellcheck disable')}` with a reason."
    allowed = replace(case, instructions=(("AGENTS.md", text),))
    assert not LintGate(sandbox).judge(allowed).failed
    forbidden = replace(case, instructions=(("AGENTS.md", f"Do not. {text}"),))
    assert LintGate(sandbox).judge(forbidden).failed


def test_a_silencing_comment_that_moved_or_stands_in_a_string_is_no_finding(bench, sandbox):
    quiet = "import os  # noqa: F401\n"
    after = {"a.py": None, "b.py": f"\n{quiet}", "c.py": 'TEXT = "import os  # noqa"\n', "d.md": "# noqa\n"}
    case = bench.case({"a.py": quiet}, after, Commands(lint="true"))
    assert LintGate(sandbox).judge(case).status is GateStatus.PASS


def test_a_linter_that_is_not_installed_fails_and_says_where_to_install_it(bench, sandbox):
    commands = Commands(lint="python -m no_such_linter .", source=".overnight.yml")
    result = LintGate(sandbox).judge(bench.case({"a.py": OLD}, {"a.py": "x = 1\n"}, commands))
    assert result.failed
    assert "install it with `setup`" in result.reason


MAKE = "lint:\n\t{}\n"


@pytest.mark.parametrize(
    ("command", "recipe", "told"),
    [
        ("no-such-linter . | cat", "", "no-such-linter"),
        ("no-such-linter . || true", "", "no-such-linter"),
        ("make lint", "-no-such-linter .", "no-such-linter"),
        ("make lint", "-no-such-linter . 2>/dev/null", "Error 127"),
    ],
)
def test_a_linter_that_is_not_there_never_passes_by_its_exit_code(bench, sandbox, command, recipe, told):
    case = bench.case({"Makefile": MAKE.format(recipe)}, {"a.py": "x = 1\n"}, Commands(lint=command))
    result = LintGate(sandbox).judge(case)
    assert result.failed
    assert told in result.reason
    assert "not installed here" in result.reason


def test_a_recipe_that_a_file_keeps_from_running_is_no_clean_lint(bench, sandbox):
    case = bench.case({"Makefile": MAKE.format("true")}, {"lint": ""}, Commands(lint="make lint"))
    assert "no linter ran: make: 'lint' is up to date" in LintGate(sandbox).judge(case).reason


def test_a_formatter_fails_only_what_was_formatted_before(bench, sandbox):
    commands = Commands(lint="for f in *.txt; do tr a-z A-Z < $f > /tmp/f; cat /tmp/f > $f; done")
    old = {"a.txt": "small\n", "b.txt": "BIG\n"}
    case = bench.case(old, {"c.py": "x = 1\n", "a.txt": "small still\n"}, commands)
    assert LintGate(sandbox).judge(case).status is GateStatus.PASS
    case = type(bench)(bench.folder / "b").case(old, {"b.txt": "small now\n"}, commands)
    recorded = json.loads(json.dumps(record_base(sandbox, case.base, commands)))
    result = LintGate(sandbox).judge(replace(case, base_results=recorded))
    assert [(finding.rule, finding.path) for finding in result.findings] == [("mended", "b.txt")]
