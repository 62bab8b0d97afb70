"""Read a unified diff of git: which files, which modes, which lines were added."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "b": 8, "f": 12, "v": 11, "a": 7}


@dataclass(slots=True)
class FileDiff:
    """What happened to one file.

    :param path: where it is now; for a deleted file, where it was.
    :param old_path: where it was, "" for a new file.
    :param new_mode: git's mode such as "100644", "" for a deleted file.
    :param added: (line number, text) of every added line.
    :param gone: text of every removed line.
    """

    path: str = ""
    old_path: str = ""
    old_mode: str = ""
    new_mode: str = ""
    binary: bool = False
    deleted: bool = False
    added: list[tuple[int, str]] = field(default_factory=list)
    removed: int = 0
    gone: list[str] = field(default_factory=list)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every name the file had or has."""
        return tuple(dict.fromkeys(path for path in (self.old_path, self.path) if path))


def parse_diff(diff: str) -> list[FileDiff]:
    """Return the files of a diff with the prefixes a/ and b/, in its order."""
    lines = iter(diff.split("\n"))
    files: list[FileDiff] = []
    for line in lines:
        if line.startswith("diff --git "):
            files.append(_opened(line))
        elif files and (hunk := _HUNK.match(line)):
            _read_hunk(files[-1], lines, hunk)
        elif files:
            _read_header(files[-1], line)
    return files


def _opened(line: str) -> FileDiff:
    """Take both names from the first line; it says them twice unless the file was renamed."""
    words = line.removeprefix("diff --git ")
    if words.startswith('"'):
        old = unquoted(words[: _closing(words) + 1])
        return FileDiff(old.removeprefix("a/"), old.removeprefix("a/"))
    half = words[2 : 2 + (len(words) - 5) // 2]
    return FileDiff(half, half)


def _read_header(file: FileDiff, line: str) -> None:
    for start, read in _HEADERS:
        if line.startswith(start):
            read(file, line.removeprefix(start))
            return


def _new(file: FileDiff, mode: str) -> None:
    file.new_mode, file.old_path = mode, ""


def _deleted(file: FileDiff, mode: str) -> None:
    file.old_mode, file.deleted = mode, True


def _same_mode(file: FileDiff, value: str) -> None:
    if " " in value:
        file.old_mode = file.new_mode = value.split(" ")[1]


def _set(name: str) -> Callable[[FileDiff, str], None]:
    def read(file: FileDiff, value: str) -> None:
        setattr(file, name, value)

    return read


def _name(attribute: str, prefix: str = "") -> Callable[[FileDiff, str], None]:
    def read(file: FileDiff, value: str) -> None:
        if value != "/dev/null":
            setattr(file, attribute, unquoted(value.removesuffix("\t")).removeprefix(prefix))

    return read


_HEADERS: tuple[tuple[str, Callable[[FileDiff, str], None]], ...] = (
    ("new file mode ", _new),
    ("deleted file mode ", _deleted),
    ("new mode ", _set("new_mode")),
    ("old mode ", _set("old_mode")),
    ("rename from ", _name("old_path")),
    ("rename to ", _name("path")),
    ("index ", _same_mode),
    ("--- ", _name("old_path", "a/")),
    ("+++ ", _name("path", "b/")),
    ("Binary files ", lambda file, _: setattr(file, "binary", True)),
)


def _read_hunk(file: FileDiff, lines: Iterator[str], hunk: re.Match[str]) -> None:
    """Count the hunk's lines down, so that no line of a file can pass for a header."""
    old, new = int(hunk[1] or 1), int(hunk[3] or 1)
    number = int(hunk[2])
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            return
        if line.startswith("+"):
            file.added.append((number, line[1:]))
        if line.startswith("-"):
            file.removed += 1
            file.gone.append(line[1:])
        old -= not line.startswith(("+", "\\"))
        new -= not line.startswith(("-", "\\"))
        number += not line.startswith(("-", "\\"))


def unquoted(name: str) -> str:
    """Return the file name git means by a C-quoted one."""
    if not (name.startswith('"') and name.endswith('"')):
        return name
    raw = re.sub(rb"\\([0-7]{3}|.)", _unescape, name[1:-1].encode(errors="surrogateescape"), flags=re.DOTALL)
    return raw.decode(errors="replace")


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1].decode(errors="replace")
    return bytes([int(code, 8) & 255]) if len(code) == 3 else bytes([_ESCAPES.get(code, ord(code) & 255)])


def _closing(words: str) -> int:
    """Return the index of the quote that ends the quoted name at the beginning."""
    match = re.match(r'"(?:[^"\\]|\\.)*"', words, re.DOTALL)
    return match.end() - 1 if match else len(words) - 1
