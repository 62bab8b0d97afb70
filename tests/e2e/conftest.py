"""One installation for all end-to-end tests, and the nights they look at, each played once."""

from collections.abc import Iterator

import pytest

from demo.seed import REPOSITORY as PANTRY
from demo.seed import seed

from . import box
from .house import CELLAR, House, Played, open_house

CRATE = "acme/crate"
BACKLOG = "acme/backlog"
PACKAGE = "acme/cachetools"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("house")
    with open_house(home, (PANTRY, box.REPOSITORY, CRATE, BACKLOG, PACKAGE, CELLAR)) as opened:
        seed(opened.forge)
        box.seed_box(opened.forge, home / "trees" / "box", home / "scripts")
        box.plant(opened.forge, home / "trees" / "crate", CRATE)
        yield opened


@pytest.fixture(scope="session")
def demo_night(house: House) -> Played:
    """The night of the demo's backlog."""
    return house.play(PANTRY)


@pytest.fixture(scope="session")
def box_night(house: House) -> Played:
    """The night of the small backlog that ends in every way."""
    return house.play(box.REPOSITORY)
