"""What people say on a pull request: its conversation, its reviews and the threads on its lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ...domain.following import Remark, RemarkKind
from ...domain.issues import Repository
from .markers import is_ours
from .reading import Json, moment, plain, rest_login
from .wire import Wire

_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_SOURCES = (
    (RemarkKind.COMMENT, "issues/{number}/comments"),
    (RemarkKind.REVIEW, "pulls/{number}/reviews"),
    (RemarkKind.THREAD, "pulls/{number}/comments"),
)
_NOT_SUBMITTED = "PENDING"


def read_remarks(wire: Wire, repository: Repository, number: int, login: str) -> tuple[Remark, ...]:
    """Return what people said on a pull request, oldest first; bots and our own texts are left out.

    :param login: whose marked texts are ours. Without a mark they are a person's, who lent us the token.
    """
    found = [
        _remark(kind, document)
        for kind, path in _SOURCES
        for document in wire.pages(f"/repos/{repository.full_name}/{path.format(number=number)}")
        if _counts(document, login)
    ]
    return tuple(sorted(found, key=lambda remark: (remark.at, remark.kind, remark.id)))


def _counts(document: Json, login: str) -> bool:
    user = document.get("user") or {}
    author = rest_login(user)
    if user.get("type") == "Bot" or author.endswith("[bot]"):
        return False
    if str(document.get("state") or "").upper() == _NOT_SUBMITTED:
        return False  # a draft of a review, which GitHub shows to its author alone
    return not (author.lower() == login.lower() and is_ours(plain(document.get("body"))))


def _remark(kind: RemarkKind, document: Json) -> Remark:
    return Remark(
        id=int(document["id"]),
        kind=kind,
        author=rest_login(document.get("user")),
        association=str(document.get("author_association") or "NONE").upper(),
        body=plain(document.get("body")),
        at=next(_moments(document), _UNKNOWN),
        state=str(document.get("state") or "").upper() if kind is RemarkKind.REVIEW else "",
        path=plain(document.get("path")),
        line=document.get("line") or document.get("original_line"),
        url=str(document.get("html_url") or ""),
        review=document.get("pull_request_review_id"),
        thread=document.get("in_reply_to_id"),
    )


def _moments(document: Json) -> Iterator[datetime]:
    for name in ("submitted_at", "created_at", "updated_at"):
        if at := moment(document.get(name)):
            yield at
