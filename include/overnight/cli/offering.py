"""What a shell offers to complete: issues, nights and repositories that the ledger knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..assembly import Overnight

_OFFERED = 50
_NIGHTS = 7
_TITLE = 60


def issue_numbers() -> list[tuple[str, str]]:
    """Return numbers and titles of the newest nights' issues, each as the last night that knew it says."""
    return _offered(_issues)


def night_ids() -> list[tuple[str, str]]:
    """Return the newest nights with their repository and moment."""
    return _offered(_nights)


def repositories() -> list[tuple[str, str]]:
    """Return the configured repositories, and those of past nights."""
    return _offered(_repositories)


def _issues(house: Overnight) -> Iterator[tuple[str, str]]:
    known = set[int]()
    for night in house.ledger.nights(limit=_NIGHTS):
        full = house.ledger.night(night.id)
        for issue in full.issues if full else ():
            if issue.number not in known:
                known.add(issue.number)
                yield str(issue.number), " ".join(issue.title.split())[:_TITLE]


def _nights(house: Overnight) -> Iterator[tuple[str, str]]:
    for night in house.ledger.nights():
        began = f"{night.started_at:%Y-%m-%d %H.%M}" if night.started_at else "not started"
        yield night.id, f"{night.full_name}, {began}, {night.status}"


def _repositories(house: Overnight) -> Iterator[tuple[str, str]]:
    configured = [one.name for one in house.settings.values.repositories]
    yield from ((name, "configured") for name in configured)
    known = {name.lower() for name in configured}
    for night in house.ledger.nights():
        if night.full_name and night.full_name.lower() not in known:
            known.add(night.full_name.lower())
            yield night.full_name, "of a past night"


def _offered(look: Callable[[Overnight], Iterator[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Return what a look finds; whatever is in its way, a shell that completes must not complain."""
    from .desk import desk

    found: list[tuple[str, str]] = []
    with suppress(Exception):
        for value, help_ in look(desk()):
            found.append((value, _harmless(help_)))
            if len(found) >= _OFFERED:
                break
    return found


def _harmless(text: str) -> str:
    """Return a foreign title without what a shell or a terminal would act on."""
    return "".join(letter if letter.isalnum() or letter in " .,-/" else " " for letter in text)
