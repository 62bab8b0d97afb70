"""What is hidden from a person shows nowhere, and what is about nothing is counted once."""

from dataclasses import replace

from fastapi.testclient import TestClient

from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.settings import load_settings
from include.overnight.web import Person, create_pages
from include.overnight.web.sights import Sight

from .conftest import as_
from .seeding import node, seed_night


def test_a_hidden_repository_does_not_show_through_its_checkouts_or_after_it_left_the_settings(
    api, seeded, house
):
    seed_night(seeded, "night-secret", "secret/plans")
    told = {"desktop": "lair", "full_name": "secret/plans", "ready": True, "issues": []}
    seeded.ledger.append(Event(EventType.DESKTOP_HEALTH_CHECK, "lair: in order", metadata=told))
    names = [one["name"] for one in api.get("/desktop", headers=as_("stranger")).json()["desktops"]]
    assert "lair" not in names
    assert "attic" in names
    with TestClient(create_pages(house), base_url="http://night.example") as pages:
        assert "lair" in pages.get("/", headers=as_("admin")).text
        assert "lair" not in pages.get("/", headers=as_("stranger")).text
    (seeded.settings.path).write_text(seeded.settings.path.read_text().replace("secret/plans", "other/one"))
    later = replace(seeded, settings=load_settings(seeded.settings.path, {}))
    sight = Sight(later, Person("stranger", False, lambda right, name: name != "secret/plans"))
    assert not sight.shows(node("secret/plans"))
    assert sight.shows(node("acme/box"))
    assert sight.shows("")


def test_events_about_no_repository_are_counted_once(api, seeded):
    seeded.records.remember("repository/acme/attic", {"node_id": ""})
    every = len(seeded.ledger.events(EventQuery(limit=None)))
    assert api.get("/stats", headers=as_("stranger")).json()["total"] == every
