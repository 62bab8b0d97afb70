"""Every GraphQL text we send is one that GitHub takes, and the forge too, whole or with parts left out."""

import re
from itertools import chain

import graphql as g
import pytest

from demo.forge.graphql.execution import SDL
from include.overnight.adapters.github import following_queries, projects, queries
from include.overnight.adapters.github.following_queries import FOLLOWING_OPTIONAL
from include.overnight.adapters.github.queries import OPTIONAL

from .queries import published_schema, validate_graphql

pytestmark = pytest.mark.contracts
_MODULES = (queries, following_queries, projects)
_BUILT = {
    "issues": queries.issues_query,
    "issue": queries.issue_query,
    "vetting": lambda lacking: queries.vetting_query((1, 2), lacking),
    "states": lambda lacking: queries.states_query((1, 2), lacking),
    "standings": lambda lacking: following_queries.standings_query((1, 2), lacking),
    "merging": queries.merging_query,
    "guards": following_queries.guards_query,
}
"""Queries that are built, by the name their function has before `_query`."""


def constants() -> dict[str, str]:
    """Return every whole query or mutation that a module holds as a text."""
    named = chain.from_iterable(vars(module).items() for module in _MODULES)
    return {name: text for name, text in named if isinstance(text, str) and _is_document(text)}


def _is_document(text: str) -> bool:
    return bool(re.match(r"\s*(query|mutation)\b", text))


@pytest.fixture(scope="module")
def forge() -> g.GraphQLSchema:
    return g.build_schema(SDL.read_text())


@pytest.mark.parametrize("name", sorted(constants()))
def test_a_text_of_ours_is_valid_on_github_and_on_the_forge(name: str, forge: g.GraphQLSchema) -> None:
    text = constants()[name]
    validate_graphql(text)
    assert g.validate(forge, g.parse(text)) == []


@pytest.mark.parametrize("name", sorted(_BUILT))
def test_a_query_that_is_built_is_valid_with_all_of_its_parts_and_without(
    name: str, forge: g.GraphQLSchema
) -> None:
    optional = OPTIONAL | FOLLOWING_OPTIONAL
    for lacking in (frozenset[str](), optional, *(frozenset({one}) for one in sorted(optional))):
        text = _BUILT[name](lacking)
        validate_graphql(text)
        assert g.validate(forge, g.parse(text)) == []


def test_no_query_is_left_out_of_this_comparison() -> None:
    made = {name for module in _MODULES for name in vars(module) if name.endswith("_query")}
    assert made == {f"{name}_query" for name in _BUILT}
    known = set(constants())
    assert {"ENQUEUE", "AUTO_MERGE", "MERGE", "DEQUEUE", "NO_AUTO_MERGE", "READY", "TREES", "VIEWER"} <= known
    assert {"PROJECT", "ITEM", "ADD_ITEM", "SET_OPTION"} <= known


def test_what_a_query_may_leave_out_is_named_as_github_names_it() -> None:
    types = published_schema().type_map
    for name in OPTIONAL | FOLLOWING_OPTIONAL:
        kind, _, field = name.partition(".")
        found = types[kind]
        assert not field or (isinstance(found, g.GraphQLObjectType) and field in found.fields), name
