from decimal import Decimal

import pytest

from pantry.amounts import parse_amount, show_amount
from pantry.errors import BadAmount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2", "2"), ("0.5", "0.5"), (" 10 ", "10"), ("1,500", "1500"), ("12,000.5", "12000.5")],
)
def test_numbers_are_read_as_people_write_them(text, amount):
    assert parse_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "two", "-1", "NaN", "Infinity", "1.2.3"])
def test_anything_else_is_no_amount(text):
    with pytest.raises(BadAmount):
        parse_amount(text)


@pytest.mark.parametrize(
    ("amount", "text"), [("2.00", "2"), ("0.50", "0.5"), ("100", "100"), ("1E+3", "1000")]
)
def test_a_number_is_shown_without_trailing_zeros(amount, text):
    assert show_amount(Decimal(amount)) == text
