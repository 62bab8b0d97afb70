"""Answers of ours in the threads of a pull request's review."""

from __future__ import annotations

from ...domain.issues import Repository
from .markers import is_marked, same_text
from .reading import rest_login
from .wire import Wire


def put_reply(
    wire: Wire, repository: Repository, pull: int, comment: int, mark: str, text: str, login: str
) -> int:
    """Answer a review comment once, found again by its mark; return the answer's id."""
    base = f"/repos/{repository.full_name}/pulls"
    for known in wire.pages(f"{base}/{pull}/comments"):
        ours = rest_login(known.get("user")).lower() == login.lower()
        if ours and known.get("in_reply_to_id") and is_marked(known.get("body"), mark):
            if not same_text(known.get("body"), text):
                wire.write("PATCH", f"{base}/comments/{known['id']}", {"body": text})
            return int(known["id"])
    made = wire.write("POST", f"{base}/{pull}/comments/{comment}/replies", {"body": text})
    return int(made["id"])
