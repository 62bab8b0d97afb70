"""The hash chain: what each event's hash covers, and the ids events carry."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

from ...domain.errors import SettingsError
from ...domain.events import Event, EventType
from .tables import moment_text

GENESIS = "0" * 64
GOVERNANCE = "governance"
HEADS = "heads"
DESKTOP = "desktop/"

_DESKTOP_TYPES = {
    EventType.DESKTOP_SYNC,
    EventType.DESKTOP_SYNC_FAILED,
    EventType.REPOSITORY_DRIFT_DETECTED,
    EventType.BUILDER_SWITCH,
    EventType.DESKTOP_HEALTH_CHECK,
}
CHAINED = (
    "stream",
    "seq",
    "id",
    "type",
    "severity",
    "at",
    "repository",
    "night",
    "issue",
    "attempt",
    "dry_run",
    "schema_version",
    "digest",
)
"""The columns that an event's hash covers, in this order."""


def stream_of(event: Event, metadata: Mapping[str, Any]) -> str:
    """Return the chain an event belongs to: its night, its desktop (metadata `desktop`), or governance.

    :param metadata: the event's own, as it is stored.

    :raises SettingsError: the night's id is the name of another stream.
    """
    if not of_a_night(event.night):
        raise SettingsError(f"{event.night!r} cannot be a night's id: it names a stream of the ledger")
    if event.night:
        return event.night
    desktop = metadata.get("desktop")
    return f"{DESKTOP}{desktop}" if desktop and event.type in _DESKTOP_TYPES else GOVERNANCE


def of_a_night(stream: str) -> bool:
    """Return whether a stream is a night's: no other one ever leaves."""
    return stream not in (GOVERNANCE, HEADS) and not stream.startswith(DESKTOP)


def link(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash of an event's row after the event whose hash is `previous`."""
    plain = [moment_text(row[name]) if isinstance(row[name], datetime) else row[name] for name in CHAINED]
    return link_cells(previous, plain)


def link_cells(previous: str, cells: Sequence[Any]) -> str:
    """Return what `link` returns, for the values of `CHAINED` in its order, the moment as stored text."""
    return sha256(f"{previous}\n{json.dumps(cells)}".encode()).hexdigest()


def digest(salt: str, body: str) -> str:
    """Return what the chain knows of a payload; the salt keeps a short secret from being guessed by it."""
    return sha256(f"{salt}\n{body}".encode()).hexdigest()


def new_salt() -> str:
    """Return 128 random bits as text."""
    return secrets.token_hex(16)


def to_json(value: Any) -> str:
    """Return the one JSON text of a value: escaped to ASCII, keys sorted; TypeError for what is not JSON."""
    return _ENCODER.encode(value)


def uuid7(at: datetime) -> str:
    """Return a uuid7 of the moment: 48 bits of milliseconds, then 74 random ones."""
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    dice = secrets.randbits(74)
    number = milliseconds << 80 | 0x7 << 76 | dice >> 62 << 64 | 0b10 << 62 | dice & (1 << 62) - 1
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON; store text, numbers, lists and objects")


_ENCODER = json.JSONEncoder(sort_keys=True, allow_nan=False, separators=(",", ":"), default=_plain)
