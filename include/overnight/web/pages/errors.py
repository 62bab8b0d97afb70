"""Errors as pages: what is wrong, how it is mended, and the way back."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ...domain.errors import OvernightError
from ..house import house_of
from ..problems import status_of
from .rendering import HEADERS, render

_log = logging.getLogger("overnight.web")


def tell_errors(app: FastAPI) -> None:
    """Let an application answer every error with a page."""
    app.exception_handler(OvernightError)(_ours)
    app.exception_handler(HTTPException)(_plain)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Exception)(_defect)


def _page(request: Request, status: int, detail: str) -> Response:
    base = str(request.scope.get("root_path", ""))
    html = render(
        "error.html",
        {
            "base": base,
            "status": status,
            "title": HTTPStatus(status).phrase,
            "detail": detail,
            "login": house_of(request).login_url if status == 401 else "",
        },
    )
    return HTMLResponse(html, status, headers=HEADERS)


async def _ours(request: Request, error: OvernightError) -> Response:
    return _page(request, status_of(error), str(error))


async def _plain(request: Request, error: HTTPException) -> Response:
    return _page(request, error.status_code, str(error.detail))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    told = "; ".join(f"{row['loc'][-1]}: {row['msg']}" for row in error.errors())
    return _page(request, 422, told)


async def _defect(request: Request, error: Exception) -> Response:
    _log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
    return _page(request, 500, "This is a defect of ours; the server's log has the details.")
