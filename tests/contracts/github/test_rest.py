"""The forge answers what GitHub's OpenAPI description says, and is asked only what it says."""

from typing import Any

import pytest

from demo.forge.rest import ROUTES

from .conversation import STEPS, Answer, Step
from .published import ContractBroken
from .rest import described_keys, validate_rest, validate_rest_request

pytestmark = pytest.mark.contracts
_NUMBERED = [pytest.param(place, step, id=f"{place}: {step}") for place, step in enumerate(STEPS)]
_OF_THE_ROOT = {f"GET /repos/{{owner}}/{{repo}}/contents{slash}" for slash in ("", "/")}
"""GitHub describes the contents of the root folder only as those of an empty path."""


@pytest.mark.parametrize(("place", "step"), _NUMBERED)
def test_the_forge_answers_as_github_describes_it(place: int, step: Step, answers: list[Answer]) -> None:
    answer = answers[place]
    assert answer.status == step.status, answer.body
    validate_rest(step.method, answer.path, answer.status, answer.body)


@pytest.mark.parametrize(("place", "step"), _NUMBERED)
def test_the_requests_made_are_ones_that_github_takes(place: int, step: Step, answers: list[Answer]) -> None:
    if step.status < 400:
        validate_rest_request(step.method, answers[place].path, answers[place].sent)


@pytest.mark.parametrize(("place", "step"), _NUMBERED)
def test_the_forge_invents_no_key_that_github_does_not_have(
    place: int, step: Step, answers: list[Answer]
) -> None:
    answer = answers[place]
    rows = answer.body if isinstance(answer.body, list) else [answer.body]
    if answer.status < 300 and answer.body:
        assert _keys(rows) <= described_keys(step.method, answer.path, answer.status)


def _keys(rows: list[Any]) -> set[str]:
    return {key for row in rows for key in row}


def test_every_route_of_the_forge_is_compared() -> None:
    paths = [(step.method, step.path.split("?")[0]) for step in STEPS]
    unasked = [route for route in ROUTES if all(route.match(*path) is None for path in paths)]
    assert {f"{route.method} {route.template}" for route in unasked} <= _OF_THE_ROOT


def test_an_answer_that_github_would_not_give_is_named_with_its_place() -> None:
    with pytest.raises(ContractBroken, match=r"GET /repos/\{owner\}/\{repo\}/labels → 200: .*\[0\]"):
        validate_rest("GET", "/repos/acme/pantry/labels", 200, [{"name": "bug"}])


def test_a_request_that_github_would_not_take_is_refused() -> None:
    with pytest.raises(ContractBroken, match="issue_id"):
        validate_rest_request("POST", "/repos/acme/pantry/issues/1/dependencies/blocked_by", {"issue": 2})


def test_an_operation_that_github_does_not_have_is_refused() -> None:
    with pytest.raises(ContractBroken, match="no such operation"):
        validate_rest("POST", "/repos/acme/pantry/nights", 201, {})


def test_a_nullable_enum_takes_null_although_the_description_forgot_it(answers: list[Answer]) -> None:
    opened = next(answer.body for answer in answers if answer.path.endswith("/issues/1"))
    assert opened["state_reason"] is None
    validate_rest("GET", "/repos/acme/pantry/issues/1", 200, opened)
