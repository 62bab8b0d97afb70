"""The applications: the API for `/api/foreman`, the pages for `/overnight`."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from .api import events, lessons, live, money, nights, overnight, people, priorities, pulls, standing
from .house import House
from .pages import assets, issues, records, tonight
from .pages import nights as night_pages
from .pages import people as people_pages
from .pages import pulls as pull_pages
from .pages.errors import tell_errors
from .problems import Problem, tell_problems

API_PREFIX, PAGES_PREFIX = "/api/foreman", "/overnight"
_ABOUT = """\
Nights, plans, events, quota, costs, lessons and priorities of Overnight.

Authenticate with Airflow's token (`Authorization: Bearer …`, from `POST /auth/token`) or with Airflow's
session cookie; a write with the cookie needs the header `X-Overnight-Token` with the token of `GET /session`.
Every list is paged by cursor, every answer carries an `ETag`, every error is a problem document (RFC 9457).
"""


def create_api(house: House) -> FastAPI:
    """Return the HTTP API; it is mounted, so its own paths begin with `/overnight`, `/nights` and so on."""
    app = FastAPI(
        title="Overnight", version="1", description=_ABOUT, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.house = house
    for part in (overnight, nights, events, money, pulls, people, lessons, priorities, standing, live):
        app.include_router(part.routes)
    tell_problems(app)
    describe = app.openapi

    def described() -> dict[str, Any]:
        document = describe()
        _add_problem(document)
        _add_tags(document)
        return document

    app.openapi = described  # type: ignore[method-assign]
    return app


def create_pages(house: House) -> FastAPI:
    """Return the pages; they are mounted at `/overnight`, and follow a night by a stream of their own."""
    app = FastAPI(title="Overnight", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    for part in (tonight, night_pages, issues, people_pages, pull_pages, records, assets, live):
        app.include_router(part.routes)
    tell_errors(app)
    return app


def _add_problem(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    made = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(made.pop("$defs", {}))
    schemas["Problem"] = made


def _add_tags(document: dict[str, Any]) -> None:
    """Describe the entity tags of every GET."""
    for path, operations in document["paths"].items():
        if "get" in operations and not path.endswith("/live"):
            responses = operations["get"]["responses"]
            responses["200"]["headers"] = {"ETag": {"schema": {"type": "string"}}}
            responses["304"] = {"description": "Not changed since the ETag in `If-None-Match`"}
        if path == "/overnight":
            where = {"schema": {"type": "string"}, "description": "The run."}
            operations["post"]["responses"]["202"]["headers"] = {"Location": where}
