"""What goes off, and when."""

from datetime import date, timedelta

from .stock import Item, Pantry


def expired(pantry: Pantry, today: date) -> list[Item]:
    """Return what is past its use-by date, the oldest first."""
    return [item for item in _dated(pantry) if item.use_by and item.use_by <= today]


def expiring(pantry: Pantry, today: date, days: int = 3) -> list[Item]:
    """Return what goes off within so many days, the soonest first."""
    last = today + timedelta(days=days)
    return [item for item in _dated(pantry) if item.use_by and today < item.use_by <= last]


def _dated(pantry: Pantry) -> list[Item]:
    dated = [item for item in pantry if item.use_by is not None]
    return sorted(dated, key=lambda item: (item.use_by or date.max, item.name))
