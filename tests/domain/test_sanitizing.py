from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.sanitizing import CUT_NOTE, MAX_CHARACTERS, sanitize, text_sha256
from tests.domain.making import an_issue

HIDDEN = {
    "a comment": ("see <!-- evil --> this", "see  this"),
    "a comment over lines": ("<!--\nevil\n\nevil\n-->\n\nseen", "\n\nseen"),
    "a comment that never ends": ("seen\n\n<!-- evil\n\nevil", "seen\n\n"),
    "a comment in a quote": ("> <!-- evil -->\n> seen", "> \n> seen"),
    "a comment behind a false fence": ("<div>\n```\n<!-- evil -->\n```\n</div>", "<div>\n```\n\n```\n</div>"),
    "a comment between ticks of two items": ("- a ` b\n- <!-- evil --> ` c", "- a ` b\n-  ` c"),
    "a comment between ticks of two cells": ("|a|b|\n|-|-|\n|`|<!-- evil -->`|", "|a|b|\n|-|-|\n|`|`|"),
    "a picture": ("<picture>\n<source srcset=x><img alt='evil'>\n</picture>seen", "seen"),
    "an image's text": ("<img src='x' alt='evil'>seen", "[image]seen"),
    "an image's text in Markdown": ("![evil](https://example.org/x.png)seen", "[image]seen"),
    "a script": ("<script>evil()</script>\n\nseen", "\n\nseen"),
    "a style sheet": ("<style>\nevil {}\n</style>\n\nseen", "\n\nseen"),
    "an undisplayed element": ("a <span style='display: none'>evil</span>b", "a b"),
    "an invisible element": ('a <b style="visibility:hidden">evil</b>b', "a b"),
    "a transparent element": ("a <b style=opacity:0>evil</b>b", "a b"),
    "an element of no size": ("a <b style='font-size:0px'>evil</b>b", "a b"),
    "a hidden element": ("<div hidden>evil <div>evil</div> evil</div>seen", "seen"),
    "an attribute": ("<b title='evil' data-x='evil'>seen</b>", "<b>seen</b>"),
    "a link's title": ('[seen](https://example.org "evil")', "[seen](https://example.org)"),
    "a link definition as a comment": ("[//]: # (evil)\n\nseen", "\nseen"),
    "a link definition's label": ("[evil]: https://example.org\n\nseen", "\nseen"),
    "a processing instruction": ("a <?evil?>b", "a b"),
    "a declaration": ("a <!EVIL evil>b", "a b"),
    "zero-width characters": ("s\u200be\u200ce\u2060n\ufeff", "seen"),
    "bidirectional overrides": ("\u202eseen\u202c\u2066\u2069", "seen"),
    "tag characters": ("seen\U000e0065\U000e0076\U000e0069\U000e006c", "seen"),
    "variation selectors": ("seen\ufe0f\U000e0101", "seen"),
    "control characters": ("s\x00e\x07e\x1b[31mn\x9f\x7f", "see[31mn"),
    "fillers": ("s\u3164e\u115fe\u2800n", "seen"),
    "lone surrogates": ("seen\udc80", "seen"),
    "markup that forms when markup goes": ("<!<!-- x -->-- evil -->seen", "seen"),
}
SEEN = [
    "Plain *text* with **emphasis**, a [link](https://example.org) and a list:\n\n- [ ] one\n- [x] two\n",
    "```html\n<!-- shown --><img alt='shown'>\n```",
    "    <!-- shown in an indented block -->",
    "Use `<!-- shown -->` and ``a ` <b x='y'>``.",
    "if a < b and c > d: List<String> x <- y",
    "<details><summary>More</summary>\n\nshown\n\n</details>",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "> quoted\n> twice",
    "Ünïcödé, 漢字, עברית, 🎉 and tabs\tstay",
    "<https://example.org> and a@b.example",
]


@pytest.mark.parametrize("name", HIDDEN)
def test_what_the_page_does_not_show_is_gone(name: str) -> None:
    text, expected = HIDDEN[name]
    assert sanitize(text) == expected


@pytest.mark.parametrize("text", SEEN)
def test_what_the_page_shows_stays(text: str) -> None:
    assert sanitize(text) == text


def test_a_comment_that_prose_shows_stays_readable_and_harmless() -> None:
    assert sanitize("type <!-- to begin\n\nseen") == "type ‹!-- to begin\n\nseen"


def test_line_ends_become_one_kind() -> None:
    assert sanitize("a\r\nb\rc\u2028d\u2029e") == "a\nb\nc\nd\ne"


def test_long_text_is_cut_and_says_so() -> None:
    cut = sanitize("word " * 20_000)
    assert len(cut) == MAX_CHARACTERS
    assert cut.endswith(CUT_NOTE)
    assert sanitize("x" * MAX_CHARACTERS) == "x" * MAX_CHARACTERS


def test_padding_with_invisible_characters_cannot_push_text_out_unseen() -> None:
    assert sanitize("\u200b" * 5 * MAX_CHARACTERS + "evil").endswith(CUT_NOTE)


@pytest.mark.parametrize(
    "unit", ["<!--", "<picture>", "<a ", "<b hidden>", "`", "![", "[a]: b\n", "|a", ">", '](a "', "<"]
)
def test_the_worst_64_kib_are_read_quickly(unit: str) -> None:
    started = time.process_time()
    sanitize(unit * (MAX_CHARACTERS // len(unit)))
    assert time.process_time() - started < 4


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("<>!-/`~ab\"'=[]()# \n\t|:\u200b\x00dispicturehden"), max_size=120))
def test_no_text_raises_and_nothing_hidden_is_left(text: str) -> None:
    clean = sanitize(text)
    assert "\u200b" not in clean
    assert "\x00" not in clean
    assert sanitize(clean) == clean


@given(st.text(max_size=50), st.text(max_size=50))
def test_the_hash_pins_title_and_body_apart(title: str, body: str) -> None:
    assert text_sha256(an_issue(1, body, title + "x")) != text_sha256(
        an_issue(1, "x" + body, title or "Add thing 1")
    )
    assert len(text_sha256(an_issue(1, body + "\ud800"))) == 64


def test_the_hash_does_not_change_with_labels() -> None:
    assert text_sha256(an_issue(1, "a", labels=("b",))) == text_sha256(an_issue(1, "a"))
