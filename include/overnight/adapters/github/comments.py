"""The one comment of ours on an issue, found again by its id or its hidden mark."""

from __future__ import annotations

from typing import Any

from ...domain.issues import Repository
from .markers import is_marked, same_text
from .reading import rest_login
from .wire import Wire


def put_comment(
    wire: Wire, repository: Repository, number: int, mark: str, text: str, known: int | None, login: str
) -> int:
    """Create or edit the comment that carries the mark and is by `login`; return its id."""
    base = f"/repos/{repository.full_name}/issues"
    found = _by_id(wire, base, number, known, login) or _by_mark(wire, base, number, mark, login)
    if found is None:
        return int(wire.write("POST", f"{base}/{number}/comments", {"body": text})["id"])
    if not same_text(found.get("body"), text):
        wire.write("PATCH", f"{base}/comments/{found['id']}", {"body": text})
    return int(found["id"])


def _by_id(wire: Wire, base: str, number: int, known: int | None, login: str) -> dict[str, Any] | None:
    found = wire.find(f"{base}/comments/{known}") if known else None
    if found and _is_by(found, login) and str(found.get("issue_url", "")).endswith(f"/{number}"):
        return found
    return None


def _by_mark(wire: Wire, base: str, number: int, mark: str, login: str) -> dict[str, Any] | None:
    """Return our oldest comment with the mark: anybody can write the mark, only we are its author."""
    comments = wire.pages(f"{base}/{number}/comments")
    return next((one for one in comments if is_marked(one.get("body"), mark) and _is_by(one, login)), None)


def _is_by(comment: dict[str, Any], login: str) -> bool:
    return rest_login(comment.get("user")).lower() == login.lower()
