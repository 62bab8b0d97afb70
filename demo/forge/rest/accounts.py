"""The token's owner, other accounts, and the rate limit."""

import time

from ..errors import not_found
from ..shapes.accounts import public_user
from .call import Call, Reply, Route

_LIMIT = {"limit": 5000, "remaining": 4999, "used": 1}


def get_user(call: Call) -> Reply:
    return Reply(public_user(call.world, call.actor))


def get_account(call: Call) -> Reply:
    user = call.world.store.users.get(call.params["login"].lower())
    if user is None:
        raise not_found()
    return Reply(public_user(call.world, user.login))


def get_rate_limit(call: Call) -> Reply:
    limit = {**_LIMIT, "reset": int(time.time()) + 3600}
    return Reply({"resources": dict.fromkeys(("core", "search", "graphql"), limit), "rate": limit})


ROUTES = (
    Route("GET", "/user", get_user),
    Route("GET", "/users/{login}", get_account),
    Route("GET", "/rate_limit", get_rate_limit),
)
