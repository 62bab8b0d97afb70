"""What a person may see: everything of the repositories they may view, and what is about none."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..assembly import Overnight
from ..domain.errors import NotFound
from ..domain.events import Event
from ..domain.nights import Night
from ..services.overviewing import known_night, node_id, node_id_or_ask
from .guarding import Person, Right

_KNOWN_NIGHTS = 500
"""Nights that are asked for the names of repositories that left the settings."""


@dataclass
class Sight:
    """One person's view of the ledger; what they may not see does not exist for them."""

    desk: Overnight
    person: Person
    _names: dict[str, str] = field(default_factory=dict)
    _shown: dict[str, bool] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the configured repositories that the person may view."""
        return [name for name in self._configured() if self.person.may(Right.VIEW, name)]

    def named(self, full_name: str) -> bool:
        """Return whether what is about a repository by its full name, or about none, may be seen."""
        return full_name.lower() in ("", *(name.lower() for name in self.names()))

    def whole(self) -> bool:
        """Return whether the person may view every configured repository."""
        return len(self.names()) == len(self._configured())

    def shows(self, repository: str) -> bool:
        """Return whether what belongs to a repository (by GitHub's id) may be seen.

        One that left the settings is asked for by the name its nights knew; one that nobody knows is shown
        to who sees everything.
        """
        if repository not in self._shown:
            name = self.name_of(repository)
            known = self.whole() if name == repository else self.person.may(Right.VIEW, name)
            self._shown[repository] = not repository or known
        return self._shown[repository]

    def event(self, event: Event) -> bool:
        """Return whether an event may be seen."""
        return self.shows(event.repository)

    def night(self, night: str) -> Night:
        """Return a night that may be seen (NotFound otherwise)."""
        found = known_night(self.desk, night)
        if not self.shows(found.repository):
            raise NotFound(f"there is no night {night} in the ledger")
        return found

    def id_of(self, full_name: str, *, ask: bool = False) -> str:
        """Return GitHub's id of a configured repository that may be seen.

        :param ask: look it up at GitHub when no night was there yet; otherwise "" is returned.
        :raises SettingsError: it is not configured; the message names the key.
        """
        name = self.desk.settings.repository(full_name).name
        if not self.person.may(Right.VIEW, name):
            raise NotFound(f"there is no repository {full_name} here")
        return node_id_or_ask(self.desk, name) if ask else node_id(self.desk, name)

    def name_of(self, repository: str) -> str:
        """Return the full name of a repository by GitHub's id, the id itself when nobody knows it."""
        if not self._names:
            self._names = {node_id(self.desk, name): name for name in self._configured()} | {"": ""}
        if repository not in self._names:
            nights = self.desk.ledger.nights(limit=_KNOWN_NIGHTS)
            past = {night.repository: night.full_name for night in nights if night.full_name}
            self._names = past | self._names | {repository: past.get(repository, repository)}
        return self._names.get(repository, repository)

    def _configured(self) -> list[str]:
        return [one.name for one in self.desk.settings.values.repositories]
