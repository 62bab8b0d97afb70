"""The reference pages agree with what they describe."""

import json
import re

import pytest

from ..architecture.sources import PROJECT
from . import command_reference, settings_reference

REFERENCE = PROJECT / "docs" / "reference"
SCHEMA = json.loads((REFERENCE / "night.schema.json").read_text())
NIGHT = (REFERENCE / "night.md").read_text()
OBJECTS = {
    "The night": SCHEMA,
    "`issues[]`": SCHEMA["$defs"]["issue"],
    "`issues[].attempts[]`": SCHEMA["$defs"]["attempt"],
    "`exclusions[]`": SCHEMA["$defs"]["exclusion"],
    "`totals`": SCHEMA["properties"]["totals"],
}


def section(title):
    """Return the text below a heading of night.md."""
    return NIGHT.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("reference", [settings_reference, command_reference])
def test_a_generated_page_is_what_its_script_writes(reference):
    assert reference.PAGE.read_text() == reference.page(), f"run: python -m {reference.__name__}"


def test_no_meaning_is_kept_for_a_setting_that_has_its_own_words_or_is_gone():
    known = {
        f"{model.__name__}.{name}"
        for _, model, _ in settings_reference.TABLES
        for name in model.model_fields.keys() - settings_reference._docstrings(model).keys()
    }
    assert settings_reference.MEANINGS.keys() == known


@pytest.mark.parametrize("title", OBJECTS)
def test_the_page_of_night_json_names_every_field_in_order_and_no_other(title):
    fields = re.findall(r"^\| `(\w+)` \|", section(title).split("\n| status |")[0], re.MULTILINE)
    assert fields == list(OBJECTS[title]["properties"])
    assert set(fields) == set(OBJECTS[title]["required"])


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("The night", "status"),
        ("`issues[]`", "sequence_type"),
        ("`issues[]`", "complexity"),
        ("`issues[].attempts[]`", "tier"),
        ("`issues[].attempts[]`", "outcome"),
        ("`exclusions[]`", "kind"),
    ],
)
def test_the_page_of_night_json_names_every_word_of_a_field(title, field):
    (row,) = re.findall(rf"^\| `{field}` \|.*$", section(title), re.MULTILINE)
    assert set(re.findall(r"`([\w.-]+)`", row)) - {field} == set(OBJECTS[title]["properties"][field]["enum"])


def test_the_page_of_night_json_explains_every_status_of_an_issue():
    words = re.findall(r"^\| `(\w+)` \|", section("`issues[]`").split("\n| status |")[1], re.MULTILINE)
    assert words == [word for word in OBJECTS["`issues[]`"]["properties"]["status"]["enum"] if word]


def test_the_page_of_night_json_names_the_schema_and_every_gate_result():
    assert SCHEMA["$id"] in NIGHT
    results = OBJECTS["`issues[]`"]["properties"]["gates"]["additionalProperties"]["enum"]
    assert all(f"`{result}`" in section("`issues[]`") for result in results)
