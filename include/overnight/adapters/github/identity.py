"""Who a token is."""

from __future__ import annotations

from ...domain.errors import Forbidden
from .errors import NoPermission
from .graphql import GraphQL
from .queries import VIEWER
from .wire import Wire


def own_login(wire: Wire) -> str:
    """Return the login the credential acts as; an App's ends with "[bot]"."""
    try:
        return str(wire.get("/user")["login"])
    except (Forbidden, NoPermission):
        # GET /user refuses installation tokens, and GITHUB_TOKEN of Actions is one; GraphQL names them.
        viewer = GraphQL(wire).ask(lambda _lacking: VIEWER, {})["viewer"]
        return str(viewer["login"])
