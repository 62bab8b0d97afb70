"""The links and anchors of a Markdown file, as GitHub sees them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_BYTES = 1024 * 1024
_HTML_TARGET = re.compile(r"""<[^>]+?\s(?:id|name)\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_HTML_LINK = re.compile(r"""<(?:a|img)\s[^>]*?(?:href|src)\s*=\s*["']([^"']+)["']""", re.IGNORECASE)
_GIVEN_ANCHOR = re.compile(r"\{:?\s*#([\w.:-]+)[^}]*\}\s*$")


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is written, with its line (1-based)."""

    target: str
    line: int


def links_of(content: bytes | None) -> Iterator[Link]:
    """Yield the links and images of a Markdown file; nothing inside code counts."""
    for block in _blocks(content):
        line = (block.map or [0])[0] + 1
        if block.type == "html_block":
            for match in _HTML_LINK.finditer(block.content):
                yield Link(match[1], line + block.content.count("\n", 0, match.start()))
            continue
        for token in block.children or ():
            line += token.type in ("softbreak", "hardbreak")
            target = token.attrGet("href") if token.type == "link_open" else None
            target = token.attrGet("src") if token.type == "image" else target
            if token.type == "html_inline" and (tag := _HTML_LINK.search(token.content)):
                target = tag[1]
            if target:
                yield Link(str(target), line)


def anchors_of(content: bytes | None) -> frozenset[str]:
    """Return every anchor of a Markdown file, lower case: headings as GitHub spells them, ids of HTML."""
    found: dict[str, None] = {}
    blocks = _blocks(content)
    for index, block in enumerate(blocks):
        for match in _HTML_TARGET.finditer(block.content if block.type in ("html_block", "inline") else ""):
            found.setdefault(match[1].lower())
        if index and blocks[index - 1].type == "heading_open":
            if given := _GIVEN_ANCHOR.search(block.content):
                found.setdefault(given[1].lower())
            found.setdefault(_numbered(_slug(_text(block)), found))
    return frozenset(found)


def _blocks(content: bytes | None) -> list[Token]:
    if not content or len(content) > MAX_BYTES:
        return []
    text = re.sub(r"\A---\n.*?\n---\n", _blank, content.decode(errors="replace"), flags=re.DOTALL)
    return MarkdownIt("commonmark").enable("table").parse(text)


def _blank(match: re.Match[str]) -> str:
    """Keep the lines of a front matter, so that those below keep their numbers."""
    return "\n" * match[0].count("\n")


def _text(block: Token) -> str:
    kept = ("text", "code_inline", "softbreak")
    return "".join(
        " " if t.type == "softbreak" else t.content for t in block.children or () if t.type in kept
    )


def _slug(heading: str) -> str:
    kept = (
        sign
        for sign in heading.strip().lower()
        if sign in "-_ "
        or unicodedata.category(sign)[0] in "LN"
        or unicodedata.category(sign) in ("Mn", "Mc")
    )
    return "".join(kept).replace(" ", "-")


def _numbered(slug: str, taken: Mapping[str, None]) -> str:
    """Return the slug with GitHub's number when another heading has it already."""
    if slug not in taken:
        return slug
    number = 1
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"
