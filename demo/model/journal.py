"""What the model was asked and what it counted: never a header, so never a key."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One request; a status of 0 means that the connection was dropped."""

    method: str
    path: str
    status: int
    body: Any
    usage: Mapping[str, Any] | None = None
    """Tokens as the answer tells them; None for an answer that costs nothing."""


@dataclass(slots=True)
class Journal:
    """Requests in the order they were answered, also appended to a JSONL file when one is named."""

    file: Path | None = None
    entries: list[Entry] = field(default_factory=list)

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self.entries]
