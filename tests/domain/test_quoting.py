from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.difflines import DiffLine, Side, diff_lines
from include.overnight.domain.quoting import prove

DIFF = """\
diff --git a/src/box.py b/src/box.py
index 1..2 100644
--- a/src/box.py
+++ b/src/box.py
@@ -1,4 +1,6 @@ def header(line):
 def size(a, b):
-    return a + b
+    if a < 0:
+        raise ValueError("a side cannot be negative")
+    return a * b
 ...
 # the end of it
diff --git a/old.md b/old.md
deleted file mode 100644
--- a/old.md
+++ /dev/null
@@ -1,2 +0,0 @@
--- a/src/fake.py
-+++ b/src/fake.py
"""
LINES = diff_lines(DIFF)
KEEPING = frozenset(Side)


def test_a_line_that_looks_like_a_header_opens_no_file() -> None:
    assert not prove("+++ b/src/fake.py", LINES, "src/fake.py").holds


@pytest.mark.parametrize(
    "quote",
    [
        "return a * b",
        "+    return a * b",
        '        raise   ValueError( "a side cannot be negative")'.replace("( ", "("),
        "if a < 0:\n    ...\nreturn a * b",
        '```python\nif a < 0:\n    raise ValueError("a side cannot be negative")\n```',
        '+    if a < 0:\n+        raise ValueError("a side cannot be negative")\n+    return a * b',
        " def size(a, b):\n-    return a + b\n+    if a < 0:",
        'raise ValueError("a side',
        "-    return a + b",
    ],
)
def test_a_quote_that_stands_in_the_diff_holds(quote: str) -> None:
    proof = prove(quote, LINES)
    assert (proof.holds, proof.path) == (True, "src/box.py"), proof.reason


@pytest.mark.parametrize(
    ("quote", "why"),
    [
        ("", "quotes nothing"),
        ("}\n\n)", "quotes nothing"),
        ("...", "quotes nothing"),
        ("else:", "quotes nothing"),
        ("return a / b", "do not stand in the diff"),
        ("return a * b\nif a < 0:", "do not stand in the diff"),
        ("return a * b\nreturn everything.is_fine()", "do not stand in the diff"),
        ("return a + b", "no added line"),
        ("def size(a, b):", "no added line"),
        ("+    return a + b", "do not stand in the diff"),
        ("line of mine\n" * 70, "at most 60"),
    ],
)
def test_a_quote_that_does_not_hold_says_why(quote: str, why: str) -> None:
    proof = prove(quote, LINES)
    assert not proof.holds
    assert why in proof.reason


def test_a_named_file_must_be_the_one() -> None:
    assert prove("return a * b", LINES, "src/box.py").holds
    assert prove("return a * b", LINES, "b/src/box.py").holds
    assert "names a file" in prove("return a * b", LINES, "src/other.py").reason
    assert not prove("return a * b", LINES, "old.md").holds


def test_unchanged_and_removed_lines_count_where_they_are_allowed() -> None:
    assert prove("def size(a, b):", LINES, sides=KEEPING).holds
    assert prove("return a + b", LINES, sides=frozenset({Side.REMOVED})).holds


def test_a_removed_markdown_item_is_no_proof_that_an_item_was_added() -> None:
    lines = (
        DiffLine("a.md", Side.REMOVED, "- keep every test"),
        DiffLine("a.md", Side.ADDED, "- other words"),
    )
    assert not prove("+ keep every test", lines).holds
    assert prove("- other words", lines).holds


def test_a_short_line_holds_together_with_the_line_above_it() -> None:
    lines = diff_lines("+++ b/x\n@@ -1,2 +1,2 @@\n the_only_constant = (\n-1\n+2\n")
    assert not prove("2", lines).holds
    assert prove(" the_only_constant = (\n+2", lines).holds


TEXT = st.text(st.characters(exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=30)


@given(st.text(), st.text(), st.text())
def test_no_diff_quote_or_path_raises(diff: str, quote: str, path: str) -> None:
    assert isinstance(prove(quote, diff_lines(diff), path).holds, bool)


@given(st.lists(st.tuples(st.sampled_from(list(Side)), TEXT), min_size=1, max_size=12), st.data())
def test_what_is_added_can_always_be_quoted_and_what_is_not_there_never(
    rows: list[tuple[Side, str]], data: st.DataObject
) -> None:
    old = sum(side is not Side.ADDED for side, _ in rows)
    new = sum(side is not Side.REMOVED for side, _ in rows)
    body = "".join(f"{side}{text}\n" for side, text in rows)
    lines = diff_lines(f"--- a/f\n+++ b/f\n@@ -1,{old} +1,{new} @@\n{body}")
    assert [(line.side, line.text) for line in lines] == rows
    words = "telling words of this line"
    assert not prove(words, lines).holds
    place = data.draw(st.integers(0, len(lines)))
    with_it = (*lines[:place], DiffLine("f", Side.ADDED, words, 1), *lines[place:])
    assert prove(words, with_it).holds
    assert prove(f"+  {words} ", with_it).holds


def test_a_change_of_nothing_but_short_lines_is_proved_by_one_of_them_in_full():
    lines = diff_lines("--- a/x.py\n+++ b/x.py\n@@ -1 +1,2 @@\n X = 2\n+Y = 1\n")
    assert prove("Y = 1", lines).holds
    assert not prove("Y = 2", lines).holds
    assert not prove("X = 2", lines).holds


def test_an_added_line_that_is_a_part_of_the_removed_one_is_found_where_it_was_added():
    lines = diff_lines(
        "+++ b/x.py\n@@ -1 +1 @@\n-total = compute(a, b) + compute(c, d)\n+total = compute(a, b)\n"
    )
    assert prove("total = compute(a, b)", lines).holds


def test_a_line_that_only_changed_its_spaces_counts_as_added():
    lines = diff_lines("--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-total  =  compute(a)\n+total = compute(a)\n")
    assert prove("total = compute(a)", lines).holds
