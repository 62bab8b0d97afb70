"""What a change does to the exports of JavaScript, Go, Rust and Java files, read from their declarations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..diffs import FileDiff
from .public_api import ApiChange

Read = Callable[[str], bytes | None]

MAX_FILE_BYTES = 1024 * 1024
_ENTRY_KEYS = ("exports", "main", "module", "browser", "types", "typings", "bin")
_MANIFEST = "package.json"


@dataclass(frozen=True, slots=True)
class Language:
    """How a language marks what others may use.

    :param export: a line that declares it; the group `name` is what it is called.
    :param apart: paths that nobody outside imports.
    """

    files: re.Pattern[str]
    export: re.Pattern[str]
    apart: re.Pattern[str]


def _language(files: str, export: str, apart: str) -> Language:
    return Language(re.compile(files), re.compile(export), re.compile(apart))


LANGUAGES = (
    _language(
        r"\.[cm]?[jt]sx?$",
        r"^(?:export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?"
        r"(?:function\*?|class|const|let|var|interface|type|enum|namespace)\s+(?P<name>[\w$]+)"
        r"|(?:module\.)?exports\.(?P<property>[\w$]+)\s*=|(?P<whole>module\.exports)\s*="
        r"|export\s+(?P<list>(?:type\s+)?[*{].*))",
        r"(^|/)(tests?|__tests__|__mocks__|examples?|docs?|scripts?|bench\w*|node_modules|dist|internal)/"
        r"|[._](test|spec|config|stories)\.|\.min\.js$",
    ),
    _language(
        r"\.go$",
        r"^(?:func\s+(?:\([^)]*\)\s*)?|type\s+|var\s+|const\s+)(?P<name>[A-Z]\w*)",
        r"(^|/)(internal|cmd|testdata|examples?|vendor)/|_test\.go$",
    ),
    _language(
        r"\.rs$",
        r"^\s*pub\s+(?:async\s+|unsafe\s+|const\s+|extern\s+\"\w+\"\s+)*"
        r"(?:fn|struct|enum|trait|type|const|static|mod|union)\s+(?P<name>\w+)",
        r"(^|/)(tests?|benches|examples|target)/|(^|/)main\.rs$|(^|/)build\.rs$",
    ),
    _language(
        r"\.java$",
        r"^\s*public\s+(?:(?:static|final|abstract|sealed|synchronized|default)\s+)*"
        r"(?:(?:class|interface|enum|record|@interface)\s+(?P<name>\w+)"
        r"|[\w<>\[\], .?]+\s(?P<property>\w+)\s*\()",
        r"(^|/)src/test/|(^|/)(examples?|test)/",
    ),
)
_COMMENT = re.compile(r"^\s*(///?|/\*\*?|\*|#\[)")


def export_changes(files: Sequence[FileDiff], before: Read, after: Read) -> tuple[list[ApiChange], bool]:
    """Return what changed, and whether the base writes words above any export of these files."""
    changes: list[ApiChange] = []
    documented = False
    is_library = _is_library(after(_MANIFEST) or before(_MANIFEST))
    for file in files:
        language = next((known for known in LANGUAGES if known.files.search(file.path)), None)
        if language is None or language.apart.search(file.path):
            continue
        if language is LANGUAGES[0] and not is_library:
            continue
        old = _exports(language, before(file.old_path) if file.old_path else None)
        new = _exports(language, None if file.deleted else after(file.path))
        documented = documented or any(words for _, _, words in old.values())
        changes += _compared(file.path, old, new)
    if any(file.path == _MANIFEST and not file.deleted for file in files):
        changes += _entry_points(before(_MANIFEST), after(_MANIFEST))
    return changes, documented


Exports = Mapping[str, tuple[int, str, str]]
"""Name → (line, declaration, words above it)."""


def _compared(path: str, old: Exports, new: Exports) -> Iterator[ApiChange]:
    for name in sorted(old.keys() | new.keys()):
        (_, was, said), (line, now, says) = old.get(name, (0, "", "")), new.get(name, (0, "", ""))
        if was == now:
            continue
        what = "is new" if not was else "is gone" if not now else "is declared otherwise"
        yield ApiChange(path, line, name, what, bool(says) and says != said)


def _exports(language: Language, content: bytes | None) -> dict[str, tuple[int, str, str]]:
    if content is None or len(content) > MAX_FILE_BYTES:
        return {}
    found: dict[str, tuple[int, str, str]] = {}
    above: list[str] = []
    for number, line in enumerate(content.decode(errors="replace").split("\n"), 1):
        if _COMMENT.match(line):
            above.append(line.strip())
            continue
        if match := language.export.match(line[:2000]):
            name = next(value for value in match.groupdict().values() if value)
            found[name] = (number, _declaration(line), "\n".join(above))
        above = []
    return found


def _declaration(line: str) -> str:
    """Return the line up to the body, spaces made one: a value or body may change without notice."""
    ends = r"\s*=>" if "=>" in line else r"\s*(?:\{\s*$|=\s*[^>=]|;)"
    head = re.split(ends, line, maxsplit=1)[0]
    return " ".join(head.split())


def _is_library(manifest: bytes | None) -> bool:
    """Tell whether others import from the package: an application's exports are its own affair."""
    package = _object(manifest)
    return not package.get("private") and any(key in package for key in _ENTRY_KEYS)


def _entry_points(old: bytes | None, new: bytes | None) -> Iterator[ApiChange]:
    before, after = _object(old), _object(new)
    for key in _ENTRY_KEYS:
        if before.get(key) != after.get(key) and not after.get("private"):
            yield ApiChange(_MANIFEST, 0, key, "of the package is declared otherwise", False)


def _object(content: bytes | None) -> dict[str, Any]:
    try:
        package = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        return {}
    return package if isinstance(package, dict) else {}
