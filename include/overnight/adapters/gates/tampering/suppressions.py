"""Find comments, added by a change, that silence a linter, a type checker or a compiler."""

from __future__ import annotations

import io
import re
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ....domain.gates import Finding
from ..diffs import FileDiff

Read = Callable[[str], bytes | None]
Instructions = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Silencer:
    """What a comment that silences looks like, and the word by which instructions speak of it."""

    word: str
    pattern: re.Pattern[str]


def _silencers(*rows: tuple[str, str]) -> tuple[_Silencer, ...]:
    return tuple(_Silencer(word, re.compile(pattern)) for word, pattern in rows)


_PYTHON = _silencers(
    ("noqa", r"#\s*(?:(?:ruff|flake8)\s*:\s*)?noqa\b"),
    ("type: ignore", r"#\s*type:\s*ignore\b"),
    ("pyright: ignore", r"#\s*pyright:\s*(?:ignore|basic)\b"),
    ("mypy:", r"#\s*mypy:\s*(?:ignore-errors|disable|allow)"),
    ("pylint: disable", r"#\s*pylint:\s*(?:disable|skip-file)"),
    ("nosec", r"#\s*nosec\b"),
    ("fmt: off", r"#\s*(?:fmt|yapf):\s*(?:off|skip|disable)\b|#\s*isort:\s*(?:skip|off)"),
)
_SCRIPT = _silencers(
    ("eslint-disable", r"(?://|/\*)\s*eslint-disable"),
    ("eslint", r"/\*\s*eslint\s+[\w/@-]+\s*:\s*(?:0|[\"']?off)"),
    ("ts-ignore", r"(?://|/\*)\s*@ts-(?:ignore|nocheck|expect-error)\b"),
    ("biome-ignore", r"(?://|/\*)\s*biome-ignore\b"),
    ("prettier-ignore", r"(?://|/\*|<!--)\s*prettier-ignore\b"),
    ("tslint:disable", r"(?://|/\*)\s*tslint:disable"),
    ("oxlint-disable", r"(?://|/\*)\s*oxlint-disable"),
)
_LANGUAGES: Mapping[str, tuple[_Silencer, ...]] = {
    **dict.fromkeys(("py", "pyi", "pyx"), _PYTHON),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte"), _SCRIPT),
    "go": _silencers(("nolint", r"//\s*nolint\b|//\s*lint:ignore\b|//#nosec\b")),
    "rs": _silencers(("allow", r"#!?\[\s*(?:allow|expect)\s*\(")),
    **dict.fromkeys(("sh", "bash"), _silencers(("shellcheck disable", r"#\s*shellcheck\s+disable\b"))),
    **dict.fromkeys(("java", "kt"), _silencers(("Suppress", r"@Suppress(?:Warnings|Lint)?\b|//\s*NOLINT"))),
    **dict.fromkeys(("css", "scss"), _silencers(("stylelint-disable", r"(?://|/\*)\s*stylelint-disable"))),
    **dict.fromkeys(("c", "cc", "cpp", "h", "hpp"), _silencers(("NOLINT", r"//\s*NOLINT"))),
    "rb": _silencers(("rubocop:disable", r"#\s*rubocop:(?:disable|todo)")),
}
_ALLOWING = re.compile(r"\b(may|can|allowed?|fine|ok(ay)?|permitted|accepted|use|add)\b", re.IGNORECASE)
_FORBIDDING = re.compile(r"\b(not|never|no|don't|avoid|without|forbid\w*|instead)\b", re.IGNORECASE)


def added_suppressions(
    files: Sequence[FileDiff], after: Read, instructions: Instructions = ()
) -> Iterator[Finding]:
    """Yield a finding for each added comment that silences a tool, unless the instructions allow it.

    A line that only moved is not added.

    :param after: reads a committed file of the change.
    :param instructions: the repository's instruction files (path, text).
    """
    moved = Counter(line.strip() for file in files for line in file.gone)
    for file in files:
        silencers = _LANGUAGES.get(file.path.rsplit(".", 1)[-1].lower(), ())
        if not silencers or file.deleted:
            continue
        comments = _comments(after(file.path)) if silencers is _PYTHON else None
        for number, line in file.added:
            shown = line if comments is None else comments.get(number, "")
            silencer = next((one for one in silencers if one.pattern.search(shown)), None)
            if silencer is None or _is_allowed(silencer.word, instructions):
                continue
            if moved[line.strip()]:
                moved[line.strip()] -= 1
                continue
            yield Finding("suppression", f"silences a tool: {shown.strip()[:120]}", file.path, number)


def _comments(source: bytes | None) -> dict[int, str] | None:
    """Return the comments of a Python file by line; None when it cannot be read as Python."""
    try:
        tokens = list(tokenize.tokenize(io.BytesIO(source or b"").readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def _is_allowed(word: str, instructions: Instructions) -> bool:
    """Tell whether a line of the instructions speaks of the comment and allows it."""
    return any(
        word.lower() in line.lower() and _ALLOWING.search(line) and not _FORBIDDING.search(line)
        for _, text in instructions
        for line in text.splitlines()
    )
