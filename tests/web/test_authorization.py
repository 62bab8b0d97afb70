"""Every route × nobody, viewer, operator, admin: generated from the routes, so none is forgotten."""

import pytest

from include.overnight.web import Right, create_api
from include.overnight.web.guarding import needs

from .conftest import RANK, ROLES, as_
from .seeding import airflows_night, seed_night

BODIES = {
    "POST /overnight": {"json": {"owner": "acme", "repo": "box"}},
    "POST /nights/{night}/stop": {"json": {}},
    "POST /nights/{night}/issues/{issue}/retry": {"json": {"anew": True}},
    "POST /approvals": {
        "json": {"repository": "acme/box", "issue": 6, "subject": "escalation:experimental", "why": "x"}
    },
    "POST /lessons": {"json": {"repository": "acme/box", "advice": "be kind"}},
    "DELETE /lessons/{lesson}": {"params": {"why": "old"}},
    "POST /desktop": {
        "json": {
            "desktop": "anns-laptop",
            "full_name": "acme/box",
            "id": "report-1",
            "type": "desktop_sync",
            "description": "level",
        }
    },
    "PUT /priorities/{issue}": {"json": {"repository": "acme/box", "priority": 1, "why": "x"}},
}
"""Route → what makes it succeed; a new write route without a row fails `test_every_write_is_tried`."""


def routes(app):
    """Return every route of an application as "METHOD /path" → route, mounted parts and all."""
    return {
        f"{method} {route.path}": route
        for route in app.routes
        if hasattr(route, "methods")
        for method in sorted(route.methods - {"HEAD"})
    }


API = routes(create_api(None))


def right_of(route):
    """Return the greatest right that a route's dependencies ask for."""
    asked, waiting = [], list(route.dependant.dependencies)
    while waiting:
        dependency = waiting.pop()
        asked += [right] if (right := getattr(dependency.call, "right", None)) else []
        waiting += dependency.dependencies
    return max(asked, key=RANK.get) if asked else None


@pytest.fixture
def call(api, seeded):
    (lesson, *_) = seeded.lessons.all()
    api.post("/overnight", json={"owner": "acme", "repo": "box"})
    known = {
        "{night}": "night-one",
        "{issue}": "4",
        "{lesson}": lesson.id,
        "{dag_id}": "overnight_execution.acme.box",
        "{run_id}": "manual__0:+00:00",
    }

    def send(name, who):
        method, _, path = name.partition(" ")
        if path.endswith("/retry"):
            known["{night}"] = airflows_night(seeded)
        for part, value in known.items():
            path = path.replace(part, value)
        return api.request(method, path, headers=as_(who), **BODIES.get(name, {}))

    return send


def test_every_route_asks_for_a_right():
    assert not [name for name, route in API.items() if right_of(route) is None]


def test_every_write_asks_for_more_than_viewing_and_is_tried():
    writes = {name for name in API if not name.startswith("GET ")}
    assert writes == BODIES.keys()
    assert not [name for name in writes if RANK[right_of(API[name])] < RANK[Right.OPERATE]]


@pytest.mark.parametrize("name", API)
def test_a_route_lets_in_who_may_and_nobody_else(name, call):
    needed = RANK[right_of(API[name])]
    assert call(name, "").status_code == 401
    assert call(name, "forged").status_code == 403
    for role, rank in ROLES.items():
        answer = call(name, role)
        if rank < needed:
            assert answer.status_code == 403, f"{role} {name}: {answer.text}"
        else:
            assert answer.status_code < 300, f"{role} {name}: {answer.text}"


def test_an_override_of_the_quota_is_an_administrators(api, seeded):
    wish = {
        "repository": "acme/box",
        "subject": "override:quota",
        "why": "release day",
        "until": "2999-01-01T00:00:00Z",
    }
    assert api.post("/approvals", json=wish, headers=as_("operator")).status_code == 403
    assert api.post("/approvals", json=wish, headers=as_("admin")).status_code == 201


def test_a_right_is_checked_by_a_dependency_that_names_it():
    assert needs(Right.OPERATE).right is Right.OPERATE


def test_what_a_person_may_not_view_does_not_exist_for_them(api, seeded):
    seed_night(seeded, "night-secret", "secret/plans")
    seen = api.get("/nights", headers=as_("stranger")).json()["nights"]
    assert [night["id"] for night in seen] == ["night-one"]
    assert len(api.get("/nights").json()["nights"]) == 2
    for path in ("", "/plan", "/events", "/live"):
        assert api.get(f"/nights/night-secret{path}", headers=as_("stranger")).status_code == 404
    assert api.get("/nights?repository=secret/plans", headers=as_("stranger")).status_code == 404
    events = api.get("/events?limit=200", headers=as_("stranger")).json()["events"]
    assert "R_secret_plans" not in {event["repository"] for event in events}
    mine = api.get("/stats", headers=as_("stranger")).json()["total"]
    assert mine < api.get("/stats").json()["total"]
    wish = {"repository": "secret/plans", "priority": 1, "why": "x"}
    assert api.put("/priorities/1", json=wish, headers=as_("stranger")).status_code == 403
    names = [
        one["full_name"] for one in api.get("/overnight", headers=as_("stranger")).json()["repositories"]
    ]
    assert names == ["acme/box", "acme/attic"]
