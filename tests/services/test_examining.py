"""A doctor that says what to mend, what to look at, and never faints."""

import pytest

from include.overnight.domain.orders import Limits, NightOrder
from include.overnight.ports import Ask
from include.overnight.services.appraising import Asked
from include.overnight.services.examining import examine

from .little_desk import SEEDS, TODAY, LittleDesk, tier_facts


@pytest.fixture
def desk(tmp_path):
    return LittleDesk(tmp_path)


def checks(desk, **asked):
    """Return the checks by name."""
    return {check.name: check for check in examine(desk, Asked(**asked))}


def test_when_all_is_well_nothing_asks_for_a_look(desk):
    found = checks(desk)
    assert [name for name, check in found.items() if check.caution or not check.passed] == []
    assert found["prices"].detail == "known for every tier"
    assert found["throttle"].detail == "closed"
    assert found["base tier"].detail == "issues of 19000 tokens fit gpt-4, gpt-4-turbo, gpt-5.1"


def test_a_rung_that_is_dearer_and_smaller_than_one_above_asks_for_a_look(desk):
    desk.facts = SEEDS
    found = checks(desk)
    assert [name for name, check in found.items() if check.caution] == ["tier gpt-4", "tier gpt-4-turbo"]
    assert found["tier gpt-4"].passed
    assert 'put another model behind [models."gpt-4"]' in found["tier gpt-4"].detail
    assert found["base tier"].detail.endswith("fit gpt-5.1")


def test_when_no_tier_fits_an_ordinary_issue_that_is_to_mend(desk):
    desk.facts = {"gpt-4": tier_facts("gpt-4", 8192, 1, 1)}
    found = checks(desk)["base tier"]
    assert not found.passed
    assert found.detail.startswith("no base tier fits (gpt-4: its window of 8192 tokens is too small")
    desk.facts = {}
    assert "no model is named" in checks(desk)["base tier"].detail


def test_an_unknown_price_is_to_mend_unless_settings_allow_it(desk):
    desk.facts = TODAY | {"gpt-5.1": tier_facts("gpt-5.1", 400_000, None, None)}
    found = checks(desk)["prices"]
    assert not found.passed
    assert 'models."gpt-5.1"' in found.detail
    assert "allow_unknown_prices = true" in found.detail
    allowed = checks(desk, allow_unknown_prices=True)["prices"]
    assert (allowed.passed, allowed.detail) == (True, "unknown for gpt-5.1, which settings allow")


def test_the_quota_and_an_open_throttle_are_told(desk):
    limits = Limits(escalations_per_day=2)
    order = NightOrder("night", "acme", "box", limits=limits)
    for issue in (1, 2):
        desk.quota.lease(Ask(order, "R_1", issue, "gpt-5.1", "project_milestone", 60))
    desk.quota.lease(Ask(order, "R_1", 3, "gpt-5.1", "complex_reasoning", 60))
    found = checks(desk, limits=limits)
    assert found["quota"].detail.startswith("2 of 2 escalations used today (UTC), 2 of 10 this hour, 2 of 5")
    assert found["throttle"].caution
    assert found["throttle"].detail.startswith("open: ")


def test_what_the_settings_give_cause_to_look_at_is_told(desk):
    found = checks(desk, cautions=["setup_hosts has no effect"])["settings"]
    assert (found.passed, found.caution, found.detail) == (True, True, "setup_hosts has no effect")


def test_a_part_that_cannot_be_asked_is_to_mend_and_the_others_are_asked_all_the_same(desk):
    def broken():
        raise OSError("the price table is gone")

    desk.tier_facts = broken
    found = checks(desk)
    assert [name for name, check in found.items() if not check.passed] == ["base tier", "prices", "throttle"]
    assert found["prices"].detail == "the price table is gone"


def test_every_tier_that_is_not_usable_is_named_when_none_is(desk):
    desk.tiers = {"gpt-4": "OPENAI_API_KEY not set", "local-builder": "off"}
    found = checks(desk)["models"]
    assert (found.passed, found.detail) == (False, "gpt-4: OPENAI_API_KEY not set; local-builder: off")
