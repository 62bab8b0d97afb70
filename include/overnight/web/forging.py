"""Writes that another site could have made a browser send, and the token that ours carry."""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

TOKEN_HEADER = "X-Overnight-Token"
TOKEN_FIELD = "csrf_token"


def form_token(name: str, secret: bytes) -> str:
    """Return the token that proves a form or script came from our own pages."""
    return hmac.new(secret, f"overnight/{name}".encode(), sha256).hexdigest()


async def refuse_forged(request: Request, name: str, secret: bytes) -> None:
    """Refuse a write that another site could have made the browser send."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin"):
        raise HTTPException(403, f"a write with a cookie must come from our own pages, not {site}")
    if site is None and origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, f"a write with a cookie must come from our own pages, not {origin}")
    given = request.headers.get(TOKEN_HEADER) or await _field(request)
    if not hmac.compare_digest(given.encode(), form_token(name, secret).encode()):
        raise HTTPException(
            403, f"a write with a cookie needs the header {TOKEN_HEADER} (see GET /session): reload the page"
        )


async def _field(request: Request) -> str:
    if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        return ""
    return str((await request.form()).get(TOKEN_FIELD, ""))
