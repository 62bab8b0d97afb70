"""Take hidden HTML and Markdown out of a piece of text, in one pass from left to right."""

from __future__ import annotations

import re

_OPENING = re.compile(
    r"(?P<code>`+)"
    r"|(?P<comment><!--)"
    r"|(?P<special><[?!](?=[A-Za-z\[/?]))"
    r"|<(?P<close>/)?(?P<name>[A-Za-z][A-Za-z0-9-]{0,40})(?P<rest>(?:\s[^<>]*)?/?)>"
    r"|(?P<image>!\[[^\[\]]{0,2000}\](?:\([^()]{0,2000}\)|\[[^\[\]]{0,200}\])?)"
    r"|(?P<titled>\]\(\s{0,5}<?(?P<target>[^\s()<>]{0,2000})>?\s{1,5}(?:\"[^\"]{0,2000}\"|'[^']{0,2000}')\s{0,5}\))"
)
_SILENT = re.compile(
    r"audio|canvas|embed|head|iframe|math|noembed|noframes|noscript|object|picture|"
    r"script|style|svg|template|title|video",
    re.IGNORECASE,
)
"""Elements whose text a browser does not show as text."""
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
_HIDDEN = re.compile(
    r"(?:^|\s)hidden\b(?!-)|display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|"
    r"(?:opacity|font-size)\s*:\s*0*\.?0+(?![\d.])",
    re.IGNORECASE,
)


def strip_markup(text: str, *, code_spans: bool) -> str:
    """Return text without comments, hidden elements, attributes, images' texts and links' titles.

    :param code_spans: whether backticks protect what is between them (they do not inside an HTML block).
    """
    scan = _Scan(text, code_spans)
    while scan.step():
        pass
    return "".join(scan.kept)


class _Scan:
    """One pass over a text; `kept` grows by what is visible."""

    def __init__(self, text: str, code_spans: bool) -> None:
        self.kept: list[str] = []
        self._text = text
        self._code_spans = code_spans
        self._position = 0
        self._never_closed: set[str] = set()

    def step(self) -> bool:
        """Handle text up to and including the next piece of markup; False at the end."""
        found = _OPENING.search(self._text, self._position)
        if found is None:
            self.kept.append(self._text[self._position :])
            return False
        self.kept.append(self._text[self._position : found.start()])
        self._position = found.end()
        if found["code"]:
            self._code(found[0])
        elif found["comment"]:
            self._comment(found)
        elif found["special"]:
            self._drop_to(">", found[0])
        elif found["image"]:
            self.kept.append("[image]")
        elif found["titled"]:
            self.kept.append(f"]({found['target']})")
        else:
            self._tag(found["name"], bool(found["close"]), found["rest"])
        return True

    def _code(self, ticks: str) -> None:
        """Keep a code span as it is; ticks that nothing closes are only characters."""
        self.kept.append(ticks)
        if not self._code_spans or ticks in self._never_closed:
            return
        closing = re.compile(rf"(?<!`){ticks}(?!`)").search(self._text, self._position)
        if closing is None:
            self._never_closed.add(ticks)
            return
        self.kept.append(self._text[self._position : closing.end()])
        self._position = closing.end()

    def _comment(self, found: re.Match[str]) -> None:
        for short in (">", "->"):  # "<!-->" and "<!--->" are whole comments
            if self._text.startswith(short, self._position):
                self._position += len(short)
                return
        self._drop_to("-->", found[0])

    def _drop_to(self, closing: str, opening: str) -> None:
        """Drop everything up to `closing`; without one, an HTML block hides its rest and prose shows it."""
        end = -1 if closing in self._never_closed else self._text.find(closing, self._position)
        if end >= 0:
            self._position = end + len(closing)
            return
        self._never_closed.add(closing)
        if self._code_spans:
            self.kept.append(opening.replace("<", "‹"))
        else:
            self._position = len(self._text)

    def _tag(self, written: str, closing: bool, rest: str) -> None:
        name = written.lower()
        if name == "img":
            self.kept.append("[image]")
        elif not closing and name not in _VOID and (_SILENT.fullmatch(name) or _HIDDEN.search(rest)):
            self._drop_element(name)
        elif not (closing and _SILENT.fullmatch(name)):
            self.kept.append(f"<{'/' if closing else ''}{written}>")

    def _drop_element(self, name: str) -> None:
        """Drop up to the matching end tag; without one, the rest of this piece."""
        tags = re.compile(rf"<(/?){re.escape(name)}\b[^<>]*>", re.IGNORECASE)
        depth = 1
        for tag in tags.finditer(self._text, self._position):
            depth += -1 if tag[1] else 1
            if depth == 0:
                self._position = tag.end()
                return
        self._position = len(self._text)
