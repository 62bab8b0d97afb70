"""Parse memory files and hold them against their JSON schemas. Runs alone, see apart.py.

Reads {"schemas": {name: text}, "files": [[path, text, schema name]]}; writes [[path, line, rule, message]].
A schema's pattern may take for ever and its references may point anywhere: hence process and registry.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import yaml
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]
from jsonschema.validators import validator_for  # type: ignore[import-untyped]
from referencing import Registry

_MOST = 20
_TOLD = 300


def main() -> None:
    """Answer one document."""
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    asked = json.load(sys.stdin)
    found: list[list[Any]] = []
    validators: dict[str, Any] = {}
    for name, text in asked["schemas"].items():
        try:
            validators[name] = _validator(text)
        except (ValueError, RecursionError, SchemaError, yaml.YAMLError, TypeError) as error:
            found.append([name, 0, "memory_schema", f"is no JSON schema: {_brief(error)}"])
    for path, text, name in asked["files"]:
        if name in validators or not name:
            found += [[path, *finding] for finding in _wrong(path, text, validators.get(name))]
    json.dump(found, sys.stdout)


def _validator(text: str) -> Any:
    schema = yaml.safe_load(text)
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, registry=Registry())


def _wrong(path: str, text: str, validator: Any) -> Iterator[list[Any]]:
    try:
        content = json.loads(text) if path.endswith(".json") else _yaml(text)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", 0)
        yield [line, "memory_unreadable", f"does not parse: {_brief(error)}"]
        return
    if validator is None:
        return
    errors = sorted(validator.iter_errors(content), key=lambda error: list(map(str, error.absolute_path)))
    for wrong in errors[:_MOST]:
        place = "/".join(str(part) for part in wrong.absolute_path) or "the whole"
        yield [0, "memory_invalid", f"{place}: {_brief(wrong.message)}"]


def _yaml(text: str) -> Any:
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError("YAML aliases are not read: write the value out")
    # Through JSON, so that dates become what the schema can speak of.
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def _brief(error: object) -> str:
    return " ".join(str(error).split())[:_TOLD]


if __name__ == "__main__":
    main()
