"""A workflow's text → the events that start it; every value of it may be strange."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

_LONGEST = 256 * 1024
"""Characters; GitHub takes no longer workflow."""


def triggers(text: str) -> frozenset[str]:
    """Return the events that start a workflow; none for a file that is no workflow."""
    try:
        document = yaml.safe_load(text) if len(text) <= _LONGEST else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return frozenset()
    if not isinstance(document, dict):
        return frozenset()
    # YAML 1.1 reads a bare `on` as true.
    return frozenset(_names(document.get("on", document.get(True))))


def _names(on: object) -> Iterable[str]:
    """Yield the names alone: what else stands there may be aliases nested to any size."""
    if isinstance(on, str):
        yield on
    elif isinstance(on, (list, dict)):
        yield from (name for name in on if isinstance(name, str))
