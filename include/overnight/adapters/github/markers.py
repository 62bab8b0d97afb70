"""Hidden marks by which we know our own texts again, and GitHub's limits on length."""

from __future__ import annotations

import re

_PREFIX = "<!-- overnight:"
_UNSAFE = re.compile(r"[^A-Za-z0-9_./:#=-]+|--+")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
LONGEST_BODY = 65_536
"""Characters GitHub takes for a comment, an issue or a pull request."""
LONGEST_TITLE = 256


def hidden_mark(name: str) -> str:
    """Return the HTML comment for a name: "issue/12" → "<!-- overnight:issue/12 -->".

    A name that is such a comment, or begins with "overnight:", gives the same mark.
    """
    bare = name.strip().removeprefix("<!--").removesuffix("-->").strip().removeprefix("overnight:")
    return f"{_PREFIX}{_UNSAFE.sub('-', bare)} -->"


def is_marked(body: str | None, mark: str) -> bool:
    """Whether a text begins with a mark; one quoted further down, by anybody, does not count."""
    return (body or "").lstrip().startswith(mark)


def is_ours(body: str | None) -> bool:
    """Whether a text begins with any mark of ours; who wrote it is another question."""
    return is_marked(body, _PREFIX)


def marked(body: str, mark: str) -> str:
    """Return the text with the mark in front, cut to what GitHub takes."""
    rest = body.lstrip().removeprefix(mark).lstrip("\n")
    return f"{mark}\n{fitted(rest, LONGEST_BODY - len(mark) - 1)}"


def fitted(text: str, longest: int = LONGEST_BODY) -> str:
    """Return the text, or as much as fits with a note that shows it was cut."""
    if len(text) <= longest:
        return text
    note = f"\n\n---\n*Overnight cut this text: it had {len(text):,} characters, GitHub takes {longest:,}.*\n"
    kept = text[: longest - len(note)]
    while len(kept) + len(closing := _closing(kept)) + len(note) > longest:
        kept = kept[: longest - len(note) - len(closing)]
    return kept + closing + note


def one_line(text: str) -> str:
    """Return a title: one line, no longer than GitHub takes."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"


def same_text(left: str | None, right: str | None) -> bool:
    """Whether two bodies are the same to GitHub, which may change line ends and the last blanks."""
    return _normal(left) == _normal(right)


def _normal(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _closing(text: str) -> str:
    """Return what ends whatever a cut left open, so that the note stays visible."""
    closing = ""
    if text.rfind("<!--") > text.rfind("-->"):
        closing += " -->"
    fences = _FENCE.findall(text)
    if len(fences) % 2:
        closing += f"\n{fences[-1]}"
    lower = text.lower()
    return closing + "\n\n</details>" * max(lower.count("<details") - lower.count("</details"), 0)
