"""Numbers as people write them."""

from decimal import Decimal, InvalidOperation

from .errors import BadAmount


def parse_amount(text: str) -> Decimal:
    """Read a number such as `2`, `0.5` or `1,500`, where the comma parts thousands.

    :raises BadAmount: the text is no number, or is below zero.
    """
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation as error:
        raise BadAmount(f"{text!r} is no number: write it as 2 or 0.5") from error
    if not amount.is_finite() or amount < 0:
        raise BadAmount(f"{text!r} is no amount: it must be zero or more")
    return amount


def show_amount(amount: Decimal) -> str:
    """Return a number without trailing zeros or an exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
