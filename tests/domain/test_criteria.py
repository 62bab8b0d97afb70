from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.overnight.domain.criteria import LONGEST, MOST, criteria
from include.overnight.domain.issues import Issue


def of(body: str, title: str = "Do it") -> tuple[str, ...]:
    return criteria(Issue(1, title, body))


@pytest.mark.parametrize(
    "heading",
    [
        "## Acceptance criteria",
        "### Requirements",
        "Definition of Done\n---",
        "**Acceptance criteria**\n",
        "Requirements:\n",
        "These are the requirements:\n",
        "The command must:\n",
        "# What should change",
    ],
)
def test_items_under_a_heading_that_asks_are_criteria(heading):
    body = f"Some words.\n\n{heading}\n\n- returns 0 for `[]`\n- a second one\n\n## Notes\n\n- not this one\n"
    assert of(body) == ("returns 0 for `[]`", "a second one")


def test_open_tasks_are_criteria_wherever_they_stand_and_ticked_ones_are_done():
    body = "Words\n\n- [ ] add a flag\n- [x] done already\n  - [ ] nested\n* [ ] `--all` works"
    assert of(body) == ("add a flag", "nested", "`--all` works")


def test_formalities_and_references_ask_nothing():
    body = (
        "- [ ] I have searched existing issues\n- [ ] I agree to the code of conduct\n- [ ] #12\n"
        "- [ ] https://example.org/acme/box/issues/3\n- [ ] sort the list\n"
    )
    assert of(body) == ("sort the list",)


def test_sentences_that_demand_are_criteria_and_negative_ones_stay():
    body = (
        "The box is small. It should return `0` for an empty list. It must not raise.\n"
        "Nobody cares about this. The result needs to be\nsorted; it shouldn't mutate its input."
    )
    assert of(body) == (
        "It should return `0` for an empty list.",
        "It must not raise.",
        "The result needs to be sorted; it shouldn't mutate its input.",
    )


def test_what_is_expected_is_asked_and_what_is_observed_is_not():
    body = "## Actual behaviour\nIt must crash.\n\n## Expected behaviour\nThe list is empty.\n\nNo error.\n"
    assert of(body) == ("The list is empty.", "No error.")


@pytest.mark.parametrize(
    "hidden",
    [
        "```\nit must burn\n```",
        "    it must burn\n",
        "> it must burn",
        "<!-- it must burn -->",
        "~~it must burn~~",
        "~it must burn~",
        "<details hidden>it must burn</details>",
        "## Out of scope\n\n- it must burn",
        "Should it burn?",
        "- [x] it must burn",
    ],
)
def test_what_is_no_prose_or_no_wish_is_no_criterion(hidden):
    assert of(f"It must shine.\n\n{hidden}\n") == ("It must shine.",)


def test_markup_goes_and_code_stays():
    body = (
        "It **must** accept [a path](https://example.org/x) and `__init__` *too*, snake_case_names as well."
    )
    assert of(body) == ("It must accept a path and `__init__` too, snake_case_names as well.",)


def test_a_sentence_that_begins_like_a_heading_is_a_sentence():
    assert of("Logs are too long.\n\nSee the logs below:\n\nIt must be short.") == ("It must be short.",)


def test_the_same_wish_counts_once():
    assert of("It must work.\n\n## Requirements\n- It must work\n") == ("It must work.",)


def test_an_issue_without_criteria_is_its_title():
    assert of("Just words.", "Crash on an empty list") == ("Crash on an empty list",)
    assert of("", "") == ()


def test_length_and_number_are_capped():
    many = of("\n".join(f"- [ ] do thing {number} {'x' * 900}" for number in range(200)))
    assert len(many) == MOST
    assert {len(text) for text in many} == {LONGEST}


@given(st.text(max_size=400))
def test_any_text_has_criteria_without_trouble(body):
    for text in of(body):
        assert "\n" not in text
        assert len(text) <= LONGEST
