"""The style sheet and the script: open to everybody, for the page that says "sign in" has a look, too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from .rendering import STATIC

routes = APIRouter()
_TYPES = {"style.css": "text/css", "live.js": "text/javascript", "moon.svg": "image/svg+xml"}


@routes.get("/static/{name}")
def asset(name: Annotated[str, Path(pattern=r"^(style\.css|live\.js|moon\.svg)$")]) -> Response:
    """Return a file of ours; its address changes with its content."""
    headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response((STATIC / name).read_bytes(), media_type=_TYPES[name], headers=headers)
