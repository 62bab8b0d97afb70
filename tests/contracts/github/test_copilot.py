"""What the builder copilot asks of GitHub, and what the forge tells it, against GitHub's descriptions."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.request import Request, urlopen

import graphql as g
import pytest

from include.overnight.adapters.builders.copilot_github import ACTORS, CLOSERS
from include.overnight.adapters.builders.copilot_tasks import STATES
from tests.adapters.builders.conftest import PlainBudget
from tests.adapters.builders.sites import TOKEN, CopilotSite, copilot_site
from tests.adapters.models.healers import TableHealer

from .published import graphql_description
from .queries import published_schema, validate_graphql
from .rest import _operation, described_keys, validate_rest, validate_rest_request

pytestmark = pytest.mark.contracts
TASKS = "/agents/repos/acme/pantry/tasks"


@pytest.fixture(scope="module")
def site() -> Iterator[CopilotSite]:
    with copilot_site() as made:
        made.usage = {"type": "ai_credits", "amount": 1}
        builder = made.builder()
        budget, healer = PlainBudget(Decimal(1)), TableHealer()
        made.finish(builder, builder.begin(made.commission(), made.tree(), budget, healer))
        yield made


def asked(site: CopilotSite, path: str) -> Any:
    """Return an answer as it comes, before anything is read out of it."""
    request = Request(f"{site.running.rest_url}{path}", headers={"Authorization": f"Bearer {TOKEN}"})
    with urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_the_tasks_that_the_forge_tells_are_ones_that_github_describes(site):
    listed = asked(site, TASKS)
    validate_rest("GET", TASKS, 200, listed)
    one = f"{TASKS}/{listed['tasks'][0]['id']}"
    task = asked(site, one)
    validate_rest("GET", one, 200, task)
    assert set(task) <= described_keys("GET", one, 200)
    assert task["sessions"][0]["usage"]["amount"] == 1


def test_every_state_that_github_describes_has_a_meaning():
    _, operation = _operation("GET", f"{TASKS}/1")
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    states: set[str] = set()
    stack = [copy.deepcopy(schema)]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            state = node.get("state")
            states |= set(state.get("enum", ())) if isinstance(state, dict) else set()
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    assert states == set(STATES)


def test_the_assignment_is_a_request_that_github_takes(site):
    entries = [entry for entry in site.running.requests("POST") if entry.path.endswith("/assignees")]
    assert entries
    for entry in entries:
        validate_rest_request("POST", entry.path, entry.body)
        assert TOKEN not in str(entry.body)


def test_the_pull_requests_of_an_issue_are_asked_for_as_github_knows_them():
    validate_graphql(CLOSERS)


def test_the_question_for_assignable_actors_is_read_as_graphql_and_still_unpublished():
    """GitHub's guide has it and the published SDL not: when this fails, hold ACTORS against the schema."""
    assert g.parse(ACTORS)
    assert "suggestedActors" not in graphql_description().read_text()
    assert published_schema().type_map["Repository"]
