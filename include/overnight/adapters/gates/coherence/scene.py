"""What the rules of gate qic look at: the change as parsed, what the issue says, both sides' files."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial

from ....domain.difflines import DiffLine, Side, diff_lines
from ....domain.sanitizing import sanitize
from ....ports import Case
from ...git import read_committed
from ..diffs import FileDiff, parse_diff
from ..python_source import parsed

Read = Callable[[str], bytes | None]

MAX_READ = 512 * 1024
"""Bytes of a file that are looked into; what is larger fails gate governance."""

_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing|fixtures|testdata|e2e)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$|_test\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)[^/]*Tests?\.(?:java|kt|cs)$",
)
_PROSE = re.compile(
    r"\.(?:md|markdown|rst|txt|adoc|html?|svg|csv|tsv|po|pot|ipynb)$|(?:^|/)docs?/", re.IGNORECASE
)
_SOURCE = re.compile(
    r"\.(?:py|pyi|[cm]?[jt]sx?|vue|svelte|go|rs|java|kt|kts|scala|c|cc|cpp|h|hpp|cs|swift|rb|php|pl|lua|sh|bash"
    r"|sql|ex|exs|dart)$",
    re.IGNORECASE,
)
_TALKING = re.compile(
    r"(?:^|/)(?:cli|cmd|bin|scripts?|tools?|examples?|demos?|samples?|bench(?:marks?)?|tasks?|commands?|console"
    r"|docs?|notebooks?|main|__main__|setup|manage|noxfile|conftest|logging|logger|print\w*|report\w*)(?:/|\.\w+$)"
    r"|(?:_cli|_main|_script|_demo|_logger)\.\w+$"
)
"""Files whose work it is to print."""


@dataclass(frozen=True)
class Scene:
    """One case, prepared once for all rules."""

    case: Case
    _read: dict[tuple[str, bool], str] = field(default_factory=dict)

    @cached_property
    def files(self) -> list[FileDiff]:
        """The diff's files, in its order."""
        return parse_diff(self.case.diff)

    @cached_property
    def present(self) -> list[FileDiff]:
        """The files that are text and still there."""
        return [file for file in self.files if not file.deleted and not file.binary]

    @cached_property
    def lines(self) -> tuple[DiffLine, ...]:
        """Every line of the diff's hunks."""
        return diff_lines(self.case.diff)

    @cached_property
    def asked(self) -> str:
        """What a reader of the issue sees, in lower case."""
        return sanitize(f"{self.case.issue.title}\n\n{self.case.issue.body}").lower()

    @cached_property
    def moved(self) -> frozenset[str]:
        """Texts of removed lines: what only moves was not brought by this change."""
        return frozenset(line.text.strip() for line in self.lines if line.side is Side.REMOVED)

    @cached_property
    def python(self) -> tuple[tuple[FileDiff, ast.Module, set[int]], ...]:
        """The Python files that parse, each with its tree and the lines that are new and did not only move.

        What does not parse is for gates build and test.
        """
        read = [(file, parsed(self.text(file))) for file in self.present if file.path.endswith(".py")]
        return tuple(
            (file, module, {number for number, text in file.added if text.strip() not in self.moved})
            for file, module in read
            if module is not None
        )

    @property
    def before(self) -> Read:
        """Reads a committed file of the base."""
        return partial(read_committed, self.case.head, self.case.change.base.sha)

    @property
    def after(self) -> Read:
        """Reads a committed file of the change."""
        return partial(read_committed, self.case.head, self.case.change.head_sha)

    def asks(self, *words: str) -> bool:
        """Return whether the issue speaks of one of the words (regular expressions, whole words)."""
        return any(re.search(rf"(?<![\w.])(?:{word})(?!\w)", self.asked) for word in words)

    def names(self, path: str) -> bool:
        """Return whether the issue names a file, in full or by its own name."""
        return self.asks(re.escape(path.lower()), re.escape(path.lower().rsplit("/", 1)[-1]))

    def text(self, file: FileDiff, *, base: bool = False) -> str:
        """Return the file's committed text on one side, "" when it is absent, no text or too large."""
        key = (file.old_path if base else file.path, base)
        if key not in self._read:
            content = (self.before if base else self.after)(key[0]) if key[0] else None
            usable = content is not None and len(content) <= MAX_READ
            self._read[key] = content.decode(errors="replace") if content and usable else ""
        return self._read[key]


def is_test(path: str) -> bool:
    """Return whether a path belongs to the tests."""
    return bool(_TEST.search(path))


def is_source(path: str) -> bool:
    """Return whether a path holds program text that is neither prose nor data."""
    return bool(_SOURCE.search(path)) and not _PROSE.search(path)


def may_talk(path: str) -> bool:
    """Return whether printing is what the file is for."""
    return is_test(path) or bool(_TALKING.search(path.lower()))
