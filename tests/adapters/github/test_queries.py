"""The GraphQL texts: with and without what a server lacks, and valid against GitHub's own schema."""

from itertools import combinations

import pytest
from graphql import parse

from include.overnight.adapters.github.queries import (
    OPTIONAL,
    VIEWER,
    issue_query,
    issues_query,
    states_query,
    vetting_query,
)
from tests.contracts.github import validate_graphql

BUILDERS = [
    issues_query,
    issue_query,
    lambda lacking: vetting_query([1, 22], lacking),
    lambda lacking: states_query([1, 22], lacking),
    lambda _lacking: VIEWER,
]


@pytest.mark.parametrize("build", BUILDERS)
def test_a_query_is_well_formed_whatever_is_left_out(build):
    for count in range(len(OPTIONAL) + 1):
        for lacking in combinations(sorted(OPTIONAL), count):
            parse(build(frozenset(lacking)))


@pytest.mark.parametrize("lacking", sorted(OPTIONAL))
def test_what_is_lacking_is_asked_for_nowhere(lacking):
    word = lacking.rpartition(".")[2]
    assert any(word in build(frozenset()) for build in BUILDERS)
    assert not any(word in build(frozenset({lacking})) for build in BUILDERS)


@pytest.mark.contracts
@pytest.mark.parametrize("build", BUILDERS)
def test_githubs_published_schema_takes_the_query(build):
    validate_graphql(build(frozenset()))
    validate_graphql(build(OPTIONAL))
