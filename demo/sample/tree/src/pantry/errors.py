"""What can go wrong, in words that say what to do.

PantryError
├── BadAmount       a text that is no number
├── BadQuantity     a text that is no amount with a unit
├── UnitMismatch    two units that cannot be added
├── UnknownItem     nothing of that name is in stock
├── NotEnough       less in stock than was asked for
└── BadFile         the file cannot be read
"""


class PantryError(Exception):
    """Something a user can put right; the message says how."""


class BadAmount(PantryError):
    """A text that is no number."""


class BadQuantity(PantryError):
    """A text that is no amount with a unit."""


class UnitMismatch(PantryError):
    """Two units that cannot be added or compared."""


class UnknownItem(PantryError):
    """Nothing of that name is in stock."""


class NotEnough(PantryError):
    """Less in stock than was asked for."""


class BadFile(PantryError):
    """The file cannot be read as a pantry."""
