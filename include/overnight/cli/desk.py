"""The desk a command works at."""

from __future__ import annotations

from ..assembly import Overnight, open_overnight
from ..domain.errors import NotFound, SettingsError
from ..domain.issues import split_full_name
from ..domain.nights import Night
from ..settings import load_settings
from ..settings.sole import with_repository


def desk(full_name: str | None = None) -> Overnight:
    """Return the desk of this environment; a repository named here need not be configured."""
    settings = load_settings()
    return open_overnight(with_repository(settings, checked(full_name)) if full_name else settings)


def checked(full_name: str) -> str:
    """Return a repository's name when it is one (SettingsError shows how to write it)."""
    try:
        split_full_name(full_name)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    return full_name


def chosen_repository(house: Overnight, given: str | None) -> str:
    """Return the repository named, or the only configured one."""
    if given:
        return house.settings.repository(given).name
    names = [repository.name for repository in house.settings.values.repositories]
    if len(names) == 1:
        return names[0]
    if not names:
        raise SettingsError("no repository is configured: `overnight init OWNER/REPO` writes the settings")
    raise SettingsError(
        f"several repositories are configured, name one with --repository: {', '.join(names)}"
    )


def node_id(house: Overnight, full_name: str) -> str:
    """Return GitHub's id of a repository: from the ledger when a night was there, else from GitHub."""
    for night in house.ledger.nights(limit=200):
        if night.full_name.lower() == full_name.lower():
            return night.repository
    return house.tracker.repository(*split_full_name(full_name)).node_id


def names_by_id(house: Overnight) -> dict[str, str]:
    """Return the full names of the repositories that nights were about, by GitHub's id."""
    nights = reversed(house.ledger.nights(limit=200))
    return {night.repository: night.full_name for night in nights if night.full_name}


def chosen_night(house: Overnight, night: str | None, issue: int | None = None) -> Night:
    """Return the night named, else the newest one; with an issue, a night that knows it."""
    about = f" that knows issue #{issue}" if issue else ""
    if night:
        found = house.ledger.night(night)
        if found is None:
            raise NotFound(f"no night {night}: `overnight status` lists nights")
        if issue and not knows(found, issue):
            raise NotFound(f"night {night} does not know issue #{issue}: it was not open then")
        return found
    for candidate in house.ledger.nights(limit=200):
        full = house.ledger.night(candidate.id)
        if full and (issue is None or knows(full, issue)):
            return full
    raise NotFound(f"there has been no night{about} yet: `overnight run` starts one")


def knows(night: Night, issue: int) -> bool:
    """Return whether an issue is in a night's plan or among its exclusions."""
    return night.issue(issue) is not None or any(row["number"] == issue for row in night.exclusions)


def settings_desk() -> Overnight:
    """Return the desk with its home made, for commands that come before the ledger exists."""
    house = desk()
    try:
        house.settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"home {house.settings.home} cannot be made ({error.strerror}): set `home` in overnight.toml "
            "or OVERNIGHT_HOME to a folder of yours"
        ) from error
    return house
