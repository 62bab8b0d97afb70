"""Hold GraphQL queries against GitHub's published schema."""

from functools import lru_cache

from graphql import GraphQLSchema, build_schema, extend_schema, parse, validate

from .published import ContractBroken, graphql_description

NEWER = """
extend type Issue {
  issueType: IssueType
  blockedBy(after: String, before: String, first: Int, last: Int): IssueConnection!
  blocking(after: String, before: String, first: Int, last: Int): IssueConnection!
  issueDependenciesSummary: IssueDependenciesSummary!
}
type IssueType implements Node { id: ID! name: String! description: String }
type IssueDependenciesSummary { blockedBy: Int! blocking: Int! totalBlockedBy: Int! totalBlocking: Int! }
"""
"""What GitHub serves but the published SDL (15.26.1) lacks.

The same facts stand in GitHub's REST description, which knows issue types, issue dependencies and their
summary; test_schema.py compares the two, so these lines are not our word alone.
"""


@lru_cache(maxsize=1)
def published_schema() -> GraphQLSchema:
    """Return GitHub's schema with the newer fields; the SDL uses directives it does not define."""
    published = build_schema(graphql_description().read_text(), assume_valid_sdl=True)
    # Valid by decree too: it deprecates fields whose interfaces do not.
    return extend_schema(published, parse(NEWER), assume_valid=True)


def validate_graphql(query: str) -> None:
    """Raise ContractBroken unless GitHub's schema takes the query, or every query of a document."""
    errors = validate(published_schema(), parse(query))
    if errors:
        raise ContractBroken("\n".join(error.message for error in errors))
