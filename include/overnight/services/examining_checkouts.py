"""Examine this machine's checkouts: for the doctor, and for who asks whether the local builder is ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..domain.checkouts import Checkout
from ..domain.desktops import Finding, Health, health_of
from ..domain.errors import OvernightError
from ..ports import Desk
from ..ports.desktop import Desktop
from .appraising import Check
from .switching import builder_health


def local_builder_health(desk: Desk, desktop: Desktop, checkouts: Iterable[Checkout]) -> Health:
    """Return the health of the local builder and of every checkout; ready when nothing is to mend.

    A person who edits files keeps no night from building: who builds is decided by `builder_health` alone.
    """
    found = [finding for one in checkouts for finding in _findings(desk, desktop, one)]
    health = health_of((*builder_health(desk).findings, *found))
    return Health(not health.issues, health.issues, health.findings)


def checkout_checks(desk: Desk, desktop: Desktop, checkouts: Iterable[Checkout]) -> Iterator[Check]:
    """Return the doctor's checks of every checkout; what keeps no builder from work asks for a look."""
    for checkout in checkouts:
        for found in _findings(desk, desktop, checkout):
            detail = found.detail if found.passed or not found.fix else f"{found.detail}; {found.fix}"
            look = not found.passed and not found.blocks
            yield Check(found.check, found.passed or look, detail, look)


def _findings(desk: Desk, desktop: Desktop, checkout: Checkout) -> tuple[Finding, ...]:
    name = f"{checkout.name} checkout"
    if checkout.queue and not Path(checkout.path).expanduser().exists():
        told = f"is on the machine of queue {checkout.queue}: run `overnight doctor` there"
        return (Finding(name, True, told),)
    try:
        return desktop.examine(checkout, desktop.look(checkout), desk.clock.now())
    except OvernightError as error:
        return (Finding(name, False, str(error)),)
