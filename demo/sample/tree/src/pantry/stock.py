"""Items and the pantry that holds them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from .errors import UnknownItem
from .quantities import Quantity


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in stock; the same thing in two units is two items."""

    name: str
    quantity: Quantity
    minimum: Quantity | None = None
    """What should always be there; None for things that may run out."""
    use_by: date | None = None


@dataclass(slots=True)
class Pantry:
    """All items, found by name and unit; names differ in more than upper and lower case."""

    items: list[Item] = field(default_factory=list)

    def __iter__(self) -> Iterator[Item]:
        """Go through the items in the order in which they came."""
        return iter(self.items)

    def add(
        self,
        name: str,
        quantity: Quantity,
        *,
        minimum: Quantity | None = None,
        use_by: date | None = None,
    ) -> Item:
        """Put something in, on top of what is there; the earlier use-by date stays."""
        index = self._index(name, quantity.unit)
        if index is None:
            self.items.append(Item(name, quantity, minimum, use_by))
            return self.items[-1]
        known = self.items[index]
        dates = [day for day in (known.use_by, use_by) if day is not None]
        self.items[index] = replace(
            known,
            quantity=known.quantity + quantity,
            minimum=minimum or known.minimum,
            use_by=min(dates, default=None),
        )
        return self.items[index]

    def take(self, name: str, quantity: Quantity) -> Item:
        """Take something out and return what is left.

        :raises UnknownItem: nothing of that name is kept in that unit.
        """
        index = self._index(name, quantity.unit)
        if index is None:
            raise UnknownItem(f"no {name} in {quantity.unit}: see `pantry list`")
        known = self.items[index]
        self.items[index] = replace(known, quantity=known.quantity - quantity)
        return self.items[index]

    def find(self, name: str) -> list[Item]:
        """Return the items of that name, one for each unit."""
        return [item for item in self.items if item.name.casefold() == name.casefold()]

    def _index(self, name: str, unit: str) -> int | None:
        for index, item in enumerate(self.items):
            if item.name.casefold() == name.casefold() and item.quantity.unit == unit:
                return index
        return None
