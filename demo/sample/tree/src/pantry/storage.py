"""The pantry as a JSON file."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from .errors import BadFile, PantryError
from .quantities import parse
from .stock import Item, Pantry

VERSION = 1


def load(path: Path) -> Pantry:
    """Read a pantry; a file that does not exist is an empty one.

    :raises BadFile: the file is not JSON, has another version or a field that makes no sense.
    """
    if not path.exists():
        return Pantry()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != VERSION:
            raise BadFile(f"{path} has version {document['version']}: this pantry reads {VERSION}")
        return Pantry([_item(entry) for entry in document["items"]])
    except (json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{path} is no pantry file: {error}") from error
    except PantryError as error:
        raise BadFile(f"{path}: {error}") from error


def save(pantry: Pantry, path: Path) -> None:
    """Write a pantry, replacing the file."""
    document = {"version": VERSION, "items": [_entry(item) for item in pantry]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _item(entry: dict[str, Any]) -> Item:
    minimum, use_by = entry.get("minimum"), entry.get("use_by")
    return Item(
        entry["name"],
        parse(entry["quantity"]),
        parse(minimum) if minimum else None,
        date.fromisoformat(use_by) if use_by else None,
    )


def _entry(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "quantity": str(item.quantity),
        "minimum": None if item.minimum is None else str(item.minimum),
        "use_by": None if item.use_by is None else item.use_by.isoformat(),
    }
