from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.overnight.domain.dependencies import MAX_DEPENDENCIES, read_dependencies
from include.overnight.domain.issues import IssueRef, Source
from tests.domain.making import REPOSITORY, an_issue


def read(body: str, title: str = "", number: int = 42) -> list[str]:
    return [str(d.ref) for d in read_dependencies(an_issue(number, body, title), repository=REPOSITORY)]


SAID = {
    "Depends on #123": ["#123"],
    "Blocked by #456": ["#456"],
    "Requires #5": ["#5"],
    "After #3": ["#3"],
    "Needs #3": ["#3"],
    "depends-on: owner/repo#12": ["owner/repo#12"],
    "DEPENDS ON #7": ["#7"],
    "This depends upon #7.": ["#7"],
    "Depends on: #7": ["#7"],
    "**Depends on** #7": ["#7"],
    "_Blocked by_ **#7**": ["#7"],
    "(depends on #7)": ["#7"],
    "Blocked by #1, #2 and #3": ["#1", "#2", "#3"],
    "Blocked by #1, #2, and #3": ["#1", "#2", "#3"],
    "Blocked by #1 & #2": ["#1", "#2"],
    "Depends on #1 #2": ["#1", "#2"],
    "Depends on #1 and on #2": ["#1", "#2"],
    "Blocked by #1, other/place#2 and https://github.com/octo/pantry/issues/3": ["#1", "other/place#2", "#3"],
    "Depends on https://github.com/Other/Place/issues/9": ["other/place#9"],
    "Depends on https://github.acme.example/other/place/issues/9#issuecomment-77": ["other/place#9"],
    "Depends on <https://github.com/octo/pantry/pull/9>": ["#9"],
    "Depends on [the parser](https://github.com/octo/pantry/issues/9)": ["#9"],
    "Depends on [#9](https://github.com/octo/pantry/issues/9)": ["#9"],
    "Depends on Octo/Pantry#9": ["#9"],
    "Depends on GH-9": ["#9"],
    "Depends on the parser of #9": ["#9"],
    "Depends on the `Store` from #9": ["#9"],
    "Requires the new schema in #9": ["#9"],
    "Depends\non #9": ["#9"],
    "Blocked by\n#9": ["#9"],
    "Needs: #9": ["#9"],
    "Parent: #4\nDepends on #5": ["#5"],
    "Not started\nBlocked by #3": ["#3"],
    "It is not urgent, but depends on #3": ["#3"],
    "Not only blocked by #3": ["#3"],
    "Cannot start because it is blocked by #3": ["#3"],
    "1. Depends on #3": ["#3"],
    "## Depends on #3": ["#3"],
    "Depends on #3. After #4.": ["#3", "#4"],
    "Depends on #3; needs #3": ["#3"],
}
SAID_IN_STRUCTURE = {
    "### Blocked by\n\n#12, #13": ["#12", "#13"],
    "### Dependencies\n\n- #12\n- #13\n\n### Other\n\n- #14": ["#12", "#13"],
    "Depends on:\n- #1\n- #2": ["#1", "#2"],
    "Depends on:\n\n* a/b#2\n* [ ] #3\n* [x] #4": ["a/b#2", "#3"],
    "Depends on:\n\n- #1\n\n#9 is the parent": ["#1"],
    "- Depends on:\n  - #1\n- #2": ["#1"],
    "This depends on the following:\n\n- #1": ["#1"],
    "### Dependencies\n\n_No response_\n\n- #12": [],
    "No longer blocked by:\n\n- #1": [],
    "- [ ] #4\n- [x] #5\n* [ ] other/place#6": ["#4", "other/place#6"],
    "- [ ] https://github.com/octo/pantry/issues/8": ["#8"],
    "1. [ ] Write the parser (#8)": ["#8"],
    "- [ ] behave like #8 does": [],
    "- [ ] ~~#8~~": [],
    "- #8": [],
}
UNSAID = [
    "#3",
    "See #3",
    "Related to #3",
    "Fixes #3",
    "not blocked by #3",
    "no longer depends on #4",
    "isn't blocked by #3",
    "isn’t blocked by #3",
    "never requires #4",
    "without needing #4",
    "It does not depend on #4",
    "It doesn't really depend on #4",
    "is not\nblocked by #4",
    "Neither blocked by #4",
    "previously blocked by #4",
    "used to depend on #4",
    "It cannot depend on #4",
    "Requires no change to #4",
    "unblocked by #4",
    "independent of #4",
    "Required by #4",
    "needed by #4",
    "blocking #4",
    "#3 depends on #4",
    "other/place#3 is blocked by #4",
    "After the release of #3",
    "After a look at #3",
    "Needs a look at #3",
    "Needs\n\n#3",
    "the thereafter #3",
    "Depends on #0",
    "Depends on #99999999999999999999",
    "Depends on #12abc",
    "Depends on foo#12#13x",
    "Requires Python 3.11, see #4",
    "Requires Node 20 (see #4)",
    "Blocked by the lawyers. Compare #4",
    "`depends on #3`",
    "``depends on #3``",
    "    depends on #3",
    "```\ndepends on #3\n```",
    "~~~text\ndepends on #3\n~~~",
    "> depends on #3",
    "> depends on #3\nlazily blocked by #4",
    "> [!NOTE]\n> depends on #3",
    "<!-- depends on #3 -->",
    "text <!-- depends on #3 --> text",
    "<!--\n\ndepends on #3\n\n-->",
    "<div>depends on #3</div>",
    "<pre>\ndepends on #3\n</pre>",
    "<del>depends on #3</del>",
    "a <s>depends on #3</s>",
    "a <code>depends on #3</code>",
    "<blockquote>\n\ndepends on #3\n\n</blockquote>",
    "~~depends on #3~~",
    "~~Depends on~~ #3",
    "~depends on #3~",
    "[//]: # (depends on #3)",
    "![depends on #3](picture.png)",
    '[text](https://example.org "depends on #3")',
]


@pytest.mark.parametrize(("body", "expected"), (SAID | SAID_IN_STRUCTURE).items())
def test_a_dependency_is_read_from_what_the_page_shows(body: str, expected: list[str]) -> None:
    assert read(body) == expected


@pytest.mark.parametrize("body", UNSAID)
def test_what_is_denied_hidden_or_said_of_others_is_no_dependency(body: str) -> None:
    assert read(body) == []


def test_native_links_come_first_and_the_first_source_is_kept() -> None:
    issue = an_issue(
        1,
        "Depends on #3 and #4\n\n- [ ] #5\n- [ ] #4",
        blocked_by=(IssueRef(2), IssueRef(3)),
        sub_issues=(IssueRef(6), IssueRef(9, "Other/Place")),
    )
    read_ones = read_dependencies(issue, repository=REPOSITORY)
    assert [(str(d.ref), d.source) for d in read_ones] == [
        ("#2", Source.NATIVE),
        ("#3", Source.NATIVE),
        ("#6", Source.SUB_ISSUE),
        ("other/place#9", Source.SUB_ISSUE),
        ("#4", Source.TEXT),
        ("#5", Source.TASK_LIST),
    ]
    assert read_ones[0].phrase == ""
    assert read_ones[4].phrase == "Depends on #3 and #4"


def test_an_issue_never_waits_for_itself() -> None:
    issue = an_issue(
        7, "Depends on #7, octo/PANTRY#7 and #8", blocked_by=(IssueRef(7), IssueRef(7, REPOSITORY))
    )
    assert [d.ref for d in read_dependencies(issue, repository="Octo/Pantry")] == [IssueRef(8)]


def test_an_issue_may_speak_of_itself_by_number() -> None:
    assert read("#42 depends on #3") == ["#3"]


def test_a_title_is_read_as_well() -> None:
    assert read("", title="[blocked by #3] Add the parser") == ["#3"]
    assert read("", title="Say `depends on #3` correctly") == []


def test_a_hostile_list_is_capped() -> None:
    body = "Blocked by " + ", ".join(f"#{number}" for number in range(1, 5000))
    assert len(read(body, number=9999)) == MAX_DEPENDENCIES


def test_only_the_first_256_kib_are_read() -> None:
    assert read("Depends on #1\n\n" + "x " * 131_072 + "\n\nDepends on #2") == ["#1"]


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "*a ",
        "*_",
        "~~a ",
        "<!--",
        ">",
        "- ",
        "[a](",
        "| a |\n",
        "\\",
        "a\n",
        "# a\n",
        "needs #1, ",
        "not ",
    ],
)
def test_a_megabyte_of_anything_is_read_quickly(unit: str) -> None:
    body = "Depends on #3\n\n" + unit * (1024 * 1024 // len(unit))
    started = time.process_time()
    assert "#3" in read(body)
    assert time.process_time() - started < 4  # about 1 s on an idle machine


def test_binary_garbage_is_no_error() -> None:
    assert read("".join(map(chr, range(3000))) + "\udc80\x00 Depends on #3\n\nDepends on #4") != []


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("dependsonblckby #123,./`~><!-*_[]()\n\t:&'é\x00\ud800"), max_size=200)
)
def test_no_text_raises_and_references_are_sane(body: str) -> None:
    for dependency in read_dependencies(an_issue(1, body, body), repository=REPOSITORY):
        assert dependency.ref.number > 0
        assert dependency.ref != IssueRef(1)
        assert "\n" not in dependency.phrase
        assert len(dependency.phrase) <= 120


@given(st.lists(st.integers(2, 9999), min_size=1, max_size=8, unique=True))
@settings(max_examples=50, deadline=None)
def test_every_reference_of_a_list_is_found_in_order(numbers: list[int]) -> None:
    body = "Blocked by " + ", ".join(f"#{number}" for number in numbers)
    assert read(body, number=1) == [f"#{number}" for number in numbers]
