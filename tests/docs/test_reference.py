"""The reference pages agree with what they describe."""

import inspect
import json
import re
from typing import get_args

import pytest

from include.overnight.domain.errors import FailureKind
from include.overnight.domain.justification import TAGS
from include.overnight.domain.models import RULES
from include.overnight.domain.quotas import Exemption
from include.overnight.settings import schema

from ..architecture.sources import PROJECT
from . import command_reference, policy_reference, settings_reference

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


@pytest.mark.parametrize("reference", [settings_reference, command_reference, policy_reference])
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


def test_the_model_policy_names_every_rule_tag_exemption_and_failure():
    page = policy_reference.PAGE.read_text()
    for rule in RULES:
        assert f"| {rule.when.words()} | `{rule.tier}` | `{rule.name}` |" in page
    assert all(f"| `{word}` |" in page for word in (*TAGS, *FailureKind))
    assert all(f"- `{kind}`: " in page for kind in Exemption)


def test_every_table_of_the_settings_is_on_the_page():
    shown = {model for _, model, _ in settings_reference.TABLES}
    assert shown == {model for model in _sections(schema.FileSettings) if model is not schema.Section}


def _sections(model):
    """Return a table of settings and every table in it."""
    found = {model}
    for field in model.model_fields.values():
        for kind in _kinds(field.annotation):
            found |= _sections(kind)
    return found


def _kinds(annotation):
    if inspect.isclass(annotation) and issubclass(annotation, schema.Section):
        yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)
