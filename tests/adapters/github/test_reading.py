"""JSON that is null, strange or hostile."""

from datetime import UTC, datetime

import pytest

from include.overnight.adapters.github.reading import (
    UNSEEN,
    login_of,
    moment,
    plain,
    read_issue,
    read_pull_request,
)
from include.overnight.domain.issues import IssueRef, Repository

PANTRY = Repository("R_1", "acme", "Pantry", "main")
NULL = dict.fromkeys(
    ("body", "author", "editor", "labels", "milestone", "issueType", "stateReason", "lastEditedAt", "url")
)


def blocker(number: int, full_name: str) -> dict:
    return {"number": number, "repository": {"nameWithOwner": full_name}}


def test_an_issue_of_nulls_is_an_issue():
    issue = read_issue({"number": 7, "title": None, **NULL}, PANTRY)
    assert (issue.number, issue.title, issue.body, issue.author) == (7, "", "", "ghost")
    assert (issue.labels, issue.milestone, issue.editor, issue.edited_at) == ((), None, "", None)


def test_blockers_elsewhere_keep_their_repository_in_lower_case():
    nodes = [blocker(1, "ACME/pantry"), blocker(2, "Acme/Cellar")]
    issue = read_issue({"number": 7, "blockedBy": {"nodes": nodes}}, PANTRY)
    assert issue.blocked_by == (IssueRef(1), IssueRef(2, "acme/cellar"))


@pytest.mark.parametrize(
    "connection", [None, {"nodes": [None]}, {"nodes": [{"number": 4, "repository": None}]}]
)
def test_a_blocker_that_may_not_be_seen_still_blocks(connection):
    assert read_issue({"number": 7, "blockedBy": connection}, PANTRY).blocked_by == (UNSEEN,)


def test_a_schema_without_blockers_means_none():
    assert read_issue({"number": 7}, PANTRY).blocked_by == ()


def test_an_app_is_called_as_rest_calls_it():
    assert login_of({"__typename": "Bot", "login": "renovate"}) == "renovate[bot]"
    assert login_of({"__typename": "Bot", "login": "renovate[bot]"}) == "renovate[bot]"
    assert login_of({"__typename": "User", "login": "renovate"}) == "renovate"
    assert login_of(None) == "ghost"


def test_texts_can_be_stored_and_encoded_whatever_was_in_them():
    assert plain("a\x00b\ud800c") == "ab?c"
    assert plain(None) == ""


def test_moments_are_utc():
    assert moment("2026-01-05T10:00:00+01:00") == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert moment(None) is None


def test_a_pull_request_whose_head_is_gone_is_read():
    pull = read_pull_request({"number": 3, "head": None, "user": None, "merged_at": "2026-01-05T10:00:00Z"})
    assert (pull.number, pull.head_ref, pull.author, pull.merged) == (3, "", "ghost", True)
