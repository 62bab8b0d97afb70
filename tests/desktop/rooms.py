"""A house with a real ledger and a developer's desk beside it; no forge, no model."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from include.overnight.credentials import from_environment
from include.overnight.domain.checkouts import Checkout
from include.overnight.domain.events import Event, EventQuery, EventType
from include.overnight.settings import load_settings

from ..adapters.desktop.staging import Desk, copy_desk
from ..fakes import StagedDesk, ToldClock


@dataclass(frozen=True)
class ToldDesk(StagedDesk):
    """The real desk with a clock that is told the time, and a list of the messages it would send."""

    told_clock: ToldClock = field(default_factory=ToldClock)
    messages: list[tuple[str, str]] = field(default_factory=list)

    @property
    def clock(self) -> ToldClock:
        return self.told_clock

    def notify(self, title: str, body: str) -> None:
        self.messages.append((title, body))


@dataclass(frozen=True)
class Room:
    """A house and a developer's desk."""

    house: ToldDesk
    desk: Desk

    @property
    def checkout(self) -> Checkout:
        return self.desk.checkout

    def events(self, *types: EventType) -> tuple[Event, ...]:
        """Return events, oldest first."""
        return self.house.ledger.events(EventQuery(types=types, limit=None, oldest_first=True))


def open_room(home: Path, template: Path, migrated: Path) -> Room:
    """Return a room of its own; its checkout is of acme/pantry."""
    (home / "work").mkdir()
    shutil.copy(migrated, home / "work" / "ledger.db")
    settings = home / "overnight.toml"
    settings.write_text(f'home = "{home / "work"}"\ndesktop_builder_enabled = true\n')
    house = ToldDesk(load_settings(settings, {}), from_environment({}, frozenset()))
    desk = copy_desk(template, home / "desk")
    (home / "desk" / "acme").mkdir()
    (home / "desk" / "acme" / "pantry.git").symlink_to(desk.remote)
    desk.git("remote", "set-url", "origin", str(home / "desk" / "acme" / "pantry.git"))
    return Room(house, replace(desk, checkout=replace(desk.checkout, repository="acme/pantry")))
