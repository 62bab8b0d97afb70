"""Schemathesis against our own description: no 500, and no status that is not in it."""

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from include.overnight.web import create_api

ADMIN = {"Authorization": "Bearer admin"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUICK = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def test_no_answer_is_a_500_or_one_that_is_not_described(seeded, house):
    app = create_api(house)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=ADMIN)
    operations = [found.ok() for found in schema.exclude(path_regex="/live$").get_all_operations()]
    assert len(operations) == sum(len(methods) for methods in app.openapi()["paths"].values()) - 1
    for operation in operations:

        @QUICK
        @given(case=operation.as_strategy())
        def tried(case):
            case.call_and_validate(checks=CHECKS, headers=ADMIN)

        tried()
