"""Entity tags: a reader that has the page already is told so in a few bytes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

_TAGGED = frozenset({"GET", "HEAD"})


class TaggedRoute(APIRoute):
    """A route whose whole answers carry an ETag, and which answers 304 to who has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with tags around it."""
        handle = super().get_route_handler()

        async def tagged(request: Request) -> Response:
            response = await handle(request)
            body = getattr(response, "body", None)
            if request.method not in _TAGGED or response.status_code != 200 or body is None:
                return response
            tag = f'"{sha256(body).hexdigest()[:32]}"'
            kept = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
            if _matches(request.headers.get("if-none-match", ""), tag):
                return Response(status_code=304, headers=kept)
            response.headers.update(kept)
            return response

        return tagged


def _matches(asked: str, tag: str) -> bool:
    return asked.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in asked.split(",")}
