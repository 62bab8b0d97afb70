"""REST: who may do what, and how lists, names and conditions behave."""

import pytest

from .conftest import HOME


def test_a_wrong_token_gets_githubs_bad_credentials(ask):
    answer = ask("GET", "/user", token="nobody's")
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_a_private_repository_does_not_exist_for_who_may_not_see_it(running, ask):
    running.forge.create_repository("acme", "cellar", private=True)
    running.forge.add_collaborator("acme/cellar", "eve", "none")
    assert ask("GET", "/repos/acme/cellar", token="reader-token").status_code == 404
    assert ask("GET", "/repos/acme/cellar", token=None).status_code == 404
    assert ask("GET", "/repos/acme/cellar").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "token", "status"),
    [
        ("POST", "labels", {"name": "x", "color": "ffffff"}, "reader-token", 403),
        ("POST", "issues", {"title": "From outside"}, "reader-token", 201),
        ("POST", "issues", {"title": "From nobody"}, None, 401),
        ("GET", "branches/main/protection", None, "bot-token", 403),
        ("POST", "check-runs", {"name": "tests", "head_sha": "main"}, "bot-token", 403),
        ("POST", "issues", "no object", "bot-token", 400),
    ],
)
def test_a_token_may_do_what_its_permission_says(ask, method, path, body, token, status):
    if isinstance(body, str):
        assert ask(method, path, token=token, data="{").status_code == status
    else:
        assert ask(method, path, body, token).status_code == status


def test_an_outsiders_labels_on_a_new_issue_are_dropped(ask):
    issue = ask("POST", "issues", {"title": "Trust me", "labels": ["overnight: ok"]}, "reader-token").json()
    assert (issue["labels"], issue["author_association"]) == ([], "NONE")


def test_names_are_case_insensitive_and_a_rename_redirects_by_id(running, ask):
    running.forge.rename_repository(HOME, "larder")
    moved = ask("GET", "/repos/Acme/PANTRY/issues", allow_redirects=False)
    assert moved.status_code == 301
    assert f"/repositories/{running.forge.repository('acme/larder').id}/issues" in moved.headers["Location"]
    assert ask("GET", "/repos/Acme/PANTRY").json()["full_name"] == "acme/larder"
    assert ask("POST", "/repos/acme/pantry/issues", {"title": "x"}, allow_redirects=False).status_code == 307


def test_link_headers_lead_through_all_pages_of_issues_and_pull_requests(running, ask):
    for number in range(5):
        running.forge.create_issue(HOME, f"Issue {number}")
    running.forge.commit(HOME, "work", {"a": "a"}, "Work", "bot")
    running.forge.create_pull_request(HOME, "bot", title="Work", head="work")
    first = ask("GET", "issues?per_page=4&state=open")
    assert [issue["number"] for issue in first.json()] == [6, 5, 4, 3]
    assert ["pull_request" in issue for issue in first.json()] == [True, False, False, False]
    second = ask("GET", first.links["next"]["url"].removeprefix(running.rest_url))
    assert [issue["number"] for issue in second.json()] == [2, 1]
    assert set(second.links) == {"prev", "first"}


def test_an_answer_that_has_not_changed_is_304(running, ask):
    etag = ask("GET", "issues").headers["ETag"]
    assert ask("GET", "issues", headers={"If-None-Match": etag}).status_code == 304
    running.forge.create_issue(HOME, "New")
    assert ask("GET", "issues", headers={"If-None-Match": etag}).status_code == 200


def test_a_deleted_issue_is_gone_and_its_number_is_not_used_again(running, ask):
    running.forge.delete_issue(running.forge.create_issue(HOME, "Gone", number=7))
    assert ask("GET", "issues/7").status_code == 410
    assert ask("POST", "issues", {"title": "Next"}).json()["number"] == 8


def test_a_dependency_takes_the_database_id_and_never_the_number(running, ask):
    blocked, blocking = (running.forge.create_issue(HOME, title) for title in ("Blocked", "Blocking"))
    path = f"issues/{blocked.number}/dependencies/blocked_by"
    assert ask("POST", path, {"issue_id": blocking.number}).status_code == 404
    assert ask("POST", path, {"issue_id": blocking.id}).status_code == 201
    assert ask("POST", path, {"issue_id": blocking.id}).status_code == 422
    assert [issue["number"] for issue in ask("GET", path).json()] == [blocking.number]
    assert ask("GET", f"issues/{blocked.number}").json()["issue_dependencies_summary"]["blocked_by"] == 1


def test_a_parent_takes_a_hundred_sub_issues_and_no_more(running, ask):
    parent, *children = [running.forge.create_issue(HOME, f"Issue {number}") for number in range(102)]
    statuses = [
        ask("POST", "issues/1/sub_issues", {"sub_issue_id": child.id}).status_code for child in children
    ]
    assert (statuses[:100], statuses[100]) == ([201] * 100, 422)
    assert ask("GET", f"issues/{parent.number}").json()["sub_issues_summary"]["total"] == 100


def test_the_timeline_tells_who_labelled_and_what_refers_here(running, ask):
    issue = running.forge.create_issue(HOME, "First")
    running.forge.labelled(issue, "overnight: ok", "ann")
    running.forge.create_issue(HOME, "Second", "See #1, but not `#1` nor <!-- #1 -->.")
    lines = ask("GET", "issues/1/timeline").json()
    assert [(line["event"], line["actor"]["login"]) for line in lines] == [
        ("labeled", "ann"),
        ("cross-referenced", "acme"),
    ]
    assert lines[1]["source"]["issue"]["number"] == 2
    assert [event["event"] for event in ask("GET", "issues/1/events").json()] == ["labeled"]


def test_a_comment_is_edited_in_place_by_its_author_and_nobody_lower(running, ask):
    running.forge.create_issue(HOME, "First")
    comment = ask("POST", "issues/1/comments", {"body": "<!-- marker --> one"}).json()
    path = f"issues/comments/{comment['id']}"
    assert ask("PATCH", path, {"body": "hijacked"}, "reader-token").status_code == 403
    assert ask("PATCH", path, {"body": "two"}).json()["body"] == "two"
    assert [c["body"] for c in ask("GET", "issues/1/comments").json()] == ["two"]


def test_an_archived_repository_takes_no_writes(running, ask):
    running.forge.change_repository(HOME, archived=True)
    answer = ask("POST", "issues", {"title": "x"})
    assert (answer.status_code, answer.json()["message"]) == (403, "Repository was archived so is read-only.")
