from __future__ import annotations

import pytest

from include.overnight.domain.issues import IssueRef, LinkedPullRequest, Repository, split_full_name
from tests.domain.making import an_issue


@pytest.mark.parametrize("text", ["octocat/hello-world", "A/b", "o-1/.github", "o/a..b", "o/" + "x" * 100])
def test_a_full_name_is_split(text: str) -> None:
    assert "/".join(split_full_name(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "octocat",
        "a/b/c",
        "-a/b",
        "a/",
        "/b",
        "a b/c",
        "a/b\n",
        "../b",
        "a/..",
        "a/.",
        "a/b;c",
        "o/" + "x" * 101,
    ],
)
def test_what_is_no_full_name_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="OWNER/NAME"):
        split_full_name(text)


def test_references_read_as_github_writes_them() -> None:
    assert (str(IssueRef(3)), str(IssueRef(3, "o/r"))) == ("#3", "o/r#3")


def test_labels_compare_in_lower_case() -> None:
    assert an_issue(1, labels=(" Overnight: OK ", "Bug")).label_names == {"overnight: ok", "bug"}


def test_a_linked_pull_request_knows_whether_it_is_open() -> None:
    assert LinkedPullRequest(1, "OPEN").is_open
    assert not LinkedPullRequest(1, "MERGED").is_open


def test_a_repository_tells_its_full_name() -> None:
    assert Repository("R_1", "octo", "pantry", "main").full_name == "octo/pantry"
