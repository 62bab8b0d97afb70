"""Pages in a real Chromium, served by uvicorn on loopback, on a real ledger and with a fake guard."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from include.overnight.beginning import night_id
from include.overnight.web import House, Run

from ..web.conftest import FakeConductor, FakeGuard, desk, empty_ledger, seeded, seeded_ledger
from ..web.seeding import Seeder, node
from .serving import serving

__all__ = ["desk", "empty_ledger", "seeded", "seeded_ledger"]
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class PlayingConductor(FakeConductor):
    """Plays a small night, event by event, as soon as one is started."""

    def __init__(self, desk):
        super().__init__()
        self.desk, self.threads = desk, []

    def start(self, dag_id, params, who):
        run = super().start(dag_id, params, who)
        thread = threading.Thread(target=self._play, args=(run,))
        thread.start()
        self.threads.append(thread)
        return run

    def _play(self, run):
        seeder = Seeder(self.desk, night_id(node("acme/box"), run.dag_id, run.run_id), dry_run=True)
        seeder.start().plan(3)
        for number in (1, 2, 3):
            time.sleep(0.6)
            seeder.attempt(number).build(number)
            time.sleep(0.4)
            seeder.judge(number).end(number, "judged", "dry run: all gates passed, nothing was pushed")
        time.sleep(0.6)
        seeder.complete()
        self.runs[self.runs.index(run)] = Run(run.dag_id, run.run_id, "success")


@pytest.fixture
def conductor(seeded):
    return PlayingConductor(seeded)


@pytest.fixture
def site(seeded, conductor):
    """The address of the running pages."""
    house = House(FakeGuard(), lambda: seeded, conductor, "", "/auth/login")
    with serving(house) as address:
        yield address
        for played in conductor.threads:
            played.join()


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("Chromium not found: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is a development dependency")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, site):
    """Return a function that opens a page as somebody; what the console complains of fails the test.

    What contains the text `tolerated` does not.
    """
    contexts, complaints = [], []

    def open_(path="/", who="admin", width=1280, tolerated="", **more):
        def heard(told):
            if told.type == "error" and not (tolerated and tolerated in told.text):
                complaints.append(told.text)

        context = chromium.new_context(viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        context.add_cookies([{"name": "_token", "value": who, "url": site}])
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
