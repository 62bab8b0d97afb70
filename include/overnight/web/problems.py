"""Every error as a problem document (RFC 9457): what is wrong and how it is mended, never a trace."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ..domain.errors import (
    Contended,
    Forbidden,
    NotAuthorized,
    NotFound,
    OvernightError,
    Rejected,
    RepositoryUnusable,
    SettingsError,
    Terminal,
    Transient,
)

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger("overnight.web")

STATUS: tuple[tuple[type[OvernightError], int], ...] = (
    (NotFound, 404),
    (SettingsError, 422),
    (RepositoryUnusable, 409),
    (Forbidden, 502),
    (NotAuthorized, 502),
    (Contended, 503),
    (Transient, 503),
    (Rejected, 409),
    (Terminal, 503),
    (OvernightError, 503),
)
"""Family of errors → status; the first row that fits. 502: GitHub refused us; 503: try again, or mend us."""


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str = Field(examples=["body.max_issues_per_run"])
    message: str = Field(examples=["Input should be greater than or equal to 1"])


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["acme/pantry is not configured: add [[repositories]] …"])
    instance: str = Field(examples=["/api/foreman/overnight"])
    errors: list[FieldProblem] = []


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of routes that may answer with these problems."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def problem(
    request: Request,
    status: int,
    detail: str,
    errors: list[FieldProblem] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document."""
    body = Problem(
        type="about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        errors=errors or [],
    )
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def status_of(error: OvernightError) -> int:
    """Return the HTTP status of one of our errors."""
    return next(status for family, status in STATUS if isinstance(error, family))


def tell_problems(app: FastAPI) -> None:
    """Let an application answer every error with a problem document."""
    app.exception_handler(OvernightError)(_ours)
    app.exception_handler(HTTPException)(_plain)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(Exception)(_defect)


async def _ours(request: Request, error: OvernightError) -> Response:
    status = status_of(error)
    headers = {"Retry-After": "5"} if status == 503 else {}
    return problem(request, status, str(error), headers=headers)


async def _plain(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return problem(request, error.status_code, str(error.detail), headers=headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    found = [
        FieldProblem(field=".".join(str(part) for part in row["loc"]), message=row["msg"])
        for row in error.errors()
    ]
    told = "; ".join(f"{one.field}: {one.message}" for one in found)
    return problem(request, 422, told, found)


async def _defect(request: Request, error: Exception) -> Response:
    _log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(request, 500, "this is a defect of ours; the server's log has the details")
