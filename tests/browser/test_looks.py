"""How pages look and read: no violation that axe-core knows, nothing beyond the edge, pictures kept."""

import pytest

from ..web.seeding import seed_night
from .conftest import SHOTS

pytestmark = pytest.mark.browser
PAGES = {
    "tonight": "/",
    "night": "/nights/night-one",
    "plan": "/nights/night-one/plan",
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
}


@pytest.fixture
def night(seeded):
    return seed_night(seeded, "night-two", finished=False)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(open_page, night, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = open_page("/", color_scheme=scheme)
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
    page = open_page("/", width=width, color_scheme=scheme)
    site = page.url.rstrip("/")
    for name, path in PAGES.items():
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
