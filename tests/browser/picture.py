"""`python -m tests.browser.picture`: take the README's picture of the night that `make demo` played."""

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from include.overnight.adapters.ledger import upgrade
from include.overnight.assembly import Overnight
from include.overnight.credentials import from_environment
from include.overnight.settings import load_settings
from include.overnight.web import House

from ..web.conftest import FakeConductor, FakeGuard
from .conftest import CHROMIUM
from .serving import serving

PROJECT = Path(__file__).parents[2]
DEMO = PROJECT / "build" / "demo"
PICTURE = PROJECT / "docs" / "images" / "dashboard.png"
WIDTH, HEIGHT = 1280, 1000
A_BACKLOG = 10
"""Issues."""
LARGEST = 300_000
"""Bytes: it is fetched with every look at the README."""


def open_demo(home: Path, demo: Path) -> Overnight:
    """Return a desk on a copy of a demo's ledger, so that looking changes nothing."""
    shutil.copy(demo / "ledger.db", home / "ledger.db")
    upgrade(f"sqlite:///{home / 'ledger.db'}")
    lines = (demo / "overnight.toml").read_text().splitlines()
    ours = [line for line in lines if not line.startswith(("home =", "ledger_url =", "storage_url ="))]
    (home / "overnight.toml").write_text("\n".join([f'home = "{home}"', *ours]) + "\n")
    credentials = from_environment({"GITHUB_TOKEN": "nobody-is-asked"}, frozenset())
    return Overnight(load_settings(home / "overnight.toml", {}), credentials)


def take(demo: Path, picture: Path) -> None:
    """Write the picture."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as home, sync_playwright() as running:
        desk = open_demo(Path(home), demo)
        house = House(FakeGuard(), lambda: desk, FakeConductor())
        with serving(house) as site:
            browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            context.add_cookies([{"name": "_token", "value": "viewer", "url": site}])
            page = context.new_page()
            page.goto(f"{site}/nights/{_backlog(desk)}")
            page.get_by_role("heading", name="Night of").wait_for()
            picture.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=picture)
            browser.close()
        desk.database.close()


def _backlog(desk: Overnight) -> str:
    """Return the newest night that had a backlog: a demo that is played again leaves little to do."""
    nights = (desk.ledger.night(night.id) or night for night in desk.ledger.nights(limit=100))
    return next(night.id for night in nights if len(night.issues) >= A_BACKLOG)


def main() -> int:
    """Take the picture; 1 when there is no demo to take it of, or it came out too heavy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=DEMO, help="what `make demo` left")
    parser.add_argument("--picture", type=Path, default=PICTURE)
    options = parser.parse_args()
    if not (options.demo / "ledger.db").exists():
        sys.stderr.write(f"{options.demo} has no ledger: play `make demo` first\n")
        return 1
    take(options.demo, options.picture)
    weight = options.picture.stat().st_size
    sys.stdout.write(f"{options.picture}: {weight} bytes\n")
    return int(weight >= LARGEST)


if __name__ == "__main__":
    sys.exit(main())
