"""The tracking issue of a repository: ours, with our label and our mark."""

from __future__ import annotations

from typing import Any

from ...domain.issues import Repository
from .labels import define_labels
from .markers import is_marked, same_text
from .reading import rest_login
from .wire import Wire

_COLOUR = "5319e7"
_DESCRIPTION = "What Overnight did last night"


def put_tracking_issue(
    wire: Wire,
    repository: Repository,
    label: str,
    mark: str,
    title: str,
    text: str,
    known: int | None,
    login: str,
) -> int:
    """Create or update the issue and return its number; one that was closed is opened again."""
    base = f"/repos/{repository.full_name}/issues"
    found = _by_number(wire, base, known, login) or _by_mark(wire, base, label, mark, login)
    if found is None:
        define_labels(wire, repository, {label: (_COLOUR, _DESCRIPTION)})
        created = wire.write("POST", base, {"title": title, "body": text, "labels": [label]})
        return int(created["number"])
    wanted = {"title": title, "body": text, "state": "open"}
    changes = {name: value for name, value in wanted.items() if not same_text(found.get(name), value)}
    if changes:
        wire.write("PATCH", f"{base}/{found['number']}", changes)
    return int(found["number"])


def _by_number(wire: Wire, base: str, known: int | None, login: str) -> dict[str, Any] | None:
    found = wire.find(f"{base}/{known}") if known else None
    return found if found and _is_by(found, login) else None


def _by_mark(wire: Wire, base: str, label: str, mark: str, login: str) -> dict[str, Any] | None:
    """Return our issue with label and mark, an open one before the newest closed one."""
    issues = wire.pages(base, labels=label, state="all")
    ours = [one for one in issues if _is_by(one, login) and is_marked(one.get("body"), mark)]
    return max(ours, key=lambda one: (one.get("state") == "open", int(one["number"])), default=None)


def _is_by(issue: dict[str, Any], login: str) -> bool:
    return "pull_request" not in issue and rest_login(issue.get("user")).lower() == login.lower()
