"""Users, bots and organizations."""

from ..nodes import node_id
from ..world import World
from . import Json

_LINKS = (
    "followers", "following{/other_user}", "gists{/gist_id}", "starred{/owner}{/repo}", "subscriptions",
    "orgs", "repos", "events{/privacy}", "received_events",
)  # fmt: skip
_NAMES = {"orgs": "organizations"}


def simple_user(world: World, login: str) -> Json:
    """Return a `simple-user`."""
    user = world.account(login)
    url = f"{world.base_url}/api/v3/users/{user.login}"
    names = [(link.split("{")[0], link) for link in _LINKS]
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id(user.kind, user.id),
        "avatar_url": f"{world.base_url}/avatars/{user.login}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.base_url}/{user.login}",
        "type": user.kind,
        "user_view_type": "public",
        "site_admin": False,
        **{f"{_NAMES.get(name, name)}_url": f"{url}/{link}" for name, link in names},
    }


def public_user(world: World, login: str) -> Json:
    """Return a `public-user`, as `GET /user` and `GET /users/{login}` do."""
    nothing = ("name", "company", "location", "email", "hireable", "bio", "twitter_username")
    counts = ("public_repos", "public_gists", "followers", "following")
    born = "2020-01-01T00:00:00Z"
    return {
        **simple_user(world, login),
        **dict.fromkeys(nothing),
        **dict.fromkeys(counts, 0),
        "blog": "",
        "created_at": born,
        "updated_at": born,
    }
