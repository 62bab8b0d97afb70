"""Rules of gate qic about added lines, language by language: what was left over from the work."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ....domain.gates import Finding
from ..diffs import FileDiff
from .scene import Scene, is_source, is_test, may_talk

_LONGEST = 10_000
"""Characters of a line that are looked at; what is longer was written by a machine."""
_JS = r"\.(?:[cm]?[jt]sx?|vue|svelte)$"
_NEVER = "no word asks for it"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One row: lines that should not have stayed.

    :param paths: regular expression of the files it is about; "" for all program text.
    :param spared: tells whether a path may have such lines.
    :param asked: regular expression of a word with which an issue asks for it.
    :param known: whether a file that had such lines before may get another.
    """

    rule: str
    message: str
    pattern: re.Pattern[str]
    paths: str = ""
    spared: Callable[[str], bool] = is_test
    asked: str = _NEVER
    known: bool = False


def _row(
    rule: str,
    message: str,
    pattern: str,
    paths: str = "",
    spared: Callable[[str], bool] = is_test,
    asked: str = _NEVER,
    known: bool = False,
) -> Leftover:
    return Leftover(rule, message, re.compile(pattern), paths, spared, asked, known)


_PRINTING = r"prints?|printing|output|console|stdout|stderr|logs?|logging|logged|command[- ]line|cli"
_STUB = "stands where the implementation should be"
_DEBUGGER = "stops the program in a debugger"
_PRINT = "prints only to see what happens"

LEFTOVERS: tuple[Leftover, ...] = (
    _row("debugger", _DEBUGGER, r"(?<![\w.'\"`])debugger\s*;?\s*$", _JS, spared=lambda path: False),
    _row("debugger", _DEBUGGER, r"\b(?:binding\.(?:pry|irb)|byebug)\b", r"\.rb$", spared=lambda path: False),
    _row(
        "debug_print",
        _PRINT,
        r"(?<![\w.'\"`/])console\.(?:log|debug|trace|dir|table)\(",
        _JS,
        may_talk,
        _PRINTING,
        known=True,
    ),
    _row("debug_print", _PRINT, r"(?<![\w>:$])(?:var_dump|print_r|dd|dump)\(", r"\.php$"),
    _row("debug_print", _PRINT, r"(?<!\w)dbg!\(", r"\.rs$"),
    _row("debug_print", _PRINT, r"\bfmt\.Print(?:ln|f)?\(", r"\.go$", may_talk, _PRINTING, known=True),
    _row("debug_print", _PRINT, r"\bSystem\.(?:out|err)\.print", r"\.java$", may_talk, _PRINTING, known=True),
    _row("placeholder", _STUB, r"(?<!\w)(?:todo|unimplemented)!\(", r"\.rs$"),
    _row("placeholder", _STUB, r"(?i)throw new \w*Error\(\s*['\"`]\s*(?:todo|not (?:yet )?implemented)", _JS),
    _row("placeholder", _STUB, r"(?i)panic\(\s*\"(?:todo|not (?:yet )?implemented|unimplemented)", r"\.go$"),
    _row(
        "placeholder",
        _STUB,
        r"(?i)UnsupportedOperationException\(\s*\"(?:todo|not (?:yet )?implemented)",
        r"\.(?:java|kt)$",
    ),
    _row(
        "todo",
        "puts off a part of the work",
        r"(?:#|//|/\*|^\s*\*|--|<!--)[^\n]{0,200}?\b(?:TODO|FIXME|XXX)\b(?![-\w])",
        spared=lambda path: False,
        asked="todos?|fixmes?",
    ),
)
"""Python's own rules are in debugging.py and stubs.py: its syntax tree tells a call from a text about it."""


def leftovers(scene: Scene) -> Iterator[Finding]:
    """Yield added lines that a row of the table minds; lines that only moved are not new."""
    for file in scene.present:
        if not is_source(file.path):
            continue
        for row in LEFTOVERS:
            if re.search(row.paths, file.path) and not row.spared(file.path) and not scene.asks(row.asked):
                yield from _in_file(scene, file, row)


def _in_file(scene: Scene, file: FileDiff, row: Leftover) -> Iterator[Finding]:
    if row.known and row.pattern.search(scene.text(file, base=True)):
        return
    for number, text in file.added:
        if row.pattern.search(text[:_LONGEST]) and text.strip() not in scene.moved:
            yield Finding(row.rule, row.message, file.path, number)


_CONFLICT = re.compile(r"(?:<{7}|>{7}|\|{7})(?: |\r?$)")


def conflicts(scene: Scene) -> Iterator[Finding]:
    """Yield conflict markers, in files of every kind."""
    for file in scene.present:
        marks = [number for number, text in file.added if _CONFLICT.match(text)]
        yield from (Finding("conflict", "a conflict marker", file.path, number) for number in marks[:3])
