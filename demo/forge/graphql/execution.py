"""Parse, validate and execute queries against the forge's schema."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from ..errors import Refusal
from ..shapes import stamp
from ..world import Grant, World
from .connections import Asked
from .resolvers import RESOLVERS, type_of

SDL = Path(__file__).with_name("schema.graphql")


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """Return the executable schema."""
    built = build_schema(SDL.read_text())
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                field.resolve = RESOLVERS.get(kind.name, {}).get(name) or _plain(_snake(name), name)
        elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = type_of
    moment = built.type_map["DateTime"]
    assert isinstance(moment, GraphQLScalarType)
    moment.coerce_output_value = _written
    moment.coerce_input_value = _read
    return built


def _written(at: Any) -> Any:
    return stamp(at.astimezone(UTC)) if isinstance(at, datetime) else at


def _read(text: Any) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _plain(attribute: str, key: str) -> Any:
    def resolve(source: Any, _info: Any, **_: Any) -> Any:
        return source.get(key) if isinstance(source, dict) else getattr(source, attribute)

    return resolve


@lru_cache(maxsize=256)
def _prepared(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parse and validate a query once, however often it is sent."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema(), document))


def execute(world: World, grant: Grant, request: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a GraphQL request; errors stand beside the data with GitHub's `type`."""
    query = request.get("query")
    if not isinstance(query, str):
        return {"errors": [{"message": "A query attribute must be specified and must be a string."}]}
    document, errors = _prepared(query)
    if errors or document is None:
        return {"errors": [_shape(error) for error in errors]}
    result = execute_sync(
        schema(),
        document,
        context_value=Asked(world, grant.login, grant.permission),
        variable_values=dict(request.get("variables") or {}),
        operation_name=request.get("operationName"),
    )
    answer: dict[str, Any] = {"data": result.data}
    return {**answer, "errors": [_shape(error) for error in result.errors]} if result.errors else answer


def _shape(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    kind = (formatted.pop("extensions", None) or {}).get("type")
    if isinstance(error.original_error, Refusal):
        kind = error.original_error.graphql_type
        formatted["message"] = error.original_error.message
    return {"type": kind, **formatted} if kind else formatted
