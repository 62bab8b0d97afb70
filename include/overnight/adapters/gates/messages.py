"""Read what linters print, and compare two runs without line numbers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_MESSAGE = re.compile(
    r"^(?P<path>(?:[A-Za-z]:)?[^\s:][^:\n]*?):(?P<line>\d+)(?::\d+)?(?::|\s+-)\s*(?P<text>\S.*)$"
)
_TSC = re.compile(r"^(?P<path>[^\s(][^(]*)\((?P<line>\d+),\d+\):\s*(?P<text>\S.*)$")
_BLOCK = re.compile(r"^\s*-->\s+(?P<path>\S.*?):(?P<line>\d+):\d+\s*$")
_STYLISH = re.compile(r"^\s+(?P<line>\d+):\d+\s+(?P<text>(?:error|warning|[✖⚠×])\s+\S.*)$")
_STYLISH_FILE = re.compile(r"^(?P<path>(?:/|\./|[\w@.-])[^:]*\.\w+)$")
_SHELL_FILE = re.compile(r"^In (?P<path>\S.*) line (?P<line>\d+):$")
_SHELL = re.compile(r"^\s*\^-*\^?\s*-{0,2}\s*(?P<text>SC\d+\b.*)$")
_WHOLE_FILE = (
    re.compile(r"^\[(?P<text>warn|error)\] (?P<path>\S+\.\w+)$"),
    re.compile(r"^(?P<text>[Ww]ould reformat):? (?P<path>\S+)$"),
    re.compile(r"^ERROR: (?P<path>\S+) (?P<text>Imports are incorrectly sorted.*)$"),
)
"""Formatters name a file and no line: Prettier, Black and Ruff, isort."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOTE = re.compile(r"^note: ")
_OTHER_LINE = re.compile(r"\blines? \d+")
_SPACES = re.compile(r"\s{2,}")


@dataclass(frozen=True, slots=True)
class Message:
    """One complaint of a linter; `line` is 0 when it is about a whole file."""

    path: str
    line: int
    text: str


def read_messages(output: str) -> list[Message]:
    """Return the messages of a linter's text or JSON; [] when none is found.

    Text: ruff, flake8, mypy, pylint, ESLint (unix and stylish), tsc, golangci-lint, clippy, ShellCheck, gcc,
    Prettier, Black, isort. JSON: ESLint, Ruff, Pylint, ShellCheck.
    """
    told = _document(output)
    return list(_lines(output) if told is None else _of_json(told))


def _lines(output: str) -> Iterator[Message]:
    before = file = ""
    number = 0
    for raw in output.split("\n"):
        line = _COLOUR.sub("", raw).rstrip()
        if whole := next((found for form in _WHOLE_FILE if (found := form.match(line))), None):
            yield _message(whole["path"], 0, whole["text"])
        elif named := _STYLISH_FILE.match(line):
            file = named["path"]
        elif named := _SHELL_FILE.match(line):
            file, number = named["path"], int(named["line"])
        elif match := _MESSAGE.match(line) or _TSC.match(line):
            if not _NOTE.match(match["text"]):
                yield _message(match["path"], match["line"], match["text"])
        elif block := _BLOCK.match(line):
            yield _message(block["path"], block["line"], before)
        elif file and (match := _STYLISH.match(line)):
            yield _message(file, match["line"], _SPACES.sub(" ", match["text"]))
        elif file and (match := _SHELL.match(line)):
            yield _message(file, number, match["text"])
        before = line


def new_messages(
    base: Iterable[Message], head: Iterable[Message], renamed: Mapping[str, str]
) -> list[Message]:
    """Return the head's messages that the base has not, or has fewer of.

    :param renamed: old path → new path.
    """
    known = Counter((renamed.get(message.path, message.path), _placeless(message.text)) for message in base)
    new: list[Message] = []
    for message in head:
        key = (message.path, _placeless(message.text))
        if known[key]:
            known[key] -= 1
        else:
            new.append(message)
    return new


def _placeless(text: str) -> str:
    """Return a message without the other lines it names ("redefinition of 'x' from line 3")."""
    return _OTHER_LINE.sub("line", text)


def _document(output: str) -> list[Any] | None:
    """Return the array of a linter that was told to print JSON, None when this is text."""
    start = output.find("[")
    if not output.lstrip().startswith(("[{", "[\n", "[]", '{"comments"')):
        return None
    try:
        told, _ = json.JSONDecoder().raw_decode(output.lstrip() if start < 0 else output[start:])
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, list) and all(isinstance(item, dict) for item in told) else None


def _of_json(told: list[Any]) -> Iterator[Message]:
    for item in told:
        if isinstance(item.get("messages"), list):  # ESLint groups them by file
            for inner in item["messages"]:
                text = f"{inner.get('message', '')} {inner.get('ruleId') or ''}"
                yield _message(str(item.get("filePath", "")), inner.get("line", 0), text)
            continue
        path = item.get("filename") or item.get("path") or item.get("file") or ""
        place = item.get("location") if isinstance(item.get("location"), dict) else {}
        line = item.get("line") or place.get("row") or 0
        code = item.get("code") or item.get("message-id") or item.get("symbol") or ""
        yield _message(str(path), line, f"{code} {item.get('message', '')}")


def _message(path: str, line: object, text: str) -> Message:
    number = int(line) if isinstance(line, int) or (isinstance(line, str) and line.isdigit()) else 0
    return Message(_plain(path), number, text.strip())


def _plain(path: str) -> str:
    return path.removeprefix("/work/").removeprefix("./")
