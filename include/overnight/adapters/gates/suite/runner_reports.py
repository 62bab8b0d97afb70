"""Read what test runners other than pytest report: JSON of Jest, Vitest, Mocha and Go, text of Cargo, TAP."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .junit import read_report
from .results import TestStatus, gathered

Told = Iterator[tuple[str, TestStatus]]

_WORDS: Mapping[str, TestStatus] = {
    "passed": TestStatus.PASSED,
    "pass": TestStatus.PASSED,
    "ok": TestStatus.PASSED,
    "failed": TestStatus.FAILED,
    "fail": TestStatus.FAILED,
    "FAILED": TestStatus.FAILED,
    "skipped": TestStatus.SKIPPED,
    "skip": TestStatus.SKIPPED,
    "pending": TestStatus.SKIPPED,
    "todo": TestStatus.SKIPPED,
    "disabled": TestStatus.SKIPPED,
    "ignored": TestStatus.SKIPPED,
}
"""A word that is not here is a failure: what cannot be read does not pass."""

_CARGO_TARGET = re.compile(r"^\s*(?:Running (?:unittests )?(?P<target>\S+)|Doc-tests (?P<doc>\S+))")
_CARGO_TEST = re.compile(r"^test (?P<name>.+?)(?: - should panic)? \.\.\. (?P<word>ok|FAILED|ignored)\b")
_LINE_NUMBER = re.compile(r"\(line \d+\)")
_TAP = re.compile(
    r"^(?P<not>not )?ok\b[ \t]*\d*[ \t]*(?:- )?(?P<name>[^#\n]*)(?:#\s*(?P<word>skip|todo)\b.*)?$", re.I
)


def read_pairs(path: Path) -> dict[str, TestStatus] | None:
    """Read our own reporters' lines: one JSON pair (test, status) a line."""
    return _lines_of(path, _pair)


def read_jest(path: Path) -> dict[str, TestStatus] | None:
    """Read the JSON of Jest; Vitest writes the same."""
    return _document(path, _jest)


def read_mocha(path: Path) -> dict[str, TestStatus] | None:
    """Read the JSON of Mocha."""
    return _document(path, _mocha)


def read_go(path: Path) -> dict[str, TestStatus] | None:
    """Read `go test -json`."""
    return _lines_of(path, _go)


def read_cargo(path: Path) -> dict[str, TestStatus] | None:
    """Read the text of `cargo test`."""
    text = _text(path)
    return None if text is None or "\ntest result: " not in f"\n{text}" else gathered(_cargo(text))


def read_tap(path: Path) -> dict[str, TestStatus] | None:
    """Read TAP; without its plan ("1..9") the run was ended early."""
    text = _text(path)
    return None if text is None or not re.search(r"^1\.\.\d+", text, re.M) else gathered(_tap(text))


def _text(path: Path) -> str | None:
    content = read_report(path)
    return None if content is None else content.decode(errors="replace")


def _document(path: Path, read: Any) -> dict[str, TestStatus] | None:
    text = _text(path)
    try:
        return None if text is None else gathered(read(json.loads(text)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _lines_of(path: Path, read: Any) -> dict[str, TestStatus] | None:
    text = _text(path)
    if text is None:
        return None
    try:
        return gathered(told for line in text.splitlines() if (told := read(line)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _status(word: object) -> TestStatus:
    return _WORDS.get(str(word), TestStatus.FAILED)


def _pair(line: str) -> tuple[str, TestStatus]:
    test, word = json.loads(line)
    return str(test), _status(word)


def _jest(document: Any) -> Told:
    for file in document["testResults"]:
        name = inside(file["name"])
        if not file["assertionResults"] and file.get("status") != "passed":
            yield name, TestStatus.FAILED
        for test in file["assertionResults"]:
            yield f"{name}::{' > '.join([*test['ancestorTitles'], test['title']])}", _status(test["status"])


def _mocha(document: Any) -> Told:
    endings = {"failures": TestStatus.FAILED, "pending": TestStatus.SKIPPED, "passes": TestStatus.PASSED}
    for kind, status in endings.items():
        for test in document[kind]:
            yield f"{inside(test.get('file') or '')}::{test['fullTitle']}", status


def _go(line: str) -> tuple[str, TestStatus] | None:
    if not line.startswith("{"):
        return None
    event = json.loads(line)
    if event.get("Action") not in ("pass", "fail", "skip"):
        return None
    if "Test" not in event:  # a package: it counts only when it cannot even be built
        return (event["Package"], TestStatus.FAILED) if event["Action"] == "fail" else None
    return f"{event['Package']}::{event['Test']}", _status(event["Action"])


def _cargo(text: str) -> Told:
    target = ""
    for line in text.splitlines():
        if begun := _CARGO_TARGET.match(line):
            target = begun["target"] or f"doc {begun['doc']}"
        elif test := _CARGO_TEST.match(line):
            yield f"{target}::{_LINE_NUMBER.sub('', test['name']).strip()}", _status(test["word"])


def _tap(text: str) -> Told:
    """Yield assertions; the second of one name in a section is "name (2)"."""
    section = ""
    seen: Counter[str] = Counter()
    for line in text.splitlines():
        if line.startswith("# ") and not re.match(r"# (tests|pass|fail|ok)\b", line):
            section = line[2:].strip()
        elif (test := _TAP.match(line)) and test["name"].strip():
            name = f"{section}::{test['name'].strip()}"
            seen[name] += 1
            status = TestStatus.SKIPPED if test["word"] else _status("failed" if test["not"] else "ok")
            yield f"{name} ({seen[name]})" if seen[name] > 1 else name, status


def inside(path: str) -> str:
    """Return a path as seen from the tree."""
    return path.split("/work/", 1)[-1] if path.startswith("/work/") else path
