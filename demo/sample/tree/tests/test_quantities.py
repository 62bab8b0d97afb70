from decimal import Decimal

import pytest

from pantry.errors import BadQuantity, UnitMismatch
from pantry.quantities import Quantity, parse


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("500 g", "500", "g"), ("2kg", "2", "kg"), ("1.5 L", "1.5", "l"), ("6", "6", "pcs")],
)
def test_a_quantity_is_read_from_text(text, amount, unit):
    assert parse(text) == Quantity(Decimal(amount), unit)


@pytest.mark.parametrize("text", ["", "g", "some rice", "5 stone"])
def test_a_text_without_number_or_known_unit_is_no_quantity(text):
    with pytest.raises(BadQuantity):
        parse(text)


def test_what_is_shown_can_be_read_again():
    quantity = parse("1,250.50 ml")
    assert str(quantity) == "1250.5 ml"
    assert parse(str(quantity)) == quantity


def test_quantities_of_one_unit_add_up_and_compare():
    assert parse("2 kg") + parse("1 kg") == parse("3 kg")
    assert parse("2 kg") - parse("0.5 kg") == parse("1.5 kg")
    assert parse("1 kg") < parse("2 kg")


def test_pieces_and_grams_do_not_add_up():
    with pytest.raises(UnitMismatch, match="different units"):
        parse("1 pcs") + parse("1 g")
