"""What a person may see: everything of the repositories they may view, and what is about none."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..assembly import Overnight
from ..domain.errors import NotFound
from ..domain.events import Event
from ..domain.nights import Night
from ..services.overviewing import known_night, node_id, node_id_or_ask
from .guarding import Person, Right


@dataclass
class Sight:
    """One person's view of the ledger; what they may not see does not exist for them."""

    desk: Overnight
    person: Person
    _names: dict[str, str] = field(default_factory=dict)
    _hidden: set[str] | None = None

    def names(self) -> list[str]:
        """Return the configured repositories that the person may view."""
        configured = [one.name for one in self.desk.settings.values.repositories]
        return [name for name in configured if self.person.may(Right.VIEW, name)]

    def hidden(self) -> set[str]:
        """Return GitHub's ids of the configured repositories that the person may not view."""
        configured = [one.name for one in self.desk.settings.values.repositories]
        unseen = [name for name in configured if not self.person.may(Right.VIEW, name)]
        return {node_id(self.desk, name) for name in unseen} - {""}

    def shows(self, repository: str) -> bool:
        """Return whether what belongs to a repository (by GitHub's id) may be seen."""
        if self._hidden is None:
            self._hidden = self.hidden()
        return repository not in self._hidden

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
        if repository not in self._names:
            for one in self.desk.settings.values.repositories:
                self._names.setdefault(node_id(self.desk, one.name), one.name)
        return self._names.get(repository, repository)
