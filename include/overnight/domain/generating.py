"""Tests that a model wrote before the builder began: which may be tried, how one is run, what is left."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .reviewing import WrittenFile

MOST_FILES = 5
MOST_CHARACTERS = 20_000
_TEST_NAME = re.compile(
    r"(test_[^/]*\.py|[^/]*_test\.(py|go)|[^/]*[.-](test|spec)\.[cm]?[jt]sx?|[^/]*Tests?\.(java|kt))$"
)
_USUAL_FOLDERS = ("tests", "test", "__tests__", "spec", "src/test")
_CHECKS = re.compile(r"\bassert|\bexpect\b|\braises\b|\bshould\b|\bt\.(Error|Fatal|is|equal)")
_HARMFUL = re.compile(
    r"\bos\._exit\b|\bsys\.exit\b|\bprocess\.exit\b|conftest|sitecustomize|\bpytest\.exit\b"
)
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class GeneratedTests:
    """What became of the tests that a model wrote.

    :param dropped: (path, reason) of each file that is not used.
    :param proofs: (path, sentence) of what each kept file was seen to do.
    :param note: why there are none at all, "" otherwise.
    :param red: paths of those dropped because they fail on the change: the test is wrong, or the change does
        not do what the issue asks, for instance because it knows the visible tests' answers by heart.
    """

    kept: tuple[WrittenFile, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    proofs: tuple[tuple[str, str], ...] = ()
    note: str = ""
    red: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Site:
    """What a written file is judged by before it is run."""

    existing: frozenset[str]
    folders: frozenset[str]
    earlier: frozenset[str]


def admissible(files: Sequence[WrittenFile], existing: Sequence[str]) -> GeneratedTests:
    """Keep the files that may be tried: new, small, among the repository's tests, and checking something.

    :param existing: every path of the repository.
    """
    folders = _test_folders(existing)
    kept: list[WrittenFile] = []
    dropped: list[tuple[str, str]] = []
    for file in files:
        site = _Site(frozenset(existing), folders, frozenset(one.path for one in kept))
        why = next((why for why, applies in _RULES if applies(file, site)), "")
        why = why or ("more files than one issue may bring" if len(kept) == MOST_FILES else "")
        if why:
            dropped.append((file.path[:200], why))
        else:
            kept.append(file)
    return GeneratedTests(tuple(kept), tuple(dropped))


def is_test_name(path: str) -> bool:
    """Tell whether a test runner would take a file of this name for tests."""
    in_folder = re.search(r"(^|/)(tests?|__tests__|spec)/[^/]+\.[cm]?[jt]sx?$", path)
    return bool(_TEST_NAME.fullmatch(path.rsplit("/", 1)[-1]) or in_folder)


def _test_folders(existing: Sequence[str]) -> frozenset[str]:
    """Return the folders that hold tests, and "tests" and its like above them; the usual ones without any."""
    found = {_folder(path) for path in existing if is_test_name(path)}
    for folder in tuple(found):
        parts = folder.split("/")
        found |= {"/".join(parts[: n + 1]) for n, part in enumerate(parts) if part in _USUAL_FOLDERS}
    return frozenset(found or _USUAL_FOLDERS)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_odd(path: str) -> bool:
    parts = path.split("/")
    return not re.fullmatch(r"[\w./@+-]{1,200}", path) or any(
        part in ("", ".", "..", ".git") for part in parts
    )


def _is_elsewhere(path: str, folders: frozenset[str]) -> bool:
    folder = _folder(path)
    return not any(folder == known or (known and folder.startswith(f"{known}/")) for known in folders)


def _does_not_parse(file: WrittenFile) -> bool:
    if not file.path.endswith(".py"):
        return False
    try:
        ast.parse(file.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return False


_RULES: tuple[tuple[str, Callable[[WrittenFile, _Site], bool]], ...] = (
    ("its path is not a plain path inside the repository", lambda file, _: _is_odd(file.path)),
    ("the file exists already", lambda file, site: file.path in site.existing),
    ("another written file has the same path", lambda file, site: file.path in site.earlier),
    ("no test runner would collect a file of this name", lambda file, _: not is_test_name(file.path)),
    ("it is not in a folder of tests", lambda file, site: _is_elsewhere(file.path, site.folders)),
    (f"it is longer than {MOST_CHARACTERS} characters", lambda file, _: len(file.text) > MOST_CHARACTERS),
    ("it does not parse", lambda file, _: _does_not_parse(file)),
    ("it checks nothing", lambda file, _: not _CHECKS.search(file.text)),
    ("it would end or reconfigure the test run", lambda file, _: bool(_HARMFUL.search(file.text))),
)
"""Reason → when it applies, in this order."""

_START = r"(?P<start>(?:\w+=[^\s;|&<>#]*\s+)*(?:(?:uv|poetry|pdm|hatch|pipenv)\s+run\s+)?(?:npx\s+)?"
_LAST = re.compile(r"\n|&&|;")


@dataclass(frozen=True, slots=True)
class _Focus:
    """How a runner is started on one file."""

    pattern: re.Pattern[str]
    arguments: Callable[[str], str]
    none: int = -1
    """Exit code that says that the file holds no test."""


def _focus(runner: str, arguments: Callable[[str], str], none: int = -1) -> _Focus:
    return _Focus(re.compile(rf"{_START}{runner})(?:\s.*)?"), arguments, none)


def _discovered(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"discover -s {shlex.quote(folder or '.')} -p {shlex.quote(name)}"


_FOCUSES: tuple[_Focus, ...] = (
    _focus(r"(?:\S*python[\d.]*\s+(?:-[A-Za-z]+\s+)*?-m\s+|\S*/)?(?:pytest|py\.test)", shlex.quote, 5),
    _focus(r"\S*python[\d.]*\s+(?:-[A-Za-z]+\s+)*?-m\s+unittest", _discovered, 5),
    _focus(r"(?:\S*/)?node\s+(?:-\S+\s+)*?--test(?=\s|$)", shlex.quote),
    _focus(r"(?:\S*/)?(?:jest|mocha|tape|ava)", shlex.quote),
    _focus(r"(?:\S*/)?vitest", lambda path: f"run {shlex.quote(path)}"),
    _focus(r"go\s+test", lambda path: shlex.quote(f"./{_folder(path)}")),
    _focus(r"cargo\s+test", lambda path: f"--test {shlex.quote(path.rsplit('/', 1)[-1].rsplit('.', 1)[0])}"),
)
_NPM_TEST = re.compile(r"(?:npm|pnpm|yarn)\s+(?:run\s+)?(?:-s\s+|--silent\s+)?(?:test|t)")


def focused(command: str, path: str, npm_script: str = "") -> str:
    """Return the command that runs the tests of one file, "" when the runner is not known.

    :param npm_script: what `npm test` starts.
    """
    before, last = _split(command)
    if npm_script and _NPM_TEST.fullmatch(last):
        inner, last = _split(npm_script)
        before = f'{before}export PATH="$PWD/node_modules/.bin:$PATH" && {inner}'
    for focus in _FOCUSES:
        if found := focus.pattern.fullmatch(last):
            return f"{before}{found['start']} {focus.arguments(path)}"
    return ""


def _split(command: str) -> tuple[str, str]:
    ends = [found.end() for found in _LAST.finditer(command.strip())]
    start = ends[-1] if ends else 0
    text = command.strip()
    return text[:start] + (" " if start else ""), text[start:].strip()


def added_lines(diff: str) -> Mapping[str, frozenset[int]]:
    """Return path → numbers of the lines that a unified diff of git adds; deleted files are left out."""
    added: dict[str, set[int]] = {}
    path, number, old, new = "", 0, 0, 0
    for line in diff.split("\n"):
        if old > 0 or new > 0:
            if line.startswith("+") and path:
                added.setdefault(path, set()).add(number)
            old -= not line.startswith(("+", "\\"))
            new -= not line.startswith(("-", "\\"))
            number += not line.startswith(("-", "\\"))
        elif line.startswith("+++ "):
            path = line[6:].rstrip("\t") if line.startswith("+++ b/") else ""
        elif hunk := _HUNK.match(line):
            old, number, new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
    return {path: frozenset(numbers) for path, numbers in added.items()}
