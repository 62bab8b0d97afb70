"""Which test runner a command starts, and how it is made to tell its tests one by one: one table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .junit import read_junit
from .results import TestStatus
from .runner_reports import read_cargo, read_go, read_jest, read_mocha, read_pairs, read_tap

_PLAIN = r"(?P<rest>(?:\s[^;|&<>#]*)?)"
_VARIABLES = r"(?:\w+=[^\s;|&<>#]*\s+)*"
_RUN = r"(?:(?:uv|poetry|pdm|hatch|pipenv)\s+run\s+)?"
_PYTHON = r"(?:\S*/)?python[\d.]*\s+(?:-[A-Za-z]+\s+)*?"
_NODE_TOOL = rf"(?:(?:npx|c8|nyc|cross-env)\s+(?:-\S+\s+)*)*{_VARIABLES}(?:\S*node_modules/\.bin/)?"
_NPM_TEST = re.compile(r"(?:npm|pnpm|yarn)\s+(?:run\s+)?(?:-s\s+|--silent\s+)?(?:test|t|run-script test)")
_LAST = re.compile(r"\n|&&|;")
_MAX_PACKAGE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Places:
    """Where the report goes and where our programs lie, as the command sees them."""

    report: str
    programs: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """One test runner.

    :param pattern: matches the last simple command in full; its group `start` is what stays in front.
    :param told: returns the command that leaves a report.
    :param read: returns the tests of a report, None when it is none.
    :param empty: exit code that says that no test was found.
    :param red: exit codes that failing tests explain; () means any.
    :param to_file: whether the report is the output itself, so that it must be shown from the file.
    """

    name: str
    pattern: re.Pattern[str]
    told: Callable[[re.Match[str], Places], str]
    read: Callable[[Path], dict[str, TestStatus] | None]
    empty: int | None = None
    red: tuple[int, ...] = ()
    to_file: bool = False


def _pattern(start: str) -> re.Pattern[str]:
    return re.compile(f"(?P<start>{start}){_PLAIN}")


def _after(options: str) -> Callable[[re.Match[str], Places], str]:
    """Add options behind the last argument."""
    return lambda found, at: f"{found[0].rstrip()} {options.format(at=at)}"


def _between(options: str, output: str = "") -> Callable[[re.Match[str], Places], str]:
    """Add options in front of the arguments, and send the output to the report where `output` says so."""
    return lambda found, at: f"{found['start']} {options.format(at=at)}{found['rest']}{output.format(at=at)}"


def _loudly(options: str, output: str) -> Callable[[re.Match[str], Places], str]:
    """Do as `_between` and take out what turns names of tests into dots, for the runner and its harness."""
    told = _between(options, output)
    return lambda found, at: re.sub(r"\s(?:-q|--quiet)(?=\s|$)", "", told(found, at))


def by_program(found: re.Match[str], at: Places) -> str:
    """Return the start of a unittest command with our program in place of its module."""
    return re.sub(r"-m\s+unittest$", f"{at.programs}/unittest_report.py {at.report}", found["start"])


def _by_program(found: re.Match[str], at: Places) -> str:
    return by_program(found, at) + found["rest"]


REPORTERS: tuple[Reporter, ...] = (
    Reporter(
        "pytest",
        _pattern(
            rf"{_VARIABLES}{_RUN}(?:{_PYTHON}-m\s+|(?:\S*/)?coverage\s+run\s+(?:-\S+\s+)*?-m\s+|\S*/)?"
            r"(?:pytest|py\.test)"
        ),
        _after("--continue-on-collection-errors --junit-xml={at.report}"),
        read_junit,
        empty=5,
        red=(1,),
    ),
    Reporter(
        "unittest",
        _pattern(rf"{_VARIABLES}{_RUN}{_PYTHON}-m\s+unittest"),
        _by_program,
        read_pairs,
        red=(1,),
    ),
    Reporter(
        "node --test",
        _pattern(rf"{_NODE_TOOL}(?:\S*/)?node\s+(?:-\S+\s+(?:[^-\s]\S*\s+)?)*?--test(?=\s|$)"),
        _between("--test-reporter={at.programs}/node_report.mjs --test-reporter-destination={at.report}"),
        read_pairs,
        red=(1,),
    ),
    Reporter(
        "jest",
        _pattern(rf"{_NODE_TOOL}(?:\S*/)?(?:node\s+(?:-\S+\s+)*?\S*)?jest(?:\.js)?"),
        _after("--json --outputFile={at.report}"),
        read_jest,
        red=(1,),
    ),
    Reporter(
        "vitest",
        _pattern(rf"{_NODE_TOOL}vitest"),
        _after("--run --reporter=json --outputFile={at.report}"),
        read_jest,
        red=(1,),
    ),
    Reporter(
        "mocha",
        _pattern(rf"{_NODE_TOOL}mocha"),
        _after("--reporter json --reporter-option output={at.report}"),
        read_mocha,
    ),
    Reporter(
        "tape",
        _pattern(rf"{_NODE_TOOL}(?:tape|ava\s+--tap)"),
        _between("", " >{at.report}"),
        read_tap,
        to_file=True,
    ),
    Reporter(
        "go test",
        _pattern(rf"{_VARIABLES}go\s+test"),
        _between("-json", " >{at.report}"),
        read_go,
        red=(1, 2),
        to_file=True,
    ),
    Reporter(
        "cargo test",
        _pattern(rf"{_VARIABLES}cargo\s+(?:(?:\+\S+|-q|--quiet|--offline|--locked|--frozen)\s+)*test"),
        _loudly("--no-fail-fast", " >{at.report} 2>&1"),
        read_cargo,
        red=(101,),
        to_file=True,
    ),
)
_OWN_REPORT = re.compile(r"junit|--json\b|outputFile|--test-reporter|-json\b|--reporter")
"""A command that writes a report of its own is left alone."""


def reporter_of(command: str, tree: Path | None = None) -> tuple[Reporter, str, re.Match[str]] | None:
    """Return the runner that a command ends in, what comes before it, and the match; None when unknown.

    :param tree: where `package.json` says what `npm test` is.
    """
    before, last = _split(command)
    if tree is not None and _NPM_TEST.fullmatch(last):
        before, last = _script(tree, before, last)
    if _OWN_REPORT.search(last):
        return None
    for reporter in REPORTERS:
        if found := reporter.pattern.fullmatch(last):
            return reporter, before, found
    return None


def _split(command: str) -> tuple[str, str]:
    command = command.strip()
    ends = [found.end() for found in _LAST.finditer(command)]
    start = ends[-1] if ends else 0
    return command[:start] + (" " if start else ""), command[start:].strip()


def _script(tree: Path, before: str, last: str) -> tuple[str, str]:
    """Return what `npm test` would start; programs of node_modules are on its PATH as there."""
    scripts = package_scripts(tree)
    text = scripts.get("test", "")
    if not text or len(text) > 2000 or "posttest" in scripts:
        return before, last
    first = "npm run --silent pretest && " if "pretest" in scripts else ""
    inner, runner = _split(text)
    return f'{before}{first}export PATH="$PWD/node_modules/.bin:$PATH" && {inner}', runner


def package_scripts(tree: Path) -> dict[str, str]:
    """Return the scripts of a tree's package.json, {} when there is none to be read."""
    path = tree / "package.json"
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_PACKAGE:
        return {}
    try:
        scripts = json.loads(path.read_bytes()).get("scripts", {})
        return {name: text for name, text in scripts.items() if isinstance(text, str)}
    except (ValueError, AttributeError, RecursionError):
        return {}
