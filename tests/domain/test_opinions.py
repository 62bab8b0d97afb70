from __future__ import annotations

from include.overnight.domain.difflines import diff_lines
from include.overnight.domain.opinions import proved, weigh
from include.overnight.domain.reviewing import Judgement, Review

LINES = diff_lines(
    "--- a/box.py\n+++ b/box.py\n@@ -1,3 +1,3 @@\n def size(a, b):\n-    return a + b\n+    return a * b\n"
    " # the end of it\n"
)
MULTIPLY = "`size` should multiply its sides"
KEEP = "The signature must not change"
REMOVE = "Adding must be removed"
GOOD = Judgement(MULTIPLY, True, "return a * b", "box.py")


def rules(review: Review, *wanted: str) -> list[str]:
    return [finding.rule for finding in weigh(review, wanted, LINES)]


def test_a_criterion_that_is_met_and_quoted_stands() -> None:
    assert rules(Review((GOOD,)), MULTIPLY) == []
    assert proved(Review((GOOD,)), [MULTIPLY], LINES) == 1


def test_numbering_quotes_case_and_the_full_stop_do_not_matter() -> None:
    for wording in (
        "1. `size` should multiply its sides.",
        "- SIZE should multiply its sides",
        f'"{MULTIPLY}"',
    ):
        assert rules(Review((Judgement(wording, True, "return a * b"),)), MULTIPLY) == []


def test_a_criterion_without_a_judgement_fails() -> None:
    assert rules(Review(()), MULTIPLY) == ["criterion_unjudged"]
    assert rules(Review((GOOD,)), MULTIPLY, KEEP) == ["criterion_unjudged"]


def test_a_criterion_that_is_not_met_fails_with_the_comment() -> None:
    (finding,) = weigh(Review((Judgement(MULTIPLY, False, comment="it\nadds"),)), [MULTIPLY], LINES)
    assert finding.rule == "criterion_unmet"
    assert finding.message.endswith("(it adds)")


def test_of_two_judgements_the_worse_one_counts() -> None:
    assert rules(Review((GOOD, Judgement(MULTIPLY, False))), MULTIPLY) == ["criterion_unmet"]


def test_a_reviewer_that_cannot_quote_counts_as_a_failure() -> None:
    for quote in ("", "}", "return a * b * c", "def size(a, b):", "return a + b"):
        assert rules(Review((Judgement(MULTIPLY, True, quote),)), MULTIPLY) == ["criterion_unproved"], quote


def test_what_stays_may_be_proved_by_an_unchanged_line_and_what_goes_by_a_removed_one() -> None:
    assert rules(Review((Judgement(KEEP, True, "def size(a, b):"),)), KEEP) == []
    assert rules(Review((Judgement(REMOVE, True, "return a + b"),)), REMOVE) == []
    assert rules(Review((Judgement(REMOVE, True, "def size(a, b):"),)), REMOVE) == ["criterion_unproved"]
    said = Judgement(MULTIPLY, True, "def size(a, b):", comment="this was already so")
    assert rules(Review((said,)), MULTIPLY) == []


def test_what_goes_too_far_fails_with_the_reviewers_words_on_one_line() -> None:
    review = Review((GOOD,), ("also\u202e rewrites\nthe README", " "), ("AGENTS.md: no floats",))
    found = [(finding.rule, finding.message) for finding in weigh(review, [MULTIPLY], LINES)]
    assert found == [
        ("out_of_scope", "also rewrites the README"),
        ("against_instructions", "AGENTS.md: no floats"),
    ]
    assert proved(review, [MULTIPLY], LINES) == 1
