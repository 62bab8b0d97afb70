"""Hidden marks and GitHub's lengths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.adapters.github.markers import (
    LONGEST_BODY,
    fitted,
    hidden_mark,
    is_marked,
    is_ours,
    marked,
    one_line,
    same_text,
)

MARK = "<!-- overnight:issue/12 -->"


@pytest.mark.parametrize("name", ["issue/12", "overnight:issue/12", MARK, "  issue/12 "])
def test_a_name_gives_the_same_mark_however_it_is_written(name):
    assert hidden_mark(name) == MARK


def test_a_hostile_name_cannot_end_the_comment():
    assert hidden_mark("x --> <b>").count("-->") == 1


def test_a_mark_counts_only_at_the_beginning():
    assert is_marked(f"\n{MARK}\nhello", MARK)
    assert not is_marked(f"> quoted {MARK}", MARK)
    assert not is_ours(f"Look: {MARK}")
    assert not is_marked(None, MARK)


def test_marking_twice_is_marking_once():
    assert marked(marked("hello", MARK), MARK) == f"{MARK}\nhello"


@given(
    st.text(min_size=0, max_size=300),
    st.sampled_from(["", "<!-- ", "```\n", "<details>", "~~~\n<details>\n"]),
)
def test_no_text_is_longer_than_github_takes(text, opening):
    body = marked(opening + text * 300, MARK)
    assert len(body) <= LONGEST_BODY
    assert is_marked(body, MARK)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("```python\n", "```"), ("<!-- ", "-->"), ("<details>\n", "</details>"), ("plain ", "")],
)
def test_the_note_of_a_cut_stays_visible(opening, closing):
    text = fitted(opening + "x\n" * LONGEST_BODY)
    before, note = text.rsplit("\n\n---\n", 1)
    assert "Overnight cut this text" in note
    assert before.endswith(closing)


def test_a_short_text_is_left_alone():
    assert fitted("short") == "short"


def test_a_title_is_one_line_of_at_most_256_characters():
    assert one_line("a\n b\t c") == "a b c"
    assert len(one_line("x" * 400)) == 256


def test_line_ends_and_last_blanks_make_no_difference():
    assert same_text("a\r\nb\n", "a\nb")
    assert same_text(None, "")
    assert not same_text("a", "b")
