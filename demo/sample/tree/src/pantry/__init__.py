"""A household pantry: what is in stock, what runs out, what goes off."""

from .errors import PantryError
from .quantities import Quantity, parse
from .stock import Item, Pantry

__version__ = "0.1.0"
__all__ = ["Item", "Pantry", "PantryError", "Quantity", "parse"]
