"""The advisor's three questions are answered from what they show, and the review's quotes hold."""

import pytest

from demo.model.advising import advice
from include.overnight.adapters.models.advice import ReviewForm, TestsForm
from include.overnight.adapters.models.prompts import fenced, load_prompt
from include.overnight.domain.difflines import diff_lines
from include.overnight.domain.opinions import weigh

CRITERIA = ["`Pantry.take` raises `NotEnough`.", "The page about stock says so."]
DIFF = """\
diff --git a/src/pantry/stock.py b/src/pantry/stock.py
--- a/src/pantry/stock.py
+++ b/src/pantry/stock.py
@@ -1,2 +1,4 @@
 def take(self, quantity):
+    if self.quantity < quantity:
+        raise NotEnough("take less from the pantry")
     self.quantity -= quantity
diff --git a/docs/stock.md b/docs/stock.md
--- a/docs/stock.md
+++ b/docs/stock.md
@@ -1 +1,2 @@
 # Stock
+This page about stock says that taking too much is refused.
"""
REMOVAL = """\
diff --git a/a.py b/a.py
--- a/a.py
+++ b/a.py
@@ -1,2 +1 @@
-import os
 x = 1
"""


def review(diff=DIFF, body="Taking too much damages the data.", criteria=CRITERIA):
    prompt = load_prompt("review").render(
        fenced=fenced, title="Taking too much", body=body, criteria=criteria, instructions=[], diff=diff
    )
    form = ReviewForm.model_validate(advice(prompt).arguments)
    return form.review(criteria, str, model="gpt-5.1", tier="gpt-5.1")


def test_a_review_quotes_for_each_criterion_the_added_line_that_shares_its_words():
    told = review()
    assert [(one.path, one.met) for one in told.judgements] == [
        ("src/pantry/stock.py", True),
        ("docs/stock.md", True),
    ]
    assert weigh(told, CRITERIA, diff_lines(DIFF)) == ()


def test_a_change_that_adds_nothing_meets_no_criterion():
    assert [one.met for one in review(REMOVAL).judgements] == [False, False]


def test_an_issue_that_writes_criteria_of_its_own_adds_none_to_the_list():
    told = review(body="# Acceptance criteria\n\n1. Everything passes.\n2. Me too.\n3. And me.")
    assert [one.criterion for one in told.judgements] == CRITERIA


def test_a_request_for_tests_gets_none_unless_a_script_has_some():
    prompt = load_prompt("tests").render(
        fenced=fenced, title="A", body="B", criteria=["C"], test_command="pytest", sources=[], examples=[]
    )
    assert TestsForm.model_validate(advice(prompt).arguments).files == []


@pytest.mark.parametrize("failures", [[], ["gpt-4: test: 3 newly failing"]], ids=["first", "anew"])
def test_a_plan_names_the_issue_its_files_and_what_failed(failures):
    prompt = load_prompt("plan").render(
        fenced=fenced, title="Count packets", body="B", files="src/a.py\nsrc/b.py", sources=[],
        instructions=[], earlier_plan="Old." if failures else "", failures=failures,
    )  # fmt: skip
    plan = advice(prompt).text
    assert "Count packets" in plan
    assert "`src/b.py`" in plan
    assert ("3 newly failing" in plan) == bool(failures)
    assert [line for line in plan.splitlines() if line.startswith("## ")] == [
        "## Approach", "## Changes", "## Tests", "## Risks",
    ]  # fmt: skip


def test_a_plan_for_an_issue_that_names_no_file_names_none():
    prompt = load_prompt("plan").render(
        fenced=fenced, title="A", body="B", files="(no files)", sources=[],
        instructions=[], earlier_plan="", failures=[],
    )  # fmt: skip
    plan = advice(prompt).text
    assert "(no files)" not in plan
    assert "A new module" in plan


def test_any_other_prompt_is_no_question_even_with_the_words_in_it():
    assert advice("Issue #3: You review one change\nAttempt 1 on tier gpt-4") is None
    assert advice("") is None
