"""An amount with its unit."""

import re
from dataclasses import dataclass
from decimal import Decimal

from .amounts import parse_amount, show_amount
from .errors import BadQuantity, UnitMismatch

UNITS = ("g", "kg", "ml", "l", "pcs")
SHAPE = re.compile(r"\s*([\d.,]+)\s*([a-z]*)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of something, in one of `UNITS`."""

    amount: Decimal
    unit: str

    def __add__(self, other: "Quantity") -> "Quantity":
        """Add a quantity in the same unit."""
        self._same_unit(other)
        return Quantity(self.amount + other.amount, self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        """Take away a quantity in the same unit."""
        self._same_unit(other)
        return Quantity(self.amount - other.amount, self.unit)

    def __lt__(self, other: "Quantity") -> bool:
        """Compare with a quantity in the same unit."""
        self._same_unit(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        """Return the quantity as `parse` reads it."""
        return f"{show_amount(self.amount)} {self.unit}"

    def _same_unit(self, other: "Quantity") -> None:
        if self.unit != other.unit:
            raise UnitMismatch(f"{self} and {other} are in different units: use one unit for both")


def parse(text: str) -> Quantity:
    """Read `500 g`, `2kg` or `6`; no unit means pieces.

    :raises BadQuantity: there is no number in front, or the unit is none of `UNITS`.
    """
    match = SHAPE.fullmatch(text)
    if match is None:
        raise BadQuantity(f"{text!r} is no quantity: write it as 500 g, 2 l or 6 pcs")
    unit = match[2].lower() or "pcs"
    if unit not in UNITS:
        raise BadQuantity(f"{unit!r} is no unit: use one of {', '.join(UNITS)}")
    return Quantity(parse_amount(match[1]), unit)
