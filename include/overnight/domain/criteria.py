"""Acceptance criteria: the sentences of an issue that say what must be so when it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .issues import Issue
from .sanitizing import sanitize

MOST = 30
"""An issue that asks for more is too big to be judged line by line; the first ones count."""
LONGEST = 400
_LOOKED_AT = 64 * 1024

_PARSER = (
    MarkdownIt("commonmark", {"maxNesting": 20})
    .enable("strikethrough")
    .disable(["link", "image", "emphasis", "autolink", "reference", "entity", "html_block", "html_inline"])
)
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}\](?:\([^()\n]{0,1000}\))?|\[image\]")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\n]{0,1000}\)")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,20}\s*/?>")
_ONE_TILDE = re.compile(r"(?<![\w~])~(?![\s~])[^~\n]{1,300}(?<!\s)~(?![\w~])")
_EMPHASIS = re.compile(r"(?<![\w*])\*{1,3}(?=[^\s*])|(?<=[^\s*])\*{1,3}(?![\w*])|(?<!\w)_{1,3}(?=[^\W_])")
_TASK = re.compile(r"\[([ xX])\]\s+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^a-z\s])|\n\s*\n")
_REQUIRING = re.compile(
    r"\b(should|shouldn't|must|mustn't|shall|shan't|ought to|needs? to|"
    r"(is|are) (required|expected) to)\b",
    re.IGNORECASE,
)
_WONDERING = re.compile(
    r"^(should|shall|must|do|does|is|are|can|could|what|why|how|who|where|when)\b.*\?$"
    r"|\b(i|you|we|they|somebody|someone|users?) (should|must|would) (have|know|think|note|add that)\b",
    re.IGNORECASE | re.DOTALL,
)
_PROMISE = re.compile(
    r"^(i|i've|i'm|i'd|we|yes|no|by submitting)\b|^this (issue|report) "
    r"|\bcode of conduct\b|\bexisting issues\b",
    re.IGNORECASE,
)
"""What an issue form makes its author tick; it asks nothing of a change."""
_REFERENCE = re.compile(r"([\w.-]+/[\w.-]+)?#\d+|https?://\S+")


class _Section(StrEnum):
    """What a heading says of the text below it."""

    ASKING = "every item is a criterion"
    EXPECTING = "every sentence is a criterion"
    TELLING = "only what says must or should is a criterion"
    ASIDE = "nothing is a criterion"


_SECTIONS: tuple[tuple[re.Pattern[str], _Section], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), section)
    for pattern, section in (
        (
            r"\b(out of scope|not in scope|non[- ]?goals?|actual|current|observed|steps to reproduce|"
            r"(to )?reproduc\w+|environment|versions?|logs?|tracebacks?|stack ?traces?|alternatives?|"
            r"background|context|motivation|screenshots?|additional information|related)\b",
            _Section.ASIDE,
        ),
        (
            r"\b(acceptance|requirements?|definition of done|done when|done if|success criteria|"
            r"criteria|must[- ]haves?|what (should|must) (change|be done|happen)|todo|to[- ]do|tasks?)\b",
            _Section.ASKING,
        ),
        (r"\bexpect(ed|ations?)?\b|\bdesired\b", _Section.EXPECTING),
    )
)
"""The first that a heading contains decides; "Actual and expected" is no wish."""


@dataclass(frozen=True, slots=True)
class _Block:
    """One visible paragraph, heading or list item."""

    text: str
    heading: bool
    item: bool
    task: bool
    done: bool


def criteria(issue: Issue) -> tuple[str, ...]:
    """Return an issue's acceptance criteria, in its order, each on one line of at most 400 characters.

    Open tasks, list items under headings such as "Acceptance criteria", what stands under "Expected", and
    sentences with must, should, shall or needs to; negative ones too. Code blocks, quotes, hidden and struck
    text say nothing. An issue without any is its own one criterion: its title.
    """
    found: dict[str, str] = {}
    for text in _asked(issue.body):
        line = _line(text)
        if len(line) >= 4 and any(character.isalpha() for character in line):
            found.setdefault(line.casefold().rstrip(".!"), line)
        if len(found) == MOST:
            break
    return tuple(found.values()) or tuple(filter(None, (_line(sanitize(issue.title)),)))


def _asked(body: str) -> Iterator[str]:
    section = _Section.TELLING
    for block in _blocks(sanitize(body[:_LOOKED_AT])):
        if block.heading or _is_caption(block):
            section = _section(block.text)
        elif block.task:
            if not block.done and section is not _Section.ASIDE and not _is_formality(block.text):
                yield block.text
        elif section is _Section.ASKING and block.item:
            yield block.text
        elif section is not _Section.ASIDE:
            yield from _sentences(block.text, everything=section is _Section.EXPECTING)


def _section(heading: str) -> _Section:
    for pattern, section in _SECTIONS:
        if pattern.search(heading):
            return section
    return _Section.ASKING if _announces(heading) else _Section.TELLING


def _announces(text: str) -> bool:
    """Tell whether a line introduces a list of demands, such as "The command must:"."""
    return text.endswith(":") and bool(_REQUIRING.search(text))


def _is_caption(block: _Block) -> bool:
    """Tell whether a paragraph is a heading in all but markup, such as "**Requirements:**"."""
    text = block.text
    if block.item or "\n" in text or len(text) > 60:
        return False
    if text.endswith(":") and _section(text) is _Section.ASKING:
        return True
    begins = any(pattern.match(text) for pattern, _ in _SECTIONS)
    return begins and (text.endswith(":") or (len(text.split()) <= 3 and text[-1:].isalpha()))


def _is_formality(text: str) -> bool:
    return bool(_PROMISE.search(text) or _REFERENCE.fullmatch(text.strip()))


def _sentences(text: str, *, everything: bool) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if _WONDERING.search(sentence.strip()) or sentence.rstrip().endswith(":"):
            continue
        if everything or _REQUIRING.search(sentence):
            yield sentence


def _blocks(body: str) -> Iterator[_Block]:
    quoted = 0
    heading = fresh_item = False
    for token in _PARSER.parse(body):
        if token.type in ("blockquote_open", "blockquote_close"):
            quoted += token.nesting
        elif token.type == "list_item_open":
            fresh_item = True
        elif token.type in ("heading_open", "paragraph_open"):
            heading = token.type == "heading_open"
        elif token.type == "inline":
            if not quoted:
                yield _block(token, heading, fresh_item)
            fresh_item = False


def _block(token: Token, heading: bool, item: bool) -> _Block:
    text = _visible(token)
    task = _TASK.match(text) if item else None
    done = bool(task and task[1] != " ")
    return _Block(text[task.end() :] if task else text, heading, item, bool(task), done)


def _visible(token: Token) -> str:
    """Return the text of a block: code spans with their content, nothing that is struck through."""
    parts: list[str] = []
    struck = 0
    for child in token.children or ():
        if child.type in ("s_open", "s_close"):
            struck += child.nesting
        elif struck:
            continue
        elif child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "code_inline":
            parts.append(f"`{child.content}`")
        else:
            parts.append(_plain(child.content))
    return "".join(parts).strip()


def _plain(text: str) -> str:
    """Undo links, images, emphasis and one-tilde strikes; the parser leaves them alone."""
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    return _EMPHASIS.sub("", _TAG.sub(" ", _ONE_TILDE.sub(" ", text)))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
