"""GraphQL: bounds, cursors, errors, and facts that only it tells."""

import time

import pytest

from .conftest import HOME

PANTRY = '{ repository(owner: "acme", name: "pantry") { %s } }'
LIST = """
query List($after: String, $first: Int) {
  repository(owner: "acme", name: "pantry") {
    issues(first: $first, after: $after, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        number title author { login } labels(first: 20) { nodes { name } }
        blockedBy(first: 20) { nodes { number state } } subIssues(first: 20) { nodes { number } }
        closedByPullRequestsReferences(first: 5, includeClosedPrs: true) { nodes { number state } }
        timelineItems(itemTypes: [LABELED_EVENT], last: 20) {
          nodes { ... on LabeledEvent { createdAt actor { login } label { name } } }
        }
      }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{ repository(owner: "acme", name: "nothing") { id } }', "NOT_FOUND"),
        (PANTRY % "issue(number: 99) { id }", "NOT_FOUND"),
        ('{ node(id: "nonsense") { id } }', "NOT_FOUND"),
        (PANTRY % "issues(first: 101) { totalCount }", "EXCESSIVE_PAGINATION"),
        (PANTRY % "issues { totalCount }", "MISSING_PAGINATION_BOUNDARIES"),
    ],
)
def test_an_error_has_the_type_that_github_gives_it(query, text, kind):
    assert [error["type"] for error in query(text)["errors"]] == [kind]


def test_a_query_outside_the_schema_is_an_error_and_no_data(query):
    answer = query("{ viewer { nights } }")
    assert "data" not in answer
    assert "nights" in answer["errors"][0]["message"]


def test_a_reader_may_not_enqueue(running, query):
    running.forge.commit(HOME, "work", {"a": "a"}, "Work", "bot")
    running.forge.create_pull_request(HOME, "bot", title="Work", head="work")
    found = query('{ repository(owner: "acme", name: "pantry") { pullRequest(number: 1) { id } } }')
    node = found["data"]["repository"]["pullRequest"]["id"]
    text = "mutation($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) { clientMutationId } }"
    assert query(text, "reader-token", id=node)["errors"][0]["type"] == "FORBIDDEN"


def test_an_issue_that_closes_between_two_pages_makes_no_other_be_skipped(running, query):
    issues = [running.forge.create_issue(HOME, f"Issue {number}") for number in range(6)]
    first = query(LIST, first=3)["data"]["repository"]["issues"]
    running.forge.edit_issue(issues[2], "ann", state="closed")
    second = query(LIST, first=3, after=first["pageInfo"]["endCursor"])["data"]["repository"]["issues"]
    assert [issue["number"] for page in (first, second) for issue in page["nodes"]] == [1, 2, 3, 4, 5, 6]
    assert second["pageInfo"]["hasNextPage"] is False


def test_edits_of_body_and_title_name_their_editor(running, query):
    issue = running.forge.create_issue(HOME, "First", "Harmless")
    running.forge.edit_issue(issue, "eve", body="Harmful", title="First!")
    text = '{ repository(owner: "acme", name: "pantry") { issue(number: 1) { editor { login } lastEditedAt userContentEdits(first: 5) { nodes { editor { login } } } timelineItems(last: 5, itemTypes: [RENAMED_TITLE_EVENT]) { nodes { ... on RenamedTitleEvent { actor { login } previousTitle } } } } } }'  # noqa: E501
    shown = query(text)["data"]["repository"]["issue"]
    assert shown["editor"] == {"login": "eve"}
    assert shown["lastEditedAt"].endswith("Z")
    assert shown["userContentEdits"]["nodes"] == [{"editor": {"login": "eve"}}]
    assert shown["timelineItems"]["nodes"] == [{"actor": {"login": "eve"}, "previousTitle": "First"}]


def test_rest_and_graphql_name_a_node_alike(running, ask, query):
    running.forge.create_issue(HOME, "First")
    node = ask("GET", "issues/1").json()["node_id"]
    found = query("query($id: ID!) { node(id: $id) { ... on Issue { number databaseId } } }", id=node)
    assert found["data"]["node"] == {"number": 1, "databaseId": ask("GET", "issues/1").json()["id"]}


def test_five_thousand_issues_list_in_a_few_seconds(running, query):
    with running.forge.world.turn():
        for number in range(1, 5001):
            blockers = [number - 1] if number % 3 == 0 else []
            running.forge.create_issue(
                HOME, f"Issue {number}", "Body", labels=["bug", "x"], blocked_by=blockers
            )
    started, after, seen = time.process_time(), None, 0
    while True:
        page = query(LIST, first=100, after=after)["data"]["repository"]["issues"]
        seen, after = seen + len(page["nodes"]), page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == page["totalCount"] == 5000
    assert time.process_time() - started < 15
