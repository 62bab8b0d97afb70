import json
from datetime import date

import pytest

from pantry.errors import BadFile
from pantry.quantities import parse
from pantry.stock import Pantry
from pantry.storage import load, save


def test_what_is_saved_is_loaded_again(tmp_path):
    pantry = Pantry()
    pantry.add("crème fraîche", parse("200 g"), use_by=date(2026, 9, 12))
    pantry.add("rice", parse("2 kg"), minimum=parse("1 kg"))
    save(pantry, tmp_path / "pantry.json")
    assert load(tmp_path / "pantry.json") == pantry


def test_a_file_that_does_not_exist_is_an_empty_pantry(tmp_path):
    assert load(tmp_path / "none.json") == Pantry()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 9, "items": []}',
        '{"version": 1, "items": [{"name": "x", "quantity": "much"}]}',
        '{"version": 1, "items": [{"name": "x", "quantity": "1 g", "use_by": "soon"}]}',
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text):
    path = tmp_path / "pantry.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"pantry\.json"):
        load(path)


def test_the_file_carries_a_version(tmp_path):
    save(Pantry(), tmp_path / "pantry.json")
    assert json.loads((tmp_path / "pantry.json").read_text()) == {"version": 1, "items": []}
