"""The forge's GraphQL schema is a part of GitHub's, and what the part knows is executed as GitHub would."""

from collections.abc import Iterator

import graphql as g
import pytest

from demo.forge.graphql.execution import SDL

from .published import ContractBroken
from .queries import NEWER, published_schema, validate_graphql
from .rest import described_keys

pytestmark = pytest.mark.contracts

BACKLOG = """
query Backlog($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    id nameWithOwner isArchived autoMergeAllowed
    defaultBranchRef { name target { oid } }
    mergeQueue(branch: "main") { id }
    issues(first: 100, after: $after, states: OPEN, orderBy: {field: CREATED_AT, direction: ASC}) {
      totalCount pageInfo { hasNextPage endCursor }
      nodes {
        id databaseId number title body url state stateReason createdAt updatedAt lastEditedAt
        editor { login } author { login } authorAssociation issueType { name }
        labels(first: 100) { nodes { name } } milestone { title dueOn number }
        parent { number repository { nameWithOwner } }
        subIssues(first: 100) { nodes { number state repository { nameWithOwner } } }
        blockedBy(first: 100) { nodes { number state stateReason repository { nameWithOwner } } }
        blocking(first: 100) { nodes { number } }
        closedByPullRequestsReferences(first: 10, includeClosedPrs: true) {
          nodes { number state isDraft headRefName author { login } url }
        }
        timelineItems(itemTypes: [LABELED_EVENT], last: 100) {
          nodes { ... on LabeledEvent { createdAt actor { login } label { name } } }
        }
        userContentEdits(first: 10) { nodes { editedAt editor { login } } }
      }
    }
  }
}
"""
ENQUEUE = """
mutation Enqueue($input: EnqueuePullRequestInput!) {
  enqueuePullRequest(input: $input) { mergeQueueEntry { state position headCommit { oid } } clientMutationId }
}
"""


def departures(ours: g.GraphQLSchema, theirs: g.GraphQLSchema) -> Iterator[str]:
    """Say everything in one schema that a client of the other would stumble over."""
    for name, kind in ours.type_map.items():
        published = theirs.type_map.get(name)
        if name.startswith("__"):
            continue
        if type(published) is not type(kind):
            yield f"{name} is {published!r} there"
        elif isinstance(kind, g.GraphQLObjectType | g.GraphQLInterfaceType | g.GraphQLInputObjectType):
            yield from _fields(kind, published)
        elif isinstance(kind, g.GraphQLEnumType):
            yield from (f"{name}.{value}" for value in kind.values if value not in published.values)
        elif isinstance(kind, g.GraphQLUnionType):
            known = {member.name for member in published.types}
            yield from (f"{name} | {member.name}" for member in kind.types if member.name not in known)


def _fields(kind: g.GraphQLObjectType, published: g.GraphQLObjectType) -> Iterator[str]:
    for name, field in kind.fields.items():
        known = published.fields.get(name)
        if known is None or str(known.type) != str(field.type):
            yield f"{kind.name}.{name}: {field.type} is {known and known.type} there"
            continue
        yield from _arguments(f"{kind.name}.{name}", field, known)
    if isinstance(kind, g.GraphQLInputObjectType):
        needed = {name for name, field in published.fields.items() if g.is_required_input_field(field)}
        yield from (f"{kind.name} lacks {name}" for name in needed - set(kind.fields))


def _arguments(where: str, field: g.GraphQLField, known: g.GraphQLField) -> Iterator[str]:
    theirs = getattr(known, "args", {})
    for name, argument in getattr(field, "args", {}).items():
        if name not in theirs or str(theirs[name].type) != str(argument.type):
            yield f"{where}({name}: {argument.type})"
    needed = {name for name, argument in theirs.items() if g.is_required_argument(argument)}
    yield from (f"{where} lacks ({name})" for name in needed - set(getattr(field, "args", {})))


def test_every_line_of_the_forges_schema_stands_in_githubs() -> None:
    assert list(departures(g.build_schema(SDL.read_text()), published_schema())) == []


@pytest.mark.parametrize(
    ("sdl", "found"),
    [
        ("type Query { night: Int }", "Query.night: Int is None there"),
        ("type Query { viewer: Bot! } type Bot { login: String }", "Query.viewer: Bot! is User! there"),
        ("type Query { node(wet: Boolean): Node } interface Node { id: ID! }", "Query.node(wet: Boolean)"),
        ("enum IssueState { ASLEEP } type Query { viewer: IssueState! }", "IssueState.ASLEEP"),
        ("type Query { viewer: User! } enum User { A }", "User is <GraphQLObjectType 'User'> there"),
    ],
)  # fmt: skip
def test_a_departure_from_githubs_schema_is_found(sdl: str, found: str) -> None:
    assert found in list(departures(g.build_schema(sdl), published_schema()))


def test_what_is_newer_than_the_published_schema_is_known_to_the_rest_description() -> None:
    keys = described_keys("GET", "/repos/acme/pantry/issues/1", 200)
    assert {"type", "issue_dependencies_summary", "sub_issues_summary"} <= keys
    for way in ("blocked_by", "blocking"):
        described = described_keys("GET", f"/repos/acme/pantry/issues/1/dependencies/{way}", 200)
        assert {"number", "state", "state_reason", "repository_url"} <= described


def test_the_newer_fields_are_still_missing_from_the_published_schema() -> None:
    """When this fails, the publication has caught up: take the field out of NEWER."""
    newer = g.parse(NEWER).definitions[0]
    assert isinstance(newer, g.ObjectTypeExtensionNode)
    extended = {field.name.value for field in newer.fields}
    declared = published_schema().type_map["Issue"]
    assert isinstance(declared, g.GraphQLObjectType)
    assert declared.ast_node is not None
    assert extended.isdisjoint(field.name.value for field in declared.ast_node.fields)


@pytest.mark.parametrize("query", [BACKLOG, ENQUEUE])
def test_a_query_of_overnight_is_valid_on_github_and_on_the_forge(query: str) -> None:
    validate_graphql(query)
    assert g.validate(g.build_schema(SDL.read_text()), g.parse(query)) == []


def test_a_query_that_github_would_refuse_is_refused() -> None:
    with pytest.raises(ContractBroken, match="nights"):
        validate_graphql("{ viewer { nights } }")
