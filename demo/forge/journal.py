"""Every request the forge got, without headers: no credential is ever in it."""

import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; `path` with its query, `body` parsed where it was JSON, `fault` where one was played."""

    at: str
    method: str
    path: str
    body: Any
    login: str | None
    status: int
    fault: bool = False


class Journal:
    """The requests of this and earlier runs, in memory and in a JSONL file."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        lines = path.read_text().splitlines() if path.exists() else []
        self._entries = [Entry(**json.loads(line)) for line in lines]

    def write(
        self, method: str, path: str, body: Any, login: str | None, status: int, *, fault: bool = False
    ) -> None:
        entry = Entry(datetime.now(UTC).isoformat(), method, path, body, login, status, fault)
        with self._lock, self._path.open("a") as file:
            self._entries.append(entry)
            file.write(json.dumps(asdict(entry)) + "\n")

    def entries(self, method: str | None = None) -> list[Entry]:
        """Return the requests in order, of one method if given."""
        with self._lock:
            return [entry for entry in self._entries if method in (None, entry.method)]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._path.unlink(missing_ok=True)
