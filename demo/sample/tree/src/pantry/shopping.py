"""What to buy."""

from dataclasses import dataclass

from .quantities import Quantity
from .stock import Pantry


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is below its minimum, and by how much."""

    name: str
    missing: Quantity


def shopping_list(pantry: Pantry) -> list[Need]:
    """Return everything below its minimum, by name."""
    needs = [
        Need(item.name, item.minimum - item.quantity)
        for item in pantry
        if item.minimum is not None and item.quantity < item.minimum
    ]
    return sorted(needs, key=lambda need: need.name)
