"""Read what linters print, and compare two runs without line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_MESSAGE = re.compile(
    r"^(?P<path>(?:[A-Za-z]:)?[^\s:][^:\n]*?):(?P<line>\d+)(?::\d+)?(?::|\s+-)\s*(?P<text>\S.*)$"
)
_TSC = re.compile(r"^(?P<path>[^\s(][^(]*)\((?P<line>\d+),\d+\):\s*(?P<text>\S.*)$")
_BLOCK = re.compile(r"^\s*-->\s+(?P<path>\S.*?):(?P<line>\d+):\d+\s*$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NOTE = re.compile(r"^note: ")


@dataclass(frozen=True, slots=True)
class Message:
    """One complaint of a linter."""

    path: str
    line: int
    text: str


def read_messages(output: str) -> list[Message]:
    """Return the messages of ruff, flake8, mypy, eslint (unix), gcc and their like; [] when none is found."""
    found: list[Message] = []
    before = ""
    for raw in output.split("\n"):
        line = _COLOUR.sub("", raw).rstrip()
        if match := _MESSAGE.match(line) or _TSC.match(line):
            if not _NOTE.match(match["text"]):
                found.append(Message(_plain(match["path"]), int(match["line"]), match["text"]))
        elif block := _BLOCK.match(line):
            found.append(Message(_plain(block["path"]), int(block["line"]), before.strip()))
        before = line
    return found


def new_messages(
    base: Iterable[Message], head: Iterable[Message], renamed: Mapping[str, str]
) -> list[Message]:
    """Return the head's messages that the base has not, or has fewer of.

    :param renamed: old path → new path.
    """
    known = Counter((renamed.get(message.path, message.path), message.text) for message in base)
    new: list[Message] = []
    for message in head:
        key = (message.path, message.text)
        if known[key]:
            known[key] -= 1
        else:
            new.append(message)
    return new


def _plain(path: str) -> str:
    return path.removeprefix("/work/").removeprefix("./")
