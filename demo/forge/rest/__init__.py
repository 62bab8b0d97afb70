"""The REST half of the forge: a table of routes, and the one place that decides who may use them."""

from collections.abc import Mapping
from typing import Any

from ..errors import Refusal, not_found
from ..world import Grant, World
from . import accounts, checks, comments, issues, labels, pulls, repositories, rules
from .call import Call, Reply, Route

ROUTES: tuple[Route, ...] = (
    *accounts.ROUTES,
    *checks.ROUTES,
    *comments.ROUTES,
    *labels.ROUTES,
    *issues.ROUTES,
    *pulls.ROUTES,
    *rules.ROUTES,
    *repositories.ROUTES,
)
"""First match wins; what has the longer fixed part stands before what swallows it."""


def answer(
    world: World, grant: Grant | None, method: str, path: str, query: Mapping[str, str], body: Any
) -> Reply:
    """Answer one REST request; `path` is raw and begins after /api/v3."""
    for route in ROUTES:
        params = route.match(method, path)
        if params is not None:
            break
    else:
        raise not_found()
    login, permission = (grant.login, grant.permission) if grant else (None, "read")
    fields = {"labels": body} if isinstance(body, list) else body or {}
    call = Call(world, login, permission, path, params, query, fields)
    if "repo" in params:
        moved = _moved(world, params, path, method)
        if moved is not None:
            return moved
        _admit(call, route)
    return route.handler(call)


def _moved(world: World, params: Mapping[str, str], path: str, method: str) -> Reply | None:
    """Redirect what asks under a former name, by id as GitHub does."""
    full_name = f"{params['owner']}/{params['repo']}"
    repository = world.renamed(full_name)
    if repository is None or repository.full_name.lower() == full_name.lower():
        return None
    rest = path.split("/", 4)[4:]
    url = "/".join([f"{world.base_url}/api/v3/repositories/{repository.id}", *rest])
    status = 301 if method == "GET" else 307
    body = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return Reply(body, status, {"Location": url})


def _admit(call: Call, route: Route) -> None:
    """Refuse what the account or its token may not do: 404 unseen, 401 nobody, 403 not enough."""
    if not call.may("read"):
        raise not_found()
    if route.method != "GET":
        if call.login is None:
            raise Refusal(401, "Requires authentication")
        if call.repository.archived and route.handler is not repositories.edit_repository:
            raise Refusal(403, "Repository was archived so is read-only.")
    if not call.may(route.needs):
        raise Refusal(403, "Resource not accessible by personal access token")
