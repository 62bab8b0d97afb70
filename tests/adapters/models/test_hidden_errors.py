"""Errors that come as a success get the status they should have had; answers keep theirs."""

from __future__ import annotations

import pytest

from include.overnight.adapters.models.hidden_errors import hidden_status, status_number


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"error": {"code": 429}}, 429),
        ({"error": {"code": "503"}}, 503),
        ({"error": {"code": "rate_limit_exceeded", "status": 429}}, 429),
        ({"error": {"code": "insufficient_quota"}}, 502),
        ({"error": {"code": 7}}, 502),
        ({"error": {"code": 10**30}}, 502),
        ({"error": "busy"}, 502),
        ({"error": {"message": "no"}, "choices": []}, 502),
        ({"error": None, "output": [{"type": "message"}]}, None),
        ({"error": {"code": 500}, "choices": [{}]}, None),
        ({"choices": []}, None),
        ([{"error": 1}], None),
        (None, None),
    ],
)
def test_only_a_body_that_is_an_error_has_a_hidden_status(body, status):
    assert hidden_status(body) == status


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (429, 429),
        ("429", 429),
        ("42", None),
        (200, None),
        (None, None),
        ("x", None),
        (True, None),
        ("²²²", None),
    ],
)
def test_a_number_is_a_status_when_it_is_one_of_an_error(code, status):
    assert status_number(code) == status
