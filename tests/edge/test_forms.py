"""The trigger form: what it takes, what it refuses, and that it speaks the settings' language."""

import pytest
from airflow.sdk.definitions.param import ParamsDict
from airflow.sdk.exceptions import ParamValidationError

from include.overnight.edge.forms import night_params
from include.overnight.settings import RepositorySettings
from include.overnight.settings.orders import SWITCHES

REPOSITORY = RepositorySettings(name="acme/box", max_issues_per_run=7, enable_auto_heal=False)


def form(**given):
    params = ParamsDict(night_params(REPOSITORY))
    params.update(given)
    return params.validate()


def test_the_form_as_it_opens_is_valid_and_shows_the_settings():
    values = form()
    assert values["max_issues_per_run"] == 7
    assert values["enable_auto_heal"] is False
    assert values["dry_run"] is None
    assert values["sequence_order"] == [str(kind) for kind in REPOSITORY.sequence_order]


def test_every_field_but_three_is_a_key_of_the_settings():
    assert set(form()) - set(RepositorySettings.model_fields) == {"issues", "plan_only", "answer_minutes"}


def test_every_switch_of_an_order_is_on_the_form():
    assert set(SWITCHES) <= set(form())


@pytest.mark.parametrize(
    "given",
    [
        {"issues": [1, 2]},
        {"issues": None},
        {"max_issues_per_run": 1},
        {"dry_run": True},
        {"dry_run": False},
        {"sequence_order": ["qa"]},
        {"sequence_order": []},
        {"plan_only": True},
        {"answer_minutes": 0.5},
    ],
)
def test_what_a_person_may_ask_for_is_taken(given):
    (key,) = given
    assert form(**given)[key] == given[key]


@pytest.mark.parametrize(
    "given",
    [
        {"issues": [0]},
        {"issues": ["#3"]},
        {"issues": 3},
        {"max_issues_per_run": 0},
        {"max_issues_per_run": "all"},
        {"dry_run": "yes"},
        {"sequence_order": ["tests"]},
        {"sequence_order": ["qa", "qa"]},
        {"enable_model_escalation": None},
        {"answer_minutes": 0},
        {"answer_minutes": "long"},
    ],
)
def test_what_makes_no_sense_is_refused_before_the_night_begins(given):
    (key,) = given
    with pytest.raises(ParamValidationError, match=key):
        form(**given)


def test_every_field_has_a_title_and_a_section():
    for name, param in night_params(REPOSITORY).items():
        assert param.schema["title"], name
        assert param.schema["section"], name
