"""`.overnight.yml`: read strictly, so that a typing error is told with its line and not ignored."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import yaml

from ..domain.errors import SettingsError
from ..domain.orders import Limits

FILE = ".overnight.yml"
_MAX_BYTES = 64 * 1024
_MAX_DEPTH = 10
_LONGEST_LABEL = 50
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIMITS = {
    spec.name for spec in fields(Limits) if not spec.name.startswith(("night_", "month_", "escalations_"))
}


@dataclass(frozen=True, slots=True)
class OvernightFile:
    """What `.overnight.yml` says.

    :param steps: (setup, build, lint or test; command) for every key that is there; "" switches a step off.
    :param services: (start command, readiness command or "") run beside the tests, inside the sandbox.
    :param labels: labels to put on our pull requests.
    :param limits: lower limits for this repository.
    """

    steps: tuple[tuple[str, str], ...] = ()
    services: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    protected_paths: tuple[str, ...] = ()
    tests_optional: bool = False
    labels: tuple[str, ...] = ()
    limits: tuple[tuple[str, Decimal], ...] = ()
    memory_files: tuple[tuple[str, str], ...] = ()
    """Glob → path of a JSON schema ("" for none); gate memory reads them from the base itself."""

    def with_services(self, test: str) -> str:
        """Return the test command with the services started before it; they end with the sandbox."""
        if not self.services or not test:
            return test
        lines = [f"({start}) >/dev/null 2>&1 &" for start, _ in self.services]
        lines += [
            f"timeout 60 sh -c {shlex.quote(f'until {ready}; do sleep 0.2; done')} >/dev/null 2>&1"
            for _, ready in self.services
            if ready
        ]
        return "\n".join([*lines, test])


def parse_overnight_file(text: str) -> OvernightFile:
    """Read the file's text; SettingsError names line and key of what is wrong."""
    if len(text.encode(errors="replace")) > _MAX_BYTES:
        raise SettingsError(f"{FILE} is larger than {_MAX_BYTES // 1024} KiB: keep commands in scripts")
    try:
        _refuse_growth(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        plain = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{FILE}:{mark.line + 1}" if mark else FILE
        raise SettingsError(f"{place}: not readable as YAML: {getattr(error, 'problem', error)}") from error
    if plain is None:
        return OvernightFile()
    if not isinstance(node, yaml.MappingNode) or not isinstance(plain, dict):
        raise SettingsError(f"{FILE}:1: must be a mapping of keys such as build, lint and test")
    return _read(_lines(node), plain)


def _refuse_growth(text: str) -> None:
    """Refuse what can grow without end before it does: aliases and deep nesting; no setting needs either."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise SettingsError(f"{FILE} uses a YAML alias (*name): write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise SettingsError(f"{FILE}:{event.start_mark.line + 1}: nested too deeply")


def _lines(node: yaml.MappingNode) -> dict[str, int]:
    """Return the line of each key; SettingsError when a key is there twice."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if str(key.value) in lines:
            raise SettingsError(f"{FILE}:{line}: key {str(key.value)!r} is there twice: keep one")
        lines[str(key.value)] = line
    return lines


def _read(lines: Mapping[str, int], plain: Mapping[Any, Any]) -> OvernightFile:
    file: dict[str, Any] = {}
    steps: list[tuple[str, str]] = []
    for key, value in plain.items():
        name = str(key)
        place = f"{FILE}:{lines.get(name, 1)}: {name}"
        if name in _COMMANDS:
            steps.append((name, _command(place, value)))
        elif name in _READERS:
            file[name] = _READERS[name](place, value)
        else:
            known = ", ".join((*_COMMANDS, *_READERS))
            raise SettingsError(f"{place}: unknown key; known are {known}")
    return OvernightFile(steps=tuple(steps), **file)


def _command(place: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise SettingsError(f"{place}: must be a command or a list of commands")
    parts = [part.strip() for part in parts if part.strip()]
    return parts[0] if len(parts) == 1 else "\n".join(["set -e", *parts]) if parts else ""


def _texts(place: str, value: Any) -> tuple[str, ...]:
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) and part.strip() for part in parts):
        raise SettingsError(f"{place}: must be a text or a list of texts")
    return tuple(parts)


def _labels(place: str, value: Any) -> tuple[str, ...]:
    labels = _texts(place, value)
    for label in labels:
        if len(label) > _LONGEST_LABEL:
            raise SettingsError(f"{place}: GitHub takes no label of more than 50 characters: {label!r}")
    return labels


def _environment(place: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{place}: must be a mapping of variables to plain values")
    for name, content in value.items():
        if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
            raise SettingsError(f"{place}: {name!r} is not a name for a variable")
        if isinstance(content, dict | list) or content is None or "\0" in str(content):
            raise SettingsError(f"{place}: {name} must be a plain value")
    return tuple((name, _plain(content)) for name, content in value.items())


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _switch(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{place}: must be true or false")
    return value


def _limits(place: str, value: Any) -> tuple[tuple[str, Decimal], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{place}: must be a mapping of limits to numbers")
    for name, number in value.items():
        if name not in _LIMITS:
            raise SettingsError(f"{place}: unknown limit {name!r}; known are {', '.join(sorted(_LIMITS))}")
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 1e9:
            raise SettingsError(f"{place}: {name} must be a number above 0")
    return tuple((name, Decimal(str(number))) for name, number in value.items())


def _memory_files(place: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{place}: must be a mapping of globs to schema files, or to null")
    for glob, schema in value.items():
        if not isinstance(glob, str) or not isinstance(schema, str | None):
            raise SettingsError(f"{place}: {glob!r} must name a schema file of the repository, or null")
    return tuple((glob, schema or "") for glob, schema in value.items())


def _services(place: str, value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        raise SettingsError(f"{place}: must be a list of commands, or of mappings with start and ready")
    services: list[tuple[str, str]] = []
    for item in value:
        entry = {"start": item} if isinstance(item, str) else item
        texts = isinstance(entry, dict) and all(isinstance(part, str) for part in entry.values())
        if not texts or not {"start"} <= set(entry) <= {"start", "ready"}:
            raise SettingsError(f"{place}: a service is a command, or a mapping with start and ready")
        services.append((entry["start"], entry.get("ready", "")))
    return tuple(services)


_COMMANDS = ("setup", "build", "lint", "test")
_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "services": _services,
    "environment": _environment,
    "protected_paths": _texts,
    "tests_optional": _switch,
    "labels": _labels,
    "limits": _limits,
    "memory_files": _memory_files,
}
