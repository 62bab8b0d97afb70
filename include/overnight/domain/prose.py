"""What a reader of an issue sees as plain prose: no code, no quotes, nothing struck through or hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_CHARACTERS = 256 * 1024
MAX_LINES = 10_000
CODE = "\ue000"
"""Stands where a code span stood, so that the words around it stay in their order."""

_PARSER = (
    MarkdownIt("commonmark", {"maxNesting": 20})
    .enable("strikethrough")
    .disable(["link", "image", "emphasis", "autolink", "reference", "entity"])
)
"""Rules that are quadratic on hostile input are off; links and emphasis are undone on the text instead."""

_HIDING = re.compile(
    r"blockquote|code|del|iframe|kbd|math|noembed|noframes|noscript|picture|pre|"
    r"q|s|samp|script|strike|style|svg|template|textarea|title|xmp",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b[^<>]{0,2000}?(/?)>")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\(\s{0,5}<?([^\s()<>]{0,500})>?[^()\n]{0,300}\)")
_ISSUE_URL = re.compile(r"https?://[^\s/]+/.+/(?:issues|pulls?)/[0-9]+")
_DEFINITION = re.compile(r"^\[[^\[\]\n]{1,300}\]:[^\n]*$", re.MULTILINE)
_STRUCK = re.compile(r"(?<![\w~])~(?![\s~])[^~\n]{1,300}(?<!\s)~(?![\w~])")
_EMPHASIS = re.compile(r"\*+|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])")
_TASK = re.compile(r"\[([ xX])\][^\S\n]+")


class Place(StrEnum):
    """Where a block of prose stands."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list item as plain text; line breaks are kept.

    :param depth: how many lists it stands in.
    :param open_task: True for an unticked task, False for a ticked one, None when it is no task.
    """

    text: str
    place: Place
    depth: int = 0
    open_task: bool | None = None


def read_title(title: str) -> Block:
    """Return a title as prose; its code spans count as code, as on GitHub."""
    tokens = _PARSER.parseInline(title[:1000])
    return Block(_plain(_visible(tokens[0].children or ())) if tokens else "", Place.TITLE)


def read_prose(body: str) -> Iterator[Block]:
    """Yield the visible blocks of a Markdown body, in order; only the first 256 KiB are read."""
    quoted = hidden = lists = 0
    fresh_item = False
    place = Place.PARAGRAPH
    for token in _PARSER.parse(_capped(body)):
        kind = token.type
        if kind in ("blockquote_open", "blockquote_close"):
            quoted += token.nesting
        elif kind.endswith(("_list_open", "_list_close")):
            lists += token.nesting
        elif kind == "list_item_open":
            fresh_item = True
        elif kind == "heading_open":
            place = Place.HEADING
        elif kind == "paragraph_open":
            place = Place.PARAGRAPH
        elif kind == "html_block":
            hidden = _hiding_after(token.content, hidden)
        elif kind == "inline":
            if not quoted and not hidden:
                yield _block(token, Place.ITEM if fresh_item else place, lists)
            fresh_item = False


def _capped(body: str) -> str:
    lines = body[:MAX_CHARACTERS].split("\n", MAX_LINES)
    return "\n".join(lines[:MAX_LINES])


def _block(token: Token, place: Place, depth: int) -> Block:
    text = _plain(_visible(token.children or ()))
    task = _TASK.match(text) if place is Place.ITEM else None
    if task is None:
        return Block(text, place, depth)
    return Block(text[task.end() :], place, depth, open_task=task[1] == " ")


def _visible(children: Sequence[Token]) -> str:
    """Return the text of inline tokens; struck, hidden and code parts are gone."""
    parts: list[str] = []
    struck = hidden = 0
    for token in children:
        if token.type in ("s_open", "s_close"):
            struck += token.nesting
        elif token.type == "html_inline":
            hidden = _hiding_after(token.content, hidden)
        elif struck or hidden:
            continue
        elif token.type == "code_inline":
            parts.append(CODE)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        else:
            parts.append(token.content)
    return "".join(parts)


def _hiding_after(markup: str, hidden: int) -> int:
    """Return how many hiding elements are open after this piece of HTML."""
    for closing, name, empty in _TAG.findall(markup):
        if _HIDING.fullmatch(name) and not empty:
            hidden = max(0, hidden + (-1 if closing else 1))
    return hidden


def _plain(text: str) -> str:
    """Undo links, images, emphasis, definitions and one-tilde strikes in text that is no code."""
    if "[" in text:
        text = _DEFINITION.sub("", text)
        text = _IMAGE.sub(" ", text)
        text = _LINK.sub(lambda link: link[2] if _ISSUE_URL.match(link[2]) else link[1], text)
    if "~" in text:
        text = _STRUCK.sub(" ", text)
    return _EMPHASIS.sub("", text).replace("&nbsp;", " ").replace("\u00a0", " ").strip()
