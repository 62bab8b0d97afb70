from datetime import date

from pantry.quantities import parse
from pantry.report import table
from pantry.stock import Pantry


def test_columns_are_as_wide_as_they_need():
    pantry = Pantry()
    pantry.add("rice", parse("2 kg"), minimum=parse("1 kg"))
    pantry.add("wholemeal flour", parse("750 g"), use_by=date(2027, 1, 31))
    assert table(pantry).splitlines() == [
        "item             stock  minimum  use by",
        "rice             2 kg   1 kg",
        "wholemeal flour  750 g           2027-01-31",
    ]


def test_an_empty_pantry_is_only_its_headings():
    assert table(Pantry()) == "item  stock  minimum  use by"


def test_no_line_ends_in_blanks():
    pantry = Pantry()
    pantry.add("salt", parse("1 kg"))
    assert all(line == line.rstrip() for line in table(pantry).splitlines())
