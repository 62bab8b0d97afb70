"""Dataclasses to JSON documents and back, by pydantic; for snapshots, plans and kept changes."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from .domain.errors import SettingsError

T = TypeVar("T")


_ADAPTERS: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_document(value: Any) -> dict[str, Any]:
    """Return a dataclass as a JSON-serializable dict (datetimes ISO, decimals as text)."""
    document: dict[str, Any] = _adapter(type(value)).dump_python(value, mode="json")
    return document


def from_document(kind: type[T], document: Any) -> T:
    """Return the dataclass of a document written by `to_document` (SettingsError names what does not fit)."""
    try:
        value: T = _adapter(kind).validate_python(document)
    except ValidationError as error:
        raise SettingsError(f"a stored {kind.__name__} does not fit this version: {error}") from error
    return value
