"""Events of earlier schema versions, read as this version writes them.

An event is stored once and never rewritten; when what its metadata mean changes, `SCHEMA_VERSION` in
`events.py` goes up by one, and a step here says how metadata of the version before are read. New event types
and new keys need no step. `tests/domain/events/` keeps events of every version, as they were stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .errors import SchemaMismatch
from .events import SCHEMA_VERSION, EventType

Metadata = Mapping[str, Any]
Step = Callable[[EventType, Metadata], Metadata]

STEPS: Mapping[int, Step] = {}
"""Version → how its metadata are told in the version after it. Version 1 is the only one so far."""


def upcast(
    kind: EventType,
    version: int,
    metadata: Metadata,
    steps: Mapping[int, Step] = STEPS,
    newest: int = SCHEMA_VERSION,
) -> Metadata:
    """Return metadata as the newest version would have written them.

    :raises SchemaMismatch: the event is of a version that this code does not know.
    """
    if version == newest:
        return metadata
    if not 1 <= version < newest:
        raise SchemaMismatch(
            f"a {kind} event has schema version {version}, this Overnight knows 1 to {newest}: install the "
            "one that wrote it"
        )
    for step in range(version, newest):
        metadata = steps[step](kind, metadata) if step in steps else metadata
    return metadata
