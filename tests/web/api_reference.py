"""`python -m tests.web.api_reference`: write docs/reference/api.md from the API's own description."""

import json
from typing import Any

from include.overnight.web import create_api

from ..architecture.sources import PROJECT

PAGE = PROJECT / "docs" / "reference" / "api.md"
HEAD = """\
# HTTP API, every route

Written by `python -m tests.web.api_reference` from the routes in `include/overnight/web`; a test refuses this
page when it does not agree with them. Every path lies below `/api/foreman` on Airflow's API server; the
machine-readable description is `GET /api/foreman/openapi.json`. How to sign in, and who may do what:
[dashboard and API](../guides/dashboard.md).

Every `GET` carries an `ETag` and answers 304 to `If-None-Match`, the live stream excepted. Every error is a
problem document (RFC 9457, `application/problem+json`): 401 nobody, 403 not allowed, 404 not there or not
yours to see, 422 not understood, 502 GitHub refused us, 503 not able to just now; `detail` names the cause
and the fix. A list that has more pages carries `next`; send it back as `cursor` (lessons: as `offset`).
"""
EVERYWHERE = {"401", "403", "422", "502", "503", "304"}


def page() -> str:
    """Return the page's text."""
    document = create_api(None).openapi()  # type: ignore[arg-type]  # nothing is served
    parts = [HEAD.rstrip("\n")]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(_section(method.upper(), path, operation, document["components"]["schemas"]))
    return "\n".join(parts) + "\n"


def _section(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    lines = [f"\n## {method} {path}\n", operation["description"]]
    rows = [_parameter(one) for one in operation.get("parameters", [])]
    if rows:
        lines += ["\n| parameter | in | |\n|---|---|---|", *rows]
    if body := operation.get("requestBody"):
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        lines.append(f"\nBody: {_fields(schemas[name])}.")
        if examples := schemas[name].get("examples"):
            lines.append(f"\n```json\n{json.dumps(examples[0])}\n```")
    answers = [
        f"{status} {answer['description']}"
        for status, answer in sorted(operation["responses"].items())
        if status not in EVERYWHERE
    ]
    lines.append(f"\nAnswers: {'; '.join(answers)}.")
    return "\n".join(lines)


def _parameter(one: dict[str, Any]) -> str:
    need = ", required" if one["required"] else ""
    schema = one["schema"]
    words = [one.get("description", "")]
    if "default" in schema and schema["default"] not in ("", None):
        words.append(f"Default {json.dumps(schema['default'])}.")
    return f"| `{one['name']}` | {one['in']}{need} | {' '.join(filter(None, words))} |"


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    return ", ".join(f"`{name}`{'' if name in required else ' (optional)'}" for name in schema["properties"])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
