from datetime import date

import pytest

from pantry.errors import UnknownItem
from pantry.quantities import parse
from pantry.stock import Pantry


def test_more_of_the_same_goes_on_top():
    pantry = Pantry()
    pantry.add("rice", parse("1 kg"))
    assert pantry.add("Rice", parse("2 kg")).quantity == parse("3 kg")
    assert len(pantry.items) == 1


def test_the_same_thing_in_two_units_is_two_items():
    pantry = Pantry()
    pantry.add("lemons", parse("3"))
    pantry.add("lemons", parse("200 g"))
    assert [str(item.quantity) for item in pantry.find("lemons")] == ["3 pcs", "200 g"]


def test_the_earlier_date_and_the_known_minimum_stay():
    pantry = Pantry()
    pantry.add("milk", parse("1 l"), minimum=parse("1 l"), use_by=date(2026, 9, 4))
    item = pantry.add("milk", parse("1 l"), use_by=date(2026, 9, 9))
    assert item.use_by == date(2026, 9, 4)
    assert item.minimum == parse("1 l")


def test_taking_says_what_is_left():
    pantry = Pantry()
    pantry.add("rice", parse("2 kg"))
    assert pantry.take("RICE", parse("0.5 kg")).quantity == parse("1.5 kg")


def test_taking_what_is_not_there_names_it():
    with pytest.raises(UnknownItem, match="no saffron in g"):
        Pantry().take("saffron", parse("1 g"))
