"""What model selection is told of an issue, and how large a window the issue asks for."""

from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.classification import classify
from include.overnight.domain.estimating import files_named, selection_context, tokens_needed
from include.overnight.domain.plans import PlanRules

from .making import NOW, an_issue


def test_the_context_says_what_the_text_and_the_labels_say():
    made = an_issue(1, title="Rewrite the scheduler", body="A race condition.", labels=("Docs",))
    context = selection_context(made, classify(made, PlanRules()), 4, NOW)
    assert (context.is_heavy_task, context.needs_complex_reasoning, context.is_multi_agent) == (
        True,
        True,
        False,
    )
    assert (context.labels, context.files_affected) == (("Docs",), 4)


def test_files_are_named_by_path_by_name_by_module_and_by_folder():
    paths = ("src/box/size.py", "src/box/area.py", "docs/guide.md", "README.md", "a/b")
    made = an_issue(1, body="See box.size and docs/ and README.md.")
    assert files_named(made, paths) == ("src/box/size.py", "docs/guide.md", "README.md")


def test_a_small_issue_fits_no_window_of_8k():
    assert tokens_needed(200, 0) > 8192


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_no_issue_asks_for_more_than_every_shipped_rung_has(characters, files):
    assert 16_000 <= tokens_needed(characters, files) <= 128_000


@given(st.integers(0, 10**5), st.integers(0, 100))
def test_more_text_or_more_files_never_ask_for_less(characters, files):
    least = tokens_needed(characters, files)
    assert tokens_needed(characters + 1, files) >= least
    assert tokens_needed(characters, files + 1) >= least
