"""How pages look and read: no violation that axe-core knows, nothing beyond the edge, pictures kept."""

import pytest

from include.overnight.services.prioritizing import set_priority

from ..web.seeding import node, seed_following, seed_large, seed_night
from .conftest import SHOTS

pytestmark = pytest.mark.browser
PAGES = {
    "tonight": "/",
    "night": "/nights/night-one",
    "plan": "/nights/night-one/plan",
    "turns": "/nights/night-two/plan",
    "issue": "/nights/night-one/issues/3",
    "log": "/nights/night-one/issues/3/attempts/1/log",
    "nights": "/nights",
    "approvals": "/approvals",
    "quality": "/quality",
    "costs": "/costs",
    "priorities": "/priorities",
    "pulls": "/pulls",
    "desktop": "/desktop",
    "events": "/events",
    "error": "/nights/nowhere",
}
LARGEST = 2_000_000
"""Bytes of a page, however many issues a night has."""


@pytest.fixture
def night(seeded):
    """A night that runs, people who changed its order, and everything that may stand beside it."""
    night = seed_night(seeded, "night-two", finished=False)
    seed_following(seeded)
    for number, subject in ((1, "protected:.github/workflows/checks.yml"), (2, f"rollback:{'a' * 40}")):
        seeded.approvals.ask(node("acme/box"), number, subject, "the gate says <why>", "night-one")
    set_priority(seeded, node("acme/box"), 9, 1, who="ann", why="the release waits")
    return night


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(open_page, night, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/", color_scheme=scheme, tolerated="status of 404")
    site = page.url.rstrip("/")
    found = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach((one, n) => { one.open = n < 3; })")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [(one["id"], one["nodes"][0]["html"][:200]) for one in violations]
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 1920])
def test_no_page_is_wider_than_the_screen_and_its_picture_is_kept(open_page, night, width, scheme):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = open_page("/", width=width, color_scheme=scheme, tolerated="status of 404")
    site = page.url.rstrip("/")
    for name, path in PAGES.items():
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)


def test_a_night_of_two_thousand_issues_is_leafed_through_and_stays_small(open_page, seeded):
    seed_large(seeded)
    page = open_page("/nights")
    page.goto(page.url.replace("/nights", "/nights/night-large"))
    weight = len(page.content().encode())
    assert weight < LARGEST
    assert page.locator("tbody tr").count() <= 50
    page.get_by_role("link", name="Next").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("page 2 of 40").wait_for()
    page.goto(page.url.split("?")[0] + "/plan")
    assert len(page.content().encode()) < LARGEST
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
