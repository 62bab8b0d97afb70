from datetime import date

from pantry.expiry import expired, expiring
from pantry.quantities import parse
from pantry.stock import Pantry

TODAY = date(2026, 9, 10)


def kitchen():
    pantry = Pantry()
    pantry.add("flour", parse("1 kg"))
    pantry.add("yoghurt", parse("2"), use_by=date(2026, 9, 12))
    pantry.add("cream", parse("200 ml"), use_by=date(2026, 9, 1))
    pantry.add("butter", parse("250 g"), use_by=date(2026, 9, 30))
    return pantry


def test_what_is_past_its_date_has_expired():
    assert [item.name for item in expired(kitchen(), TODAY)] == ["cream"]


def test_what_goes_off_soon_is_told_the_soonest_first():
    assert [item.name for item in expiring(kitchen(), TODAY)] == ["yoghurt"]
    assert [item.name for item in expiring(kitchen(), TODAY, days=30)] == ["yoghurt", "butter"]


def test_things_without_a_date_never_go_off():
    assert "flour" not in {item.name for item in expired(kitchen(), date.max)}
