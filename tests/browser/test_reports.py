"""The self-contained report in a real Chromium: nothing beyond the edge, nothing fetched, pictures kept."""

from datetime import date

import pytest

from include.overnight.domain.periods import Period
from include.overnight.reports.making import report_on
from include.overnight.reports.page import page as written

from ..reports.conftest import database, facts, ledger_url
from .conftest import SHOTS

__all__ = ["database", "facts", "ledger_url"]
pytestmark = pytest.mark.browser
DAYS = {"day": date(2026, 3, 12), "week": date(2026, 3, 12), "month": date(2026, 3, 12)}


@pytest.fixture
def report(database, facts, tmp_path):
    def write(period):
        path = tmp_path / f"{period}.html"
        path.write_text(written(report_on(database, Period(period), DAYS[period], facts)))
        return path.as_uri()

    return write


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_report_fits_every_screen_and_its_picture_is_kept(chromium, report, width, scheme):
    SHOTS.mkdir(parents=True, exist_ok=True)
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, asked, wrong = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    for period in DAYS:
        page.goto(address := report(period))
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, period
        page.screenshot(path=SHOTS / f"report-{period}-{width}-{scheme}.png", full_page=True)
        assert [
            url for url in asked if url != address and not url.startswith(("file:", "data:", "blob:"))
        ] == []
    context.close()
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_a_report(chromium, report, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(report("month"))
    violations = Axe().run(page).response["violations"]
    context.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in violations] == []
