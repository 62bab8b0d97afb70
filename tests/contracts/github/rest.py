"""Hold REST requests and answers against GitHub's OpenAPI description."""

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from .published import ContractBroken, rest_description

Json = dict[str, Any]
_IGNORED = {"example", "examples", "discriminator", "format", "externalDocs", "xml", "x-multi-segment"}


def validate_rest(method: str, path: str, status: int, body: Any) -> None:
    """Raise ContractBroken unless GitHub could have answered so.

    `path` is what was asked, with or without `/api/v3` and a query; `body` is the decoded JSON, or None.
    """
    template, operation = _operation(method, path)
    what = f"{method} {template} → {status}"
    response = _resolved(operation["responses"].get(str(status)))
    if response is None:
        raise ContractBroken(f"{what}: GitHub describes only {', '.join(operation['responses'])}")
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        if body is not None and status < 400:
            raise ContractBroken(f"{what}: GitHub sends no body")
        return
    _validate(what, schema, body)


def validate_rest_request(method: str, path: str, body: Any) -> None:
    """Raise ContractBroken unless the body is one that GitHub describes for the operation."""
    template, operation = _operation(method, path)
    content = (_resolved(operation.get("requestBody")) or {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        if body:
            raise ContractBroken(f"{method} {template}: GitHub takes no body")
        return
    _validate(f"{method} {template}, request", schema, body or {})


def described_keys(method: str, path: str, status: int) -> set[str]:
    """Return the names an answer's object (or each of a list) may have, all alternatives together."""
    _template, operation = _operation(method, path)
    response = _resolved(operation["responses"][str(status)]) or {}
    return set(_properties(response["content"]["application/json"]["schema"]))


def _properties(schema: Json) -> Iterator[str]:
    schema = _resolved(schema) or {}
    yield from schema.get("properties", {})
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _properties(part)
    if "items" in schema:
        yield from _properties(schema["items"])


def _validate(what: str, schema: Json, body: Any) -> None:
    document = {**_json_schema(schema), "components": {"schemas": _closure(schema)}}
    error = best_match(Draft202012Validator(document).iter_errors(body))
    if error is not None:
        raise ContractBroken(f"{what}: {_told(error)}")


def _told(error: ValidationError) -> str:
    told = f"{error.json_path}: {error.message[:300]}"
    return "\n  ".join([told, *(_told(inner) for inner in error.context or ())][:12])


@lru_cache(maxsize=1)
def _description() -> Json:
    description: Json = json.loads(rest_description().read_text())
    return description


@lru_cache(maxsize=1)
def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Return every path of the description as a pattern, the most literal first."""
    paths = sorted(_description()["paths"], key=lambda path: (path.count("{"), -len(path)))
    return [(re.compile(_pattern(path)), path) for path in paths]


def _pattern(path: str) -> str:
    """Let file paths, refs and branches have slashes of their own."""
    wide = re.sub(r"\{(path|ref|branch)\}", r"(.+)", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))
    return re.sub(r"\{\w+\}", "([^/]+)", wide)


def _operation(method: str, path: str) -> tuple[str, Json]:
    bare = path.split("?")[0].removeprefix("/api/v3")
    for pattern, template in _templates():
        operation = _description()["paths"][template].get(method.lower())
        if operation is not None and pattern.fullmatch(bare):
            return template, operation
    raise ContractBroken(f"{method} {bare}: GitHub describes no such operation")


def _resolved(node: Json | None) -> Json | None:
    """Follow references within the description."""
    while node is not None and "$ref" in node:
        target: Any = _description()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _closure(schema: Json) -> Json:
    """Return every schema reachable from one, converted."""
    found: Json = {}
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _component(name)
            waiting.extend(_references(_description()["components"]["schemas"][name]))
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rsplit("/", 1)[1]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


@cache
def _component(name: str) -> Json:
    converted: Json = _json_schema(_description()["components"]["schemas"][name])
    return converted


def _json_schema(node: Any) -> Any:
    """Turn OpenAPI 3.0 into JSON Schema: `nullable` becomes a type, also where an enum forgot null."""
    if isinstance(node, list):
        return [_json_schema(value) for value in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}
    kept = {
        key: _named(value) if key == "properties" else value if key == "enum" else _json_schema(value)
        for key, value in node.items()
        if key not in _IGNORED and key != "nullable"
    }
    return _nullable(kept) if node.get("nullable") is True else kept


def _named(properties: Json) -> Json:
    """Convert the schemas of properties, whose names may be words of the schema language."""
    return {name: _json_schema(schema) for name, schema in properties.items()}


def _nullable(schema: Json) -> Json:
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
