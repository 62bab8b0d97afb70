"""Records in the JSON that GitHub's REST API gives; tests/contracts hold it against GitHub's description."""

from datetime import datetime
from typing import Any

Json = dict[str, Any]


def stamp(at: datetime | None) -> str | None:
    """Return a time the way GitHub writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
