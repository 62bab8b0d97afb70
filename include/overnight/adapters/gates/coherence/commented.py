"""Rule of gate qic about program text that is commented out instead of deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from ....domain.gates import Finding
from ..diffs import FileDiff
from ..python_source import is_program
from .scene import Scene, is_source

_LINE_COMMENT = re.compile(r"^\s*(?:#(?![!:]|\s*(?:>>>|\$))|//(?![/!]))\s?(?P<code>.*)$")
_CODE_END = re.compile(r"(?:[;{}]|\)\s*;?|=>\s*\{?|\);)\s*$")
_BLOCK = 3
"""Comment lines in a row from which on they are a block of code."""


def commented_out(scene: Scene) -> Iterator[Finding]:
    """Yield blocks of added comment lines that are program text."""
    for file in scene.present:
        if not is_source(file.path):
            continue
        for first, block in _comment_blocks(file):
            if _is_code(file.path, block) and not all(line.strip() in scene.moved for line in block):
                told = f"{len(block)} lines of code are commented out; delete them"
                yield Finding("commented_out", told, file.path, first)


def _comment_blocks(file: FileDiff) -> Iterator[tuple[int, list[str]]]:
    rows = [(number, _LINE_COMMENT.match(text[:2000])) for number, text in file.added]
    found = [(number, match["code"]) for number, match in rows if match]
    for _, group in groupby(enumerate(found), key=lambda item: item[1][0] - item[0]):
        lines = [row for _, row in group]
        if len(lines) >= _BLOCK:
            yield lines[0][0], [code for _, code in lines]


def _is_code(path: str, block: list[str]) -> bool:
    if path.endswith((".py", ".pyi")):
        return is_program(block)
    telling = [line for line in block if line.strip()]
    return (
        len(telling) >= _BLOCK
        and sum(bool(_CODE_END.search(line)) for line in telling) * 3 >= len(telling) * 2
    )
