"""GraphQL answers that are errors, and servers that know less."""

import pytest

from include.overnight.adapters.github.graphql import GraphQL
from include.overnight.adapters.github.queries import issue_query
from include.overnight.adapters.github.wire import Wire
from include.overnight.domain.errors import NotAuthorized, NotFound, RateLimited, SettingsError, Unreachable

from .answering import Asked, Say, answering, in_turn

DATA = {"repository": {"issue": {"number": 1}}}


def ask(server, client_for, patience):
    graphql = GraphQL(Wire(client_for(server.url), patience))
    return graphql, graphql.ask(issue_query, {"owner": "acme", "name": "pantry", "number": 1})


def test_queries_go_to_the_graphql_path_beside_rest(client_for, patience):
    with answering(in_turn(Say({"data": DATA}))) as server:
        assert ask(server, client_for, patience)[1] == DATA
    assert server.asked[0].path == "/api/graphql"
    assert server.asked[0].body["variables"] == {"owner": "acme", "name": "pantry", "number": 1}


def unknown(field: str, github: bool) -> dict:
    if github:
        extensions = {"code": "undefinedField", "typeName": "Issue", "fieldName": field}
        return {"message": f"Field '{field}' doesn't exist on type 'Issue'", "extensions": extensions}
    return {"message": f"Cannot query field '{field}' on type 'Issue'. Did you mean 'id'?"}


@pytest.mark.parametrize("github", [True, False])
def test_fields_that_the_schema_lacks_are_left_out_and_remembered(github, client_for, patience):
    def answer(asked: Asked) -> Say:
        for field in ("blockedBy", "issueType"):
            if field in asked.body["query"]:
                return Say({"errors": [unknown(field, github)]})
        return Say({"data": DATA})

    with answering(answer) as server:
        graphql, data = ask(server, client_for, patience)
        graphql.ask(issue_query, {})
    assert data == DATA
    assert graphql.lacking == {"Issue.blockedBy", "Issue.issueType"}
    assert len(server.asked) == 4


def test_a_server_without_what_we_need_is_named_as_too_old(client_for, patience):
    with (
        answering(in_turn(Say({"errors": [unknown("title", True)]}))) as server,
        pytest.raises(SettingsError, match=r"lacks Issue\.title"),
    ):
        ask(server, client_for, patience)


def test_parts_that_may_not_be_seen_leave_the_rest(client_for, patience):
    errors = [{"type": "FORBIDDEN", "path": ["repository", "x"], "message": "SAML"}]
    with answering(in_turn(Say({"data": DATA, "errors": errors}))) as server:
        assert ask(server, client_for, patience)[1] == DATA


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "NOT_FOUND", "message": "Could not resolve"}, NotFound),
        ({"type": "FORBIDDEN", "message": "Resource not accessible"}, NotAuthorized),
        ({"type": "INSUFFICIENT_SCOPES", "message": "needs repo"}, NotAuthorized),
        ({"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, RateLimited),
        ({"message": "API rate limit already exceeded for user"}, RateLimited),
        ({"message": "Something went wrong while executing your query"}, Unreachable),
        ({"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}, Unreachable),
        ({}, Unreachable),
    ],
)
def test_an_error_in_a_good_answer_is_an_error(error, expected, client_for, patience):
    says = Say({"data": {"repository": None}, "errors": [error]}, headers={"retry-after": "900"})
    with answering(in_turn(says)) as server, pytest.raises(expected):
        ask(server, client_for, patience)


def test_a_time_out_with_half_the_data_is_not_taken_for_the_whole(client_for, patience, slept):
    half = Say({"data": DATA, "errors": [{"message": "Something went wrong"}]})
    with answering(in_turn(half, Say({"data": DATA}))) as server:
        ask(server, client_for, patience)
    assert len(server.asked) == 2


def test_a_limit_told_in_graphql_is_waited_for(client_for, patience, slept):
    limited = Say({"errors": [{"type": "RATE_LIMITED", "message": "wait"}]}, headers={"Retry-After": "4"})
    with answering(in_turn(limited, Say({"data": DATA}))) as server:
        ask(server, client_for, patience)
    assert slept == [4.0]
