"""Labels of a repository and of its issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...domain.errors import NotFound
from ...domain.issues import Repository
from .errors import Unprocessable
from .wire import Wire, segment

_COLOUR = "ededed"
_LONGEST_NAME = 50
_LONGEST_DESCRIPTION = 100


def define_labels(wire: Wire, repository: Repository, labels: Mapping[str, tuple[str, str]]) -> int:
    """Create the labels (name → colour, description) that are missing; return how many were missing."""
    path = f"/repos/{repository.full_name}/labels"
    known = {str(label["name"]).lower() for label in wire.pages(path)}
    missing = {name: how for name, how in labels.items() if name.lower() not in known}
    for name, (colour, description) in missing.items():
        document = {
            "name": name[:_LONGEST_NAME],
            "color": colour.lstrip("#") or _COLOUR,
            "description": description[:_LONGEST_DESCRIPTION],
        }
        try:
            wire.write("POST", path, document)
        except Unprocessable:
            # Somebody else made it between our look and our write; anything else wrong is theirs to hear.
            if wire.find(f"{path}/{segment(name)}") is None:
                raise
    return len(missing)


def change_labels(
    wire: Wire, repository: Repository, number: int, add: Sequence[str], remove: Sequence[str]
) -> None:
    """Add and remove labels of an issue or pull request; what is so already costs no write."""
    path = f"/repos/{repository.full_name}/issues/{number}/labels"
    present = {str(label["name"]).lower() for label in wire.pages(path)}
    missing = [label for label in dict.fromkeys(add) if label.lower() not in present]
    if missing:
        _add(wire, repository, path, missing)
    for label in dict.fromkeys(remove):
        if label.lower() in present:
            _remove(wire, f"{path}/{segment(label)}")


def _add(wire: Wire, repository: Repository, path: str, labels: Sequence[str]) -> None:
    try:
        wire.write("POST", path, {"labels": list(labels)})
    except Unprocessable:
        if not define_labels(wire, repository, dict.fromkeys(labels, (_COLOUR, ""))):
            raise
        wire.write("POST", path, {"labels": list(labels)})


def _remove(wire: Wire, path: str) -> None:
    try:
        wire.write("DELETE", path)
    except NotFound:
        return  # a person was quicker
