from __future__ import annotations

from dataclasses import replace

import pytest

from include.overnight.adapters.gates.protection.accounts import commit_findings
from include.overnight.domain.issues import Issue
from include.overnight.ports import Stage
from tests.adapters.gates import cases


def told(case) -> list[str]:
    return [finding.message for finding in commit_findings(case)]


def test_commits_as_ordered_pass_and_another_author_or_issue_is_found(bench):
    case = bench.case({"a": "1\n"}, {"a": "2\n"})
    assert told(case) == []
    other = replace(case, order=replace(case.order, author_name="Ann"))
    assert [sentence.split(" ")[1] for sentence in told(other)] == ["author", "committer"]
    (sentence,) = told(replace(case, issue=Issue(2, "Other")))
    assert sentence.endswith("is of issue #1, not #2")


@pytest.mark.parametrize(
    "message", ["the change", "The change\n\nOvernight-Issue: 1\n\nnot the last paragraph"]
)
def test_missing_trailers_are_found_where_the_commits_are_ours(bench, monkeypatch, message):
    monkeypatch.setattr(cases, "MESSAGE", message)
    case = bench.case({"a": "1\n"}, {"a": "2\n"})
    assert [sentence.rpartition(" ")[2] for sentence in told(case)] == [
        "Overnight-Night",
        "Overnight-Issue",
        "Overnight-Model",
    ]
    assert told(replace(case, stage=Stage.LOCAL)) == []


def test_a_change_without_commits_is_found(bench):
    case = bench.case({"a": "1\n"}, {"a": "2\n"})
    assert told(replace(case, change=replace(case.change, head_sha=case.change.base.sha))) == [
        "the change has no commit over its base"
    ]
