from pantry.quantities import parse
from pantry.shopping import Need, shopping_list
from pantry.stock import Pantry


def test_what_is_below_its_minimum_is_to_be_bought():
    pantry = Pantry()
    pantry.add("rice", parse("200 g"), minimum=parse("500 g"))
    pantry.add("eggs", parse("2"), minimum=parse("6"))
    assert shopping_list(pantry) == [Need("eggs", parse("4")), Need("rice", parse("300 g"))]


def test_what_reaches_its_minimum_is_not_to_be_bought():
    pantry = Pantry()
    pantry.add("rice", parse("500 g"), minimum=parse("500 g"))
    pantry.add("saffron", parse("1 g"))
    assert shopping_list(pantry) == []
